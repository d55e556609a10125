/** freshen for a real JavaScript handler: the same `fr_state` with functions that return promises. */
import { asyncDriver, type Awaitable, awaiting, runSteps } from "./async-driver.ts";
import type { ResourceKind } from "./entry.ts";
import { copyOf } from "./copy.ts";
import { FrState, type FrStateOptions, type HookLimits, type HookReport } from "./fr-state.ts";

/** What a resource's code is told; it should give up when `signal` says so. */
export interface RunContext {
  readonly signal: AbortSignal;
}

/** A resource of a handler. */
export interface HandlerResource<T = unknown> {
  /** Name in the report of the hook. */
  readonly name: string;
  /** Whether the access fetches data or warms a connection. */
  readonly kind: ResourceKind;
  /** How long a result holds, ms; default 60 s. */
  readonly ttlMs?: number;
  /** The access itself. */
  readonly run: (context: RunContext) => Promise<T> | T;
  /** The version at the source; see `Resource.version`. */
  readonly version?: (context: RunContext) => Promise<string> | string;
  /** Bytes of a result, for `HandlerLimits.bytes`. */
  readonly size?: (result: T) => number;
}

/** Limits of one run of the hook. */
export interface HandlerLimits {
  /** After this long the hook gives up: running resources are told to abort. */
  readonly timeMs?: number;
  /** No resource is begun once results sum up to this many bytes. */
  readonly bytes?: number;
  /** Results must still hold this long from now. */
  readonly aheadMs?: number;
}

/** A handler's runtime-scoped freshen state. */
export interface Freshen {
  /** The hook (Pseudocode 2): called by the platform before the function. Takes no arguments of it. */
  freshen(limits?: HandlerLimits): Promise<HookReport>;
  /**
   * Pseudocode 4: a copy of the data, so that what one invocation does to it stays its own.
   *
   * @throws what the access throws.
   */
  FrFetch<T>(index: number, code?: () => Promise<T> | T): Promise<T>;
  /** Pseudocode 5. @throws what `use` throws. */
  FrWarm<T>(index: number, use: () => Promise<T> | T): Promise<T>;
  /** What is held now, and for how long: for tests and reports. */
  readonly state: FrState<Awaitable>;
}

const MS = 1e6;

/**
 * Makes the state of one function. Keep it runtime-scoped (outside the handler), as all its
 * invocations in a container share it.
 *
 * ```js
 * const fr = createFreshen([
 *   { name: "model", kind: "fetch", run: ({ signal }) => fetch(MODEL, { signal }).then((r) => r.json()) },
 *   { name: "results", kind: "warm", run: () => fetch(RESULTS, { method: "HEAD" }) },
 * ]);
 * export const freshen = fr.freshen;
 * export async function main(args) {
 *   const model = await fr.FrFetch(0);
 *   return await fr.FrWarm(1, () => put(RESULTS, infer(model, args)));
 * }
 * ```
 */
export function createFreshen(
  resources: readonly HandlerResource<any>[],
  options: FrStateOptions = {},
): Freshen {
  // The signal of the hook that runs; wrappers' own work is never aborted by it.
  let hookSignal: AbortSignal | undefined;
  const unlimited = new AbortController().signal;
  const call = <T>(fn: (context: RunContext) => Promise<T> | T) => () => {
    const signal = hookSignal ?? unlimited;
    return inSteps(() => fn({ signal }), signal);
  };
  const state = new FrState<Awaitable>(
    asyncDriver,
    resources.map((r) => ({
      name: r.name,
      kind: r.kind,
      run: call(r.run),
      ...(r.ttlMs === undefined ? {} : { ttl: r.ttlMs * MS }),
      ...(r.version === undefined ? {} : { version: call(r.version) }),
      ...(r.size === undefined ? {} : { size: r.size }),
    })),
    options,
  );
  return {
    state,
    async freshen(limits = {}) {
      const controller = new AbortController();
      const given: HookLimits = {
        ...(limits.timeMs === undefined ? {} : { time: limits.timeMs * MS }),
        ...(limits.bytes === undefined ? {} : { bytes: limits.bytes }),
        ...(limits.aheadMs === undefined ? {} : { ahead: limits.aheadMs * MS }),
        stop: () => controller.signal.aborted,
      };
      const timer = limits.timeMs === undefined ? undefined : setTimeout(
        () => controller.abort(new Error(`freshen ran longer than ${limits.timeMs} ms`)),
        limits.timeMs,
      );
      const steps = state.hook(given);
      try {
        return await runSteps(scoped(steps, (on) => {
          hookSignal = on ? controller.signal : undefined;
        }));
      } finally {
        clearTimeout(timer);
      }
    },
    FrFetch: async (index, code) =>
      copyOf(
        await runSteps(
          state.fetch(index, code === undefined ? undefined : () => inSteps(code, unlimited)),
        ),
      ),
    FrWarm: (index, use) => runSteps(state.warm(index, () => inSteps(use, unlimited))),
  };
}

function* inSteps<T>(fn: () => Promise<T> | T, signal: AbortSignal) {
  if (signal.aborted) throw signal.reason;
  const promise = Promise.resolve(fn());
  let stop!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return yield* awaiting(Promise.race([promise, aborted]));
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Runs steps with `enter(true)` around each stretch between two waits. */
function* scoped<R>(
  steps: Generator<Awaitable, R, unknown>,
  enter: (on: boolean) => void,
): Generator<Awaitable, R, unknown> {
  let resume = () => steps.next();
  for (;;) {
    enter(true);
    let result;
    try {
      result = resume();
    } finally {
      enter(false);
    }
    if (result.done === true) return result.value;
    try {
      const value = yield result.value;
      resume = () => steps.next(value);
    } catch (error) {
      resume = () => steps.throw(error);
    }
  }
}
