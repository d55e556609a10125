/** The run log beside a result: what differs from run to run. Git ignores it. */
import { existsSync, readFileSync } from "node:fs";
import { cpus, release, type } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";

/** The content of a run log. */
export interface RunLog {
  readonly started: string;
  /** Commit of the working tree that the tool ran in, if it is one. */
  readonly commit?: string;
  readonly wall_ms: number;
  readonly peak_rss_mb: number;
  readonly jobs: number;
  readonly runs: { readonly ran: number; readonly cached: number };
  readonly machine: string;
  /** Mean wall time of a run, by setting, in ms: the longest are started first next time. */
  readonly setting_ms: readonly number[];
}

/** The commit that `folder` (or a folder above it) has checked out; read without calling git. */
export function commitOf(folder: string): string | undefined {
  try {
    for (let at = resolve(folder);; at = dirname(at)) {
      const dot = join(at, ".git");
      if (existsSync(dot)) return commitIn(dot);
      if (dirname(at) === at) return undefined;
    }
  } catch {
    return undefined; // The folders above may not be ours to read.
  }
}

function commitIn(dot: string): string | undefined {
  try {
    let git = dot;
    const pointer = safeRead(dot)?.match(/^gitdir: (.+)$/m)?.[1];
    if (pointer !== undefined) git = resolve(dirname(dot), pointer);
    const head = safeRead(join(git, "HEAD"))?.trim() ?? "";
    const ref = /^ref: (.+)$/.exec(head)?.[1];
    if (ref === undefined) return head || undefined;
    const common = safeRead(join(git, "commondir"))?.trim();
    const shared = common === undefined ? git : resolve(git, common);
    const packed = safeRead(join(shared, "packed-refs")) ?? "";
    return safeRead(join(shared, ref))?.trim() ??
      packed.split("\n").find((line) => line.endsWith(` ${ref}`))?.split(" ")[0];
  } catch {
    return undefined;
  }
}

function safeRead(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Peak resident memory of this process so far, in MB. */
export function peakMegabytes(): number {
  try {
    const kilobytes = process.resourceUsage?.().maxRSS ?? 0;
    if (kilobytes > 0) return Math.round(kilobytes / 1000);
  } catch {
    // Not every runtime tells.
  }
  return Math.round(process.memoryUsage().rss / 1e6);
}

/** The machine in words: model and number of processors, kernel. */
export function machine(): string {
  try {
    const all = cpus();
    return `${all.length} x ${all[0]?.model ?? "CPU"}, ${type()} ${release()}`;
  } catch {
    return "unknown";
  }
}

/** Wall times by setting of an earlier run; undefined if there is no log that fits. */
export function earlierCosts(path: string, settings: number): readonly number[] | undefined {
  try {
    const { setting_ms } = JSON.parse(readFileSync(path, "utf8")) as RunLog;
    return setting_ms?.length === settings ? setting_ms : undefined;
  } catch {
    return undefined;
  }
}
