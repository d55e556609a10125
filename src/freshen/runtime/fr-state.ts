/**
 * `fr_state` with its hook and wrappers (Pseudocode 2, 4 and 5), the gaps of the pseudocode closed:
 *
 * - test and set are one step: nothing is yielded between looking at an entry and marking it `running`,
 *   so there are never two tries at once, whoever they belong to;
 * - a try that fails leaves `failed`: the wrapper then does the work itself and its error is the
 *   function's; every failure is also reported;
 * - results end with their TTL, and are kept for another one if their version has not changed;
 * - the hook skips what is fresh and what is running, so a late one repeats nothing;
 * - `FrWarm` runs the function's own operation after the warming, and gives its result.
 */
import { type Attempt, Entry, type Outcome, type Resource } from "./entry.ts";
import type { Driver, Steps } from "./steps.ts";

/** What happened to an entry, for accounting and traces. */
export interface FreshenEvent {
  readonly kind:
    | "hit"
    | "wait"
    | "inline"
    | "prefetch"
    | "revalidated"
    | "skipped"
    | "failed"
    | "wasted";
  readonly index: number;
  /** ns */
  readonly at: number;
  /** Bytes of a result that came, or that was thrown away unused. */
  readonly bytes?: number;
  readonly error?: unknown;
}

/** Settings of a state. */
export interface FrStateOptions {
  /** TTL of resources that give none, ns. Default 60 s (our choice; the chapter names no value). */
  readonly ttl?: number;
  /** Told of everything that happens. */
  readonly onEvent?: (event: FreshenEvent) => void;
}

/** Limits of one run of the hook: against misuse, and against functions hidden in hooks. */
export interface HookLimits {
  /** No resource is begun after this long, ns. */
  readonly time?: number;
  /** No resource is begun once results sum up to this many bytes. */
  readonly bytes?: number;
  /** Results must hold for this long beyond now (the lead time); others are fetched again, ns. */
  readonly ahead?: number;
  /** Begin no further resource once this says so. */
  readonly stop?: () => boolean;
}

/** What one run of the hook did. */
export interface HookReport {
  readonly freshened: number;
  readonly skipped: number;
  readonly failed: number;
  /** Resources that a limit left out. */
  readonly refused: number;
  readonly bytes: number;
  /** ns */
  readonly time: number;
}

const DEFAULT_TTL = 60e9;

/** The runtime-scoped list of resources of one function in one container. */
export class FrState<W> {
  readonly entries: readonly Entry<W>[];
  readonly #driver: Driver<W>;
  readonly #onEvent: ((event: FreshenEvent) => void) | undefined;

  /** @throws {RangeError} for a TTL that is no time. */
  constructor(
    driver: Driver<W>,
    resources: readonly Resource<W, any>[],
    options: FrStateOptions = {},
  ) {
    this.#driver = driver;
    this.#onEvent = options.onEvent;
    this.entries = resources.map((resource, index) => {
      const ttl = resource.ttl ?? options.ttl ?? DEFAULT_TTL;
      if (!(ttl >= 0)) {
        throw new RangeError(
          `resource ${index} "${resource.name}": a TTL of ${ttl} ns; expected >= 0`,
        );
      }
      return new Entry(index, resource, ttl);
    });
  }

  /**
   * Pseudocode 4: the resource's data, from `fr_state` if it is there, else from the try that is
   * running, else by doing the work here.
   *
   * @param code the function's own access; default: the declared one.
   * @throws whatever `code` throws.
   */
  *fetch<T>(index: number, code?: () => Steps<W, T>): Steps<W, T> {
    const entry = this.#entry(index, "fetch");
    const outcome = yield* this.#obtain(entry, code, false);
    if (!outcome.ok) throw outcome.value;
    entry.used = true;
    return outcome.value as T;
  }

  /**
   * Pseudocode 5: makes sure that the resource is warm, then runs the function's operation on it. A
   * failed warming costs the operation its head start and nothing else.
   *
   * @param inline how to make it ready when nothing has been done before; default: as the hook does.
   * @throws whatever `use` throws.
   */
  *warm<T>(
    index: number,
    use: () => Steps<W, T>,
    inline?: () => Steps<W, unknown>,
  ): Steps<W, T> {
    const entry = this.#entry(index, "warm");
    yield* this.#obtain(entry, inline, false);
    entry.used = true;
    const result = yield* use();
    // What has just been used is warm.
    if (entry.state === "finished") entry.timestamp = this.#driver.now();
    return result;
  }

