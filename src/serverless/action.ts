/** Actions (functions) and the record of their activations. */
import type { Process } from "../kernel/mod.ts";
import type { Container } from "./container.ts";
import { OPENWHISK } from "./parameters.ts";

/** latency-sensitive: freshen whenever it may help. default: with confidence. insensitive: never. */
export type ServiceCategory = "latency-sensitive" | "default" | "latency-insensitive";

/** A function as its owner deploys it. */
export interface ActionSpec {
  readonly name: string;
  /** Who owns it, and pays. Default: `guest`. */
  readonly namespace?: string;
  /** Language runtime; only stem cells of the same kind can be used. Default: `nodejs`. */
  readonly kind?: string;
  /** Bytes; default 256 MiB. */
  readonly memory?: number;
  /** Longest run, ns; default 60 s; Infinity: none. */
  readonly timeout?: number;
  /** Activations that one container runs at the same time; default 1. */
  readonly concurrency?: number;
  /** /init: its time, ns, or what it does in the container; default: the platform's time. */
  readonly init?: number | ((container: Container) => Process);
  readonly category?: ServiceCategory;
  /** The function: sleeps, burns CPU on `container.thread()`, uses the container's connections. */
  readonly run: (invocation: Invocation) => Process<unknown>;
  /** The freshen hook. It is given the container and nothing else: a hook has no arguments. */
  readonly freshen?: (container: Container) => Process<FreshenWork | void>;
}

/** What a hook says that it did. */
export interface FreshenWork {
  /** Bytes that it brought or sent. */
  readonly bytes: number;
}

/** What a running function is given. */
export interface Invocation {
  readonly action: Action;
  readonly container: Container;
  readonly args: unknown;
  readonly activation: Activation;
}

/** A deployed action. */
export class Action {
  readonly name: string;
  readonly namespace: string;
  readonly kind: string;
  readonly memory: number;
  readonly timeout: number;
  readonly concurrency: number;
  readonly category: ServiceCategory;
  /** Activations begun. */
  invocations = 0;

  /** @param id its place among the platform's actions. */
  constructor(readonly id: number, readonly spec: ActionSpec) {
    this.name = spec.name;
    this.namespace = spec.namespace ?? "guest";
    this.kind = spec.kind ?? "nodejs";
    this.memory = spec.memory ?? OPENWHISK.actionMemory.value;
    this.timeout = spec.timeout ?? OPENWHISK.actionTimeout.value;
    this.concurrency = spec.concurrency ?? 1;
    this.category = spec.category ?? "default";
    if (!(this.memory > 0)) {
      throw new RangeError(`action "${spec.name}": ${this.memory} bytes of memory`);
    }
    if (!(this.timeout > 0)) {
      throw new RangeError(`action "${spec.name}": a timeout of ${this.timeout} ns`);
    }
    if (!(Number.isInteger(this.concurrency) && this.concurrency >= 1)) {
      throw new RangeError(
        `action "${spec.name}": a concurrency of ${this.concurrency}; expected >= 1`,
      );
    }
  }
}

/** How an activation got its container (OpenWhisk's words). */
export type StartKind = "warm" | "prewarmed" | "cold" | "recreated";

/** One activation; times in ns. */
export interface Activation {
  readonly action: Action;
  /** When the request came. */
  readonly requested: number;
  /** When the function began to run. */
  started: number;
  ended: number;
  start: StartKind;
  /** Part of the way to `started` spent waiting for memory. */
  queued: number;
  /** Whether the container was paused and had to be resumed. */
  resumed: boolean;
  status: "success" | "error" | "timeout";
  result: unknown;
}
