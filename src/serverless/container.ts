/** A container: OpenWhisk's ContainerProxy as a state machine, and what lives as long as its runtime. */
import type { Cgroup, Host, Thread } from "../hardware/mod.ts";
import type { Signal, Simulation, Timer } from "../kernel/mod.ts";
import type { Action } from "./action.ts";
import type { Pod } from "./pod.ts";

/**
 * starting: docker creates it. prewarm: a runtime without code. initializing: /init. ready: idle and
 * not paused. running: serves at least one activation. pausing, paused, resuming. removed: gone.
 */
export type ContainerState =
  | "starting"
  | "prewarm"
  | "initializing"
  | "ready"
  | "running"
  | "pausing"
  | "paused"
  | "resuming"
  | "removed";

/** Which state may follow which (ContainerProxy.scala, with /freshen beside /run). */
export const TRANSITIONS: Readonly<Record<ContainerState, readonly ContainerState[]>> = {
  starting: ["prewarm", "initializing", "removed"],
  prewarm: ["initializing", "removed"],
  initializing: ["running", "ready", "removed"],
  ready: ["running", "pausing", "removed"],
  running: ["running", "ready", "removed"],
  pausing: ["paused", "removed"],
  paused: ["resuming", "removed"],
  resuming: ["ready", "running", "removed"],
  removed: [],
};

/** Where a container runs. */
export interface ContainerHome {
  readonly sim: Simulation;
  readonly name: string;
  /** The invoker's CPUs; null where runs only take time. */
  readonly host: Host | null;
  /** Takes a container away: its node has failed. */
  remove(container: Container): void;
}

/** A container on an invoker. */
export class Container {
  state: ContainerState = "starting";
  /** Whose code it has; null for a stem cell. */
  action: Action | null = null;
  /** Activations that it serves now. */
  active = 0;
  /** Hooks that it runs now: they run beside activations, in a thread of their own. */
  freshening = 0;
  /** Bytes that the current hook may still move; whoever moves bytes for a hook takes them off. */
  freshenBytesLeft = 0;
  /** When it last became idle, ns. */
  lastUsed: number;
  /** When it began to exist, ns. */
  readonly created: number;
  /** Runtime-scoped variables: they live as long as the container. */
  readonly runtime = new Map<string, unknown>();
  /** Opens when a resume or a pause that is going on has ended. */
  settled: Signal | null = null;
  /** Pause grace, then idle time-out. */
  timer: Timer | null = null;
  /** Its pod, where the invoker has a factory that makes pods. */
  pod: Pod | null = null;
  /** Called when it is removed. */
  readonly onRemoved: (() => void)[] = [];
  #cgroup: Cgroup | null = null;
  #since: number;

  constructor(
    readonly id: number,
    readonly home: ContainerHome,
    readonly kind: string,
    /** Bytes: what it takes of the invoker's pool, and its memory limit. */
    readonly memory: number,
  ) {
    this.created = this.lastUsed = this.#since = home.sim.now;
  }

  /** @throws {Error} for a step that a container cannot make. */
  become(next: ContainerState): void {
    if (!TRANSITIONS[this.state].includes(next)) {
      throw new Error(`container ${this.name} is ${this.state} and cannot become ${next}`);
    }
    const { sim } = this.home;
    sim.trace?.complete(
      `container ${this.id} of ${this.home.name}`,
      this.state,
      this.#since,
      sim.now,
      {
        action: this.action?.name ?? this.kind,
      },
    );
    this.#since = sim.now;
    if (next === "removed") {
      sim.trace?.instant(`container ${this.id} of ${this.home.name}`, next, sim.now);
    }
    this.state = next;
  }

  /** For messages: where it is and what it has. */
  get name(): string {
    return `${this.id} (${this.action?.name ?? this.kind}) of ${this.home.name}`;
  }

  /** Whether it is gone. */
  get removed(): boolean {
    return this.state === "removed";
  }

  /** Whether /run and /freshen would be answered: code is there and nothing is frozen. */
  get answers(): boolean {
    return this.state === "ready" || this.state === "running";
  }

  /**
   * The container's control group, made when first asked for, with shares in proportion to memory as
   * OpenWhisk sets them (1024 for the invoker's whole pool).
   *
   * @throws {Error} on an invoker without simulated CPUs.
   */
  get cgroup(): Cgroup {
    if (this.#cgroup === null) {
      const { host, name } = this.home;
      if (host === null) throw new Error(`invoker "${name}" has no CPUs; build it with a host`);
      this.#cgroup = host.cgroup(`container ${this.id}`, {
        shares: Math.max(2, Math.round(this.memory / 2 ** 20)),
      });
    }
    return this.#cgroup;
  }

  /** A thread of the container: `yield* thread.run(ns)` burns CPU under the container's limits. */
  thread(name: string): Thread {
    return this.cgroup.thread(name);
  }

  /** A runtime-scoped variable: made once for the life of the container. */
  scoped<T>(name: string, make: () => T): T {
    if (!this.runtime.has(name)) this.runtime.set(name, make());
    return this.runtime.get(name) as T;
  }
}