  /** Pseudocode 2: freshens every resource in the order of first use. Never throws for a resource. */
  *hook(limits: HookLimits = {}): Steps<W, HookReport> {
    const began = this.#driver.now();
    let [freshened, skipped, failed, refused, bytes] = [0, 0, 0, 0, 0];
    for (const entry of this.entries) {
      if (!entry.hooked) continue;
      const now = this.#driver.now();
      if (
        now - began >= (limits.time ?? Infinity) || bytes >= (limits.bytes ?? Infinity) ||
        limits.stop?.() === true
      ) {
        refused++;
        continue;
      }
      if (entry.state === "running" || entry.fresh(now, Math.min(limits.ahead ?? 0, entry.ttl))) {
        skipped++;
        this.#tell("skipped", entry);
        continue;
      }
      const outcome = yield* this.#attempt(entry, undefined, true);
      if (!outcome.ok) failed++;
      else {
        freshened++;
        bytes += entry.bytes;
      }
    }
    return { freshened, skipped, failed, refused, bytes, time: this.#driver.now() - began };
  }

  /** Forgets results, as when their source is known to have changed; running tries go on. */
  invalidate(index?: number): void {
    for (const entry of index === undefined ? this.entries : [this.entries[index]]) {
      if (entry.state === "running") continue;
      this.#discard(entry);
      entry.state = "absent";
      entry.version = undefined;
    }
  }

  /** The container goes: what the hook brought and nobody used is counted as wasted. */
  dispose(): void {
    this.invalidate();
  }

  *#obtain(
    entry: Entry<W>,
    code: (() => Steps<W, unknown>) | undefined,
    byHook: boolean,
  ): Steps<W, Outcome> {
    for (;;) {
      if (entry.fresh(this.#driver.now())) {
        this.#tell("hit", entry);
        return { ok: true, value: entry.result };
      }
      const { attempt } = entry;
      if (attempt === null) return yield* this.#attempt(entry, code, byHook);
      this.#tell("wait", entry);
      yield* attempt.gate.wait();
      // Of the try waited for: a later one may be running by now.
      if (attempt.outcome.ok) return attempt.outcome;
    }
  }

  /** Marks the entry (nothing has been yielded since it was looked at) and does the work. */
  *#attempt(
    entry: Entry<W>,
    code: (() => Steps<W, unknown>) | undefined,
    byHook: boolean,
  ): Steps<W, Outcome> {
    const attempt: Attempt<W> = { gate: this.#driver.gate(), outcome: ABANDONED };
    const expired = entry.state === "finished";
    entry.state = "running";
    entry.attempt = attempt;
    entry.error = undefined;
    let kept = false;
    try {
      const version = yield* this.#version(entry);
      kept = expired && version !== undefined && version === entry.version;
      if (!kept) {
        if (expired) this.#discard(entry, true);
        const value = yield* (code ?? entry.resource.run)();
        entry.bytes = entry.resource.size?.(value) ?? 0;
        entry.version = version;
        attempt.outcome = { ok: true, value };
      } else attempt.outcome = { ok: true, value: entry.result };
    } catch (error) {
      attempt.outcome = { ok: false, value: error };
    } finally {
      // Also when a limit cut the work short: nobody may wait for it for ever.
      this.#settle(entry, attempt, kept, byHook);
    }
    return attempt.outcome;
  }

  *#version(entry: Entry<W>): Steps<W, string | undefined> {
    if (entry.resource.version === undefined) return undefined;
    try {
      return yield* entry.resource.version();
    } catch {
      return undefined; // unknown: fetch
    }
  }

  #settle(entry: Entry<W>, attempt: Attempt<W>, kept: boolean, byHook: boolean): void {
    const { ok, value } = attempt.outcome;
    entry.attempt = null;
    entry.state = ok ? "finished" : "failed";
    entry.result = ok ? value : undefined;
    if (ok) entry.timestamp = this.#driver.now();
    else entry.error = value;
    if (ok && !kept) {
      entry.byHook = byHook;
      entry.used = false;
    }
    attempt.gate.open();
    if (!ok) this.#tell("failed", entry, { error: value });
    else if (kept) this.#tell("revalidated", entry);
    else this.#tell(byHook ? "prefetch" : "inline", entry, { bytes: entry.bytes });
  }

  #discard(entry: Entry<W>, finished = entry.state === "finished"): void {
    if (finished && entry.byHook && !entry.used) {
      this.#tell("wasted", entry, { bytes: entry.bytes });
    }
    entry.result = undefined;
  }

  #entry(index: number, kind: Entry<W>["resource"]["kind"]): Entry<W> {
    const entry = this.entries[index];
    if (entry === undefined) {
      throw new RangeError(`fr_state has no resource ${index}; it has ${this.entries.length}`);
    }
    if (entry.resource.kind !== kind) {
      throw new TypeError(
        `resource ${index} "${entry.resource.name}" is to be ${entry.resource.kind}ed, not ${kind}ed`,
      );
    }
    return entry;
  }

  #tell(
    kind: FreshenEvent["kind"],
    entry: Entry<W>,
    more: { bytes?: number; error?: unknown } = {},
  ): void {
    this.#onEvent?.({ kind, index: entry.index, at: this.#driver.now(), ...more });
  }
}

const ABANDONED: Outcome = {
  ok: false,
  value: new Error("the work was abandoned before its end"),
};
