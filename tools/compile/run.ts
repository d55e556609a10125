/** Runs a command to its end; its output is shown only if it fails. */
import { spawnSync } from "node:child_process";
import process from "node:process";

/** How a command ended. */
export interface Ended {
  readonly ok: boolean;
  /** What it printed, both streams. */
  readonly output: string;
}

/** Runs `command` in `folder`, for at most `minutes`. */
export function run(
  command: string,
  args: readonly string[],
  folder: string,
  minutes = 5,
): Ended {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    timeout: minutes * 60_000,
    env: { ...process.env, NO_COLOR: "1" },
  });
  const output = [stdout, stderr, error?.message].filter((text) => text).join("\n").trim();
  return { ok: status === 0, output };
}
