/** Builds with Bun: its binary comes from npm, so this works where npm does. */
import { existsSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { run } from "./run.ts";

/** The Bun that builds are tested with. */
export const BUN_VERSION = "1.4.5";

const PLATFORMS: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-aarch64",
  "darwin-x64": "darwin-x64",
  "darwin-arm64": "darwin-aarch64",
  "win32-x64": "windows-x64",
};

const answers = (path: string) => run(path, ["--version"], ".", 1).output === BUN_VERSION;

/** A Bun of the right version: from $BUN, the path, an earlier install, or npm. */
export function findBun(root: string): string {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  if (platform === undefined) {
    throw new Error(`Bun is not made for ${process.platform}-${process.arch}`);
  }
  const home = join(root, "dist", "bun");
  const own = join(
    home,
    "node_modules",
    "@oven",
    `bun-${platform}`,
    "bin",
    process.platform === "win32" ? "bun.exe" : "bun",
  );
  for (const path of [process.env["BUN"] ?? "", "bun", own]) {
    if (path !== "" && answers(path)) return path;
  }
  mkdirSync(home, { recursive: true });
  // No scripts: the package has the binary itself.
  const installed = run("npm", [
    "install",
    "--prefix",
    home,
    "--no-audit",
    "--no-fund",
    "--no-save",
    "--ignore-scripts",
    `@oven/bun-${platform}@${BUN_VERSION}`,
  ], root);
  if (!installed.ok || !answers(own)) {
    throw new Error(`Bun ${BUN_VERSION} cannot be installed from npm:\n${installed.output}`);
  }
  return own;
}

/** The canvas packages of other platforms than this: installed beside ours, of no use inside. */
function foreignCanvases(root: string): string[] {
  const canvas = realpathSync(join(root, "node_modules", "@napi-rs", "canvas"));
  const beside = dirname(canvas);
  if (!existsSync(beside)) return [];
  const own = new RegExp(`^canvas-${process.platform}-${process.arch}(-gnu|-msvc)?$`);
  return readdirSync(beside).filter((name) => name.startsWith("canvas-") && !own.test(name))
    .map((name) => `@napi-rs/${name}`);
}

/**
 * Builds for this machine: entry and worker as two entries, the assets under their own names.
 *
 * @throws {Error} with Bun's output if it fails.
 */
export function buildWithBun(root: string, assets: readonly string[], outfile: string): void {
  const bun = findBun(root);
  const built = run(bun, [
    "build",
    "--compile",
    "--target=bun",
    "--asset-naming=[name].[ext]",
    "--entry-naming=[name].[ext]",
    ...foreignCanvases(root).flatMap((name) => ["--external", name]),
    "src/cli/binary.ts",
    "src/experiment/worker.ts",
    ...assets.map((path) => `./${relative(root, path)}`),
    "--outfile",
    outfile,
  ], root);
  if (!built.ok || !existsSync(outfile)) throw new Error(`bun build failed:\n${built.output}`);
}
