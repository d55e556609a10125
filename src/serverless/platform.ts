/** The serverless platform: actions, invokers, activations and the freshen route. */
import type { Host } from "../hardware/mod.ts";
import { type Process, type Simulation, type Task, TIMED_OUT, within } from "../kernel/mod.ts";
import { Action, type ActionSpec, type Activation } from "./action.ts";
import { choose, order } from "./balancer.ts";
import type { ConfidenceOptions } from "./confidence.ts";
import type { Container } from "./container.ts";
import type { ContainerFactory } from "./factory.ts";
import { Ledger } from "./ledger.ts";
import { OPENWHISK_DEFAULTS, type OpenWhiskOptions } from "./parameters.ts";
import { type Grant, Invoker, type PoolObserver } from "./pool.ts";
import { PodKilled } from "./pod.ts";
import { type Prediction, Predictions } from "./predictions.ts";

/** One invoker of a platform. */
export interface InvokerSpec {
  readonly name: string;
  /** CPUs for functions that burn CPU; without it runs only take time. */
  readonly host?: Host;
  /** Bytes for containers; default: the platform's `userMemory`. */
  readonly memory?: number;
}

/** What the platform lets a hook do: it is neither a second function nor free. */
export interface FreshenLimits {
  /** Longest run of a hook, ns. Default 10 s (our choice). */
  readonly time: number;
  /** Most bytes that a hook may move; hooks ask `container.freshenBytesLeft`. Default 1 GB (our choice). */
  readonly bytes: number;
}

/** How to build a platform. */
export interface PlatformOptions extends Partial<OpenWhiskOptions> {
  readonly invokers: readonly InvokerSpec[];
  readonly confidence?: ConfidenceOptions;
  readonly freshenLimits?: Partial<FreshenLimits>;
  readonly observer?: PoolObserver;
  /** Makes the containers of every invoker; default: docker beside the invoker, in `create` ns. */
  readonly factory?: ContainerFactory;
  /** Told of each activation when it has ended. */
  readonly onActivation?: (activation: Activation) => void;
  /** Told of the lead time of each prediction that came true, ns. */
  readonly onRight?: (lead: number) => void;
}

/** How to invoke. */
export interface InvokeOptions {
  /**
   * Time of front end and dispatch, ns; default: the platform's. 0 where a measured trigger delay, which
   * ends when the function begins, already has it.
   */
  readonly overhead?: number;
}

/** How to freshen. */
export interface FreshenOptions {
  /** Time within which the activation is expected, ns: the prediction is wrong after it. */
  readonly window: number;
  /** Start a container if none has the action's code (as prewarming chains would). */
  readonly start?: boolean;
  /** Wait before calling the hook, ns: a slow or late platform. */
  readonly delay?: number;
}

/** How a call of the freshen route ended. */
export type FreshenOutcome =
  /** The hook ran to its end. */
  | "done"
  /** The hook was stopped at its time limit. */
  | "time limit"
  /** The hook threw; the function does its work itself. */
  | "failed"
  /** No container had the action's code, and none was to be started. */
  | "no container"
  /** The action has no hook. */
  | "no hook"
  /** The category or the confidence forbids it. */
  | "not allowed";

const LIMITS: FreshenLimits = { time: 10e9, bytes: 1e9 };

/** An OpenWhisk-like platform. Every process runs on `sim`. */
export class ServerlessPlatform {
  readonly options: OpenWhiskOptions;
  readonly invokers: readonly Invoker[];
  readonly ledger = new Ledger();
  readonly predictions: Predictions;
  readonly limits: FreshenLimits;
  readonly actions: Action[] = [];
  readonly outcomes = new Map<FreshenOutcome, number>();
  readonly #orders: number[][] = [];
  readonly #onActivation: ((activation: Activation) => void) | undefined;

  /** @throws {RangeError} without an invoker. */
  constructor(readonly sim: Simulation, options: PlatformOptions) {
    if (options.invokers.length === 0) {
      throw new RangeError("a platform needs at least one invoker");
    }
    this.options = { ...OPENWHISK_DEFAULTS, ...options };
    this.limits = { ...LIMITS, ...options.freshenLimits };
    this.#onActivation = options.onActivation;
    this.invokers = options.invokers.map(({ name, host, memory }) =>
      new Invoker(
        sim,
        name,
        memory === undefined ? this.options : { ...this.options, userMemory: memory },
        host ?? null,
        options.observer,
        options.factory,
      )
    );
    this.predictions = new Predictions(sim, options.confidence, (action, { time, bytes }) => {
      this.ledger.misprediction(action.namespace, time, bytes);
    }, options.onRight);
  }

  /** Deploys a function. */
  register(spec: ActionSpec): Action {
    const action = new Action(this.actions.length, spec);
    this.actions.push(action);
    this.#orders.push(order(action, this.invokers.length));
    return action;
  }

