/** One resource of `fr_state`: what is known of it, and for how long that holds (section 4.3.3). */
import type { Gate, Steps } from "./steps.ts";

/** fetch: data is kept and served. warm: a connection or the like is made ready, nothing is kept. */
export type ResourceKind = "fetch" | "warm";

/** absent: never freshened. failed: the last try threw; whoever needs it next tries itself. */
export type EntryState = "absent" | "running" | "finished" | "failed";

/** A resource as its developer, or the inference, declares it. There are no function arguments here. */
export interface Resource<W, T = unknown> {
  /** What it is, for reports: `s3.getObject models/m1`. */
  readonly name: string;
  readonly kind: ResourceKind;
  /** How long a result holds after it came, ns; default: the state's. 0: for those waiting for it only. */
  readonly ttl?: number;
  /** Fetches the data, or makes the connection ready. */
  readonly run: () => Steps<W, T>;
  /**
   * The version at the source (an ETag, a sequence number). An expired result of the same version is
   * kept for another TTL instead of being fetched again.
   */
  readonly version?: () => Steps<W, string>;
  /** Bytes of a result, counted against the hook's limit; default: 0. */
  readonly size?: (result: T) => number;
}

/** An entry of `fr_state`; its index is the order in which the function first uses the resources. */
export class Entry<W> {
  state: EntryState = "absent";
  result: unknown = undefined;
  /** Why the last try failed; undefined unless `state` is `failed`. */
  error: unknown = undefined;
  /** When the result came or was last found unchanged, ns. */
  timestamp = -Infinity;
  version: string | undefined = undefined;
  /** Bytes of the result, as its resource counts them. */
  bytes = 0;
  /** The try that is running; null unless `state` is `running`. */
  attempt: Attempt<W> | null = null;
  /** Whether the hook takes care of it; false: only wrappers do. */
  hooked = true;
  /** Whether the current or last try is the hook's. */
  byHook = false;
  /** Whether an invocation has used the result since it came. */
  used = false;

  constructor(
    readonly index: number,
    readonly resource: Resource<W>,
    readonly ttl: number,
  ) {}

  /** Whether the result still holds at `now` and for `ahead` ns more. */
  fresh(now: number, ahead = 0): boolean {
    return this.state === "finished" && now + ahead - this.timestamp <= this.ttl;
  }
}

/** How a try ended. */
export interface Outcome {
  readonly ok: boolean;
  readonly value: unknown;
}

/** A try that runs: who waits for its gate is given its outcome, even if the TTL is 0. */
export interface Attempt<W> {
  readonly gate: Gate<W>;
  outcome: Outcome;
}
