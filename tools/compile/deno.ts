/** Builds with `deno compile`, for every target from one machine, where its runtime can be downloaded. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { run } from "./run.ts";

/** Targets that Deno's runtime is published for. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** This machine's target; undefined if there is none. */
export function ownTarget(): string | undefined {
  const machine = process.arch === "arm64" ? "aarch64" : process.arch === "x64" ? "x86_64" : "-";
  const system = { linux: "linux-gnu", darwin: "apple-darwin", win32: "windows-msvc" }[
    process.platform as string
  ] ?? "-";
  return TARGETS.find((target) => target.startsWith(machine) && target.endsWith(system));
}

/**
 * Whether the runtime of a target can be had: Deno takes the file that DENORT_BIN names, if it is set;
 * otherwise its server is asked, without fetching it.
 */
export async function runtimeAvailable(target: string, version: string): Promise<boolean> {
  const given = process.env["DENORT_BIN"];
  if (given !== undefined && given !== "") return existsSync(given);
  try {
    const url = `https://dl.deno.land/release/v${version}/denort-${target}.zip`;
    const answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(8000) });
    return answer.ok;
  } catch {
    return false;
  }
}

/**
 * Builds one target, with the permissions that the tool needs and no others inside. Returns what Deno
 * printed: the packages that it fetched for the target and a tree of the embedded files.
 *
 * @throws {Error} with Deno's output if it fails.
 */
export function buildWithDeno(
  root: string,
  deno: string,
  target: string,
  assets: readonly string[],
  outfile: string,
): string {
  const built = run(deno, [
    "compile",
    "--no-prompt",
    "--allow-read",
    "--allow-write",
    "--allow-env",
    "--allow-sys",
    "--allow-ffi",
    "--target",
    target,
    ...assets.flatMap((path) => ["--include", path]),
    "--include",
    join("src", "experiment", "worker.ts"),
    "--include",
    join("node_modules", "dejavu-fonts-ttf", "ttf"),
    "--output",
    outfile,
    join("src", "cli", "binary.ts"),
  ], root);
  const file = target.includes("windows") ? `${outfile}.exe` : outfile;
  if (!built.ok || !(existsSync(file) || existsSync(outfile))) {
    throw new Error(`deno compile --target ${target} failed:\n${built.output}`);
  }
  return built.output;
}