  /** Invokes an action; ends with its activation. A failing function is a status, not an exception. */
  *invoke(action: Action, args?: unknown, options: InvokeOptions = {}): Process<Activation> {
    const { sim } = this;
    const activation: Activation = {
      action,
      requested: sim.now,
      started: 0,
      ended: 0,
      start: "warm",
      queued: 0,
      resumed: false,
      status: "success",
      result: undefined,
    };
    action.invocations++;
    this.predictions.requested(action);
    const overhead = options.overhead ?? this.options.controller + this.options.dispatch;
    if (overhead > 0) yield overhead;
    const invoker = this.#invoker(action);
    let grant: Grant;
    try {
      grant = yield* invoker.acquire(action);
    } catch (error) {
      if (!(error instanceof PodKilled)) throw error;
      activation.started = activation.ended = sim.now;
      activation.start = "cold";
      activation.status = "error";
      activation.result = error;
      this.#onActivation?.(activation);
      return activation;
    }
    const { container } = grant;
    activation.started = sim.now;
    activation.start = grant.start;
    activation.queued = grant.queued;
    activation.resumed = grant.resumed;
    let healthy = false;
    try {
      yield* this.#run(activation, grant, args);
      healthy = activation.status !== "timeout" && container.pod?.up !== false;
    } finally {
      // Also when the activation is interrupted: its container goes, as after a crash.
      activation.ended = sim.now;
      invoker.release(container, healthy);
    }
    this.ledger.run(action.namespace, action.memory, activation.ended - activation.started);
    this.#onActivation?.(activation);
    return activation;
  }

  /** Starts an invocation as a task of its own. */
  submit(action: Action, args?: unknown, options: InvokeOptions = {}): Task<Activation> {
    return this.sim.spawn(action.name, this.invoke(action, args, options));
  }

  /**
   * The freshen route: a prediction is made, and if category, trust and containers allow, the hook runs
   * in the container that the next request of the action would be given, or else beside a function that
   * runs. The owner pays for it.
   */
  *freshen(action: Action, options: FreshenOptions): Process<FreshenOutcome> {
    const prediction = this.predictions.predict(action, options.window);
    const outcome = yield* this.#freshen(action, options, prediction);
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    return outcome;
  }

  /** Containers of all invokers. */
  *containers(): Generator<Container> {
    for (const invoker of this.invokers) yield* invoker.containers;
  }

  *#run(activation: Activation, grant: Grant, args: unknown): Process {
    const { action } = activation;
    const { container } = grant;
    const run = action.spec.run({ action, container, args, activation });
    const body = container.pod === null ? run : container.pod.carry(run);
    try {
      if (action.timeout === Infinity) activation.result = yield* body;
      else {
        const result = yield* within(action.timeout, body);
        if (result === TIMED_OUT) activation.status = "timeout";
        else activation.result = result;
      }
    } catch (error) {
      if ((error as Error).name === "Interrupt") throw error;
      activation.status = "error";
      activation.result = error;
    }
  }

  *#freshen(
    action: Action,
    options: FreshenOptions,
    prediction: Prediction,
  ): Process<FreshenOutcome> {
    const hook = action.spec.freshen;
    if (hook === undefined) return "no hook";
    if (!this.predictions.confidence(action).allows(action.category)) return "not allowed";
    if (options.delay !== undefined && options.delay > 0) yield options.delay;
    const invoker = this.#invoker(action);
    // Best case: the container that is used next. Worst case: the function has just begun in it.
    let container: Container | null = invoker.idle(action) ?? invoker.running(action) ?? null;
    if (container === null && options.start === true) container = yield* invoker.prepare(action);
    if (container === null) return "no container";
    const began = this.sim.now;
    let bytes = 0;
    let outcome: FreshenOutcome = "done";
    try {
      if (!(yield* invoker.hold(container))) return "no container";
      container.freshenBytesLeft = this.limits.bytes;
      const work = yield* within(this.limits.time, hook(container));
      if (work === TIMED_OUT) outcome = "time limit";
      else if (work !== undefined) bytes = (work as { bytes: number }).bytes;
    } catch (error) {
      if ((error as Error).name === "Interrupt") throw error;
      outcome = "failed";
    } finally {
      invoker.letGo(container);
      const time = this.sim.now - began;
      bytes = Math.max(bytes, this.limits.bytes - container.freshenBytesLeft);
      prediction.time += time;
      prediction.bytes += bytes;
      this.ledger.freshen(action.namespace, action.memory, time, bytes);
    }
    return outcome;
  }

  #invoker(action: Action): Invoker {
    return this.invokers.length === 1
      ? this.invokers[0]
      : choose(action, this.invokers, this.#orders[action.id]);
  }
}
