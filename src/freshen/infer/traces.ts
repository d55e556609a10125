/**
 * Inference from dynamic traces: which accesses recur with equal arguments (section 4.3.3: function
 * code is run repeatedly). Finds what the source hides, such as computed constants and helpers of
 * other files; where a source is at hand, it says which sometimes-executed accesses are worth it.
 */

/** One access of one invocation, as a tracing runtime records it. */
export interface TracedAccess {
  /** Which invocation. */
  readonly invocation: string | number;
  /** `s3.getObject`, `fetch GET`. */
  readonly operation: string;
  /** Its arguments, as data. */
  readonly args: unknown;
  /** read or write. */
  readonly kind: "read" | "write";
  /** When, ns. */
  readonly at: number;
  /** Version of what a read gave (an ETag), if the service says. */
  readonly version?: string;
  /** 1-based line of the call, if known. */
  readonly line?: number;
}

/** An access that recurs. */
export interface RecurringAccess {
  readonly index: number;
  readonly wrapper: "FrFetch" | "FrWarm";
  readonly operation: string;
  readonly args: unknown;
  /** Share of invocations that have it. */
  readonly share: number;
  /** Of its operation's accesses: the share with these arguments. */
  readonly constancy: number;
  /** Shortest time between two versions seen, ns: a TTL beyond it would serve old data. */
  readonly changesAfter: number | undefined;
  readonly lines: readonly number[];
}

/** What is asked of a trace. */
export interface TraceOptions {
  /** Least share of invocations that must have an access. Default 0.5. */
  readonly share?: number;
  /** Fewer invocations tell nothing. Default 10. */
  readonly invocations?: number;
}

/** Stable text of data: keys sorted. */
function stable(value: unknown): string {
  return JSON.stringify(
    value,
    (_, v) =>
      v !== null && typeof v === "object" && !Array.isArray(v)
        ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
        : v,
  ) ?? "undefined";
}

interface Group {
  readonly first: TracedAccess;
  readonly invocations: Set<string | number>;
  readonly versions: { at: number; version: string }[];
  readonly lines: Set<number>;
  place: number;
}

/** Accesses that recur with equal arguments, in the order of their first execution. */
export function inferFromTraces(
  trace: readonly TracedAccess[],
  options: TraceOptions = {},
): RecurringAccess[] {
  const invocations = new Map<string | number, number>();
  const perOperation = new Map<string, number>();
  const groups = new Map<string, Group>();
  for (const access of [...trace].sort((a, b) => a.at - b.at)) {
    const place = invocations.get(access.invocation) ?? 0;
    invocations.set(access.invocation, place + 1);
    perOperation.set(access.operation, (perOperation.get(access.operation) ?? 0) + 1);
    const key = `${access.kind} ${access.operation} ${stable(access.args)}`;
    let group = groups.get(key);
    if (group === undefined) {
      const made: Group = {
        first: access,
        invocations: new Set(),
        versions: [],
        lines: new Set(),
        place: 0,
      };
      groups.set(key, group = made);
    }
    if (!group.invocations.has(access.invocation)) group.place += place;
    group.invocations.add(access.invocation);
    if (access.version !== undefined) {
      group.versions.push({ at: access.at, version: access.version });
    }
    if (access.line !== undefined) group.lines.add(access.line);
  }
  if (invocations.size < (options.invocations ?? 10)) return [];
  const least = options.share ?? 0.5;
  return [...groups.values()]
    .filter((g) => g.invocations.size >= least * invocations.size)
    .sort((a, b) => a.place / a.invocations.size - b.place / b.invocations.size)
    .map((g, index) => ({
      index,
      wrapper: g.first.kind === "read" ? "FrFetch" : "FrWarm",
      operation: g.first.operation,
      args: g.first.args,
      share: g.invocations.size / invocations.size,
      constancy: g.invocations.size / (perOperation.get(g.first.operation) as number),
      changesAfter: changes(g.versions),
      lines: [...g.lines].sort((a, b) => a - b),
    }));
}

function changes(versions: readonly { at: number; version: string }[]): number | undefined {
  let least: number | undefined;
  let since = versions[0]?.at;
  for (let i = 1; i < versions.length; i++) {
    if (versions[i].version === versions[i - 1].version) continue;
    const lasted = versions[i].at - since;
    least = Math.min(least ?? Infinity, lasted);
    since = versions[i].at;
  }
  return least;
}
