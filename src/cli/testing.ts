/** Runs the command line in a test: its output collected, its folder a temporary one. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "./main.ts";
import { Terminal } from "./terminal.ts";

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `wherewhen` with these arguments, off a terminal and without colour. */
export async function wherewhen(...args: string[]): Promise<Ran> {
  let out = "";
  let err = "";
  const terminal = new Terminal({
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    interactive: false,
    color: false,
  });
  const code = await main(args, terminal);
  return { code, out, err };
}

/** A temporary folder, removed after `use`. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "wherewhen-test-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
