/**
 * Finished runs of one scenario on disk, by a key over everything they depend on: what an interrupted
 * scenario goes on from, and what a scenario with one more sweep value need not do again.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Cell } from "../table/mod.ts";
import { OutputError, reasonOf, writeFileAtomic } from "./files.ts";
import { sha256 } from "./hash.ts";
import { pack } from "./packed.ts";
import type { RunDone } from "./run.ts";

/** Unwritten results wait no longer than this, in ms, nor grow beyond this many cells. */
const FLUSH_MS = 1000;
const FLUSH_CELLS = 500_000;
/** A finished scenario's cache beyond this size is not kept, in bytes. */
const LARGEST_KEPT = 64e6;
/** A finished scenario that took less than this, in ms, is not worth a cache. */
const WORTH_MS = 1000;

interface Entry {
  readonly key: string;
  readonly columns: readonly string[];
  readonly count: number;
  readonly cells: readonly (readonly Cell[])[];
  readonly events: number;
  readonly hash: string;
  readonly warnings: readonly string[];
  readonly milliseconds: number;
}

function encode(key: string, { rows, events, hash, warnings, milliseconds }: RunDone): string {
  const cells = rows.cells.map((column) => Array.from(column as Iterable<Cell>));
  const { columns, count } = rows;
  const entry: Entry = { key, columns, count, cells, events, hash, warnings, milliseconds };
  return JSON.stringify(entry);
}

function decode(line: string): [key: string, run: RunDone] {
  const { key, columns, count, cells, ...rest } = JSON.parse(line) as Entry;
  return [key, { ok: true, rows: { columns, count, cells: cells.map(pack) }, ...rest }];
}

/** The cache of one scenario: a folder of segments, each written whole, with a checksum. */
export class RunCache {
  readonly #folder: string;
  readonly #warn: (message: string) => void;
  readonly #known = new Map<string, RunDone>();
  readonly #segments = new Set<string>();
  #unwritten = new Map<string, RunDone>();
  #cells = 0;
  #milliseconds = 0;
  #flushed = performance.now();
  #broken = false;

  /**
   * Opens a cache. Segments that are damaged are removed, told once, and their runs are done again.
   *
   * @param folder the scenario's own folder; made when something is written.
   */
  constructor(folder: string, warn: (message: string) => void) {
    this.#folder = folder;
    this.#warn = warn;
    let names: string[];
    try {
      names = readdirSync(folder).filter((name) => name.endsWith(".runs")).sort();
    } catch {
      return; // There is none yet.
    }
    const damaged: string[] = [];
    for (const name of names) {
      try {
        const text = readFileSync(join(folder, name), "utf8");
        const end = text.indexOf("\n");
        if (end < 0 || sha256(text.slice(end + 1)) !== text.slice(0, end)) throw new Error();
        for (const line of text.slice(end + 1).split("\n")) {
          if (line === "") continue;
          const [key, run] = decode(line);
          this.#known.set(key, run);
        }
        this.#segments.add(name);
      } catch {
        damaged.push(name);
        rmSync(join(folder, name), { force: true, recursive: true });
      }
    }
    if (damaged.length > 0) {
      warn(
        `the run cache in ${folder} is damaged (${damaged.join(", ")}); those runs are done again`,
      );
    }
  }

  /** A finished run, if its key is known. */
  get(key: string): RunDone | undefined {
    return this.#known.get(key);
  }

  /** Keeps a finished run; it reaches the disk within a second of running, or with `flush`. */
  put(key: string, run: RunDone): void {
    this.#unwritten.set(key, run);
    this.#cells += run.rows.count * run.rows.columns.length;
    this.#milliseconds += run.milliseconds;
    if (this.#cells > FLUSH_CELLS || performance.now() - this.#flushed > FLUSH_MS) this.flush();
  }

  /** Writes what is not yet on disk. A cache that cannot be written is told once and given up. */
  flush(): void {
    const runs = this.#unwritten;
    this.#unwritten = new Map();
    this.#cells = 0;
    this.#flushed = performance.now();
    if (runs.size === 0 || this.#broken) return;
    const body = [...runs].map(([key, run]) => encode(key, run)).join("\n");
    this.#write(body);
  }

  #write(body: string): boolean {
    const sum = sha256(body);
    const name = `${sum.slice(0, 16)}.runs`;
    try {
      writeFileAtomic(join(this.#folder, name), `${sum}\n${body}`);
      this.#segments.add(name);
      return true;
    } catch (error) {
      this.#broken = true;
      const why = error instanceof OutputError ? error.message : reasonOf(error);
      this.#warn(`finished runs are not kept for a later resume: ${why}`);
      return false;
    }
  }

  /** The scenario is complete: keeps only these runs, in one segment, if they are worth it. */
  finish(runs: Iterable<readonly [key: string, run: RunDone]>): void {
    const cheap = this.#segments.size === 0 && this.#milliseconds < WORTH_MS;
    this.#unwritten.clear();
    if (this.#broken || cheap) return;
    const lines: string[] = [];
    let size = 0;
    for (const [key, run] of runs) {
      const line = encode(key, run);
      lines.push(line);
      size += line.length;
      if (size > LARGEST_KEPT) break;
    }
    const old = [...this.#segments];
    this.#segments.clear();
    if (size <= LARGEST_KEPT && lines.length > 0 && !this.#write(lines.join("\n"))) return;
    for (const name of old) {
      if (!this.#segments.has(name)) rmSync(join(this.#folder, name), { force: true });
    }
  }
}
