/**
 * A pod: one container of a function as a node sees it, with a CPU group and a memory group of its own,
 * so that how long a function runs follows from its limits. For invokers on Kubernetes.
 */
import {
  type FluidGroup,
  type FluidHost,
  MemoryCgroup,
  type PeriodReport,
} from "../hardware/mod.ts";
import { any, type Process, Signal, type Simulation } from "../kernel/mod.ts";

/** The pod is gone: killed at its memory limit, or with its node. */
export class PodKilled extends Error {
  override name = "PodKilled";
}

/** How to make a pod. */
export interface PodOptions {
  readonly id: number;
  readonly name: string;
  readonly host: FluidHost;
  /** CPU limit, cores. */
  readonly cpu: number;
  /** Memory limit, bytes. */
  readonly memory: number;
  /** CFS period, ns. */
  readonly period: number;
  /** When its first period ends, ns from now. */
  readonly phase: number;
  /** CPUs that its threads take turns on; see `FluidGroupOptions`. */
  readonly spread?: number;
  readonly sliceExpiry?: boolean;
}

/** What waits for CPU time: the threads of one `compute` that have not ended. */
interface Computation {
  left: number;
  readonly done: Signal<boolean>;
}

/** A pod on a node. Only `compute` and `charge` use anything: a pod that waits or is paused is idle. */
export class Pod {
  readonly id: number;
  readonly name: string;
  readonly host: FluidHost;
  readonly cpu: FluidGroup;
  readonly memory: MemoryCgroup;
  /** Limits that it was created with: cores (its CPU request, too) and bytes. */
  readonly requested: { readonly cpu: number; readonly memory: number };
  /** Exists: false once it was killed or deleted. */
  up = true;
  /** Its container runs: the control groups exist. */
  started = false;
  /** It was killed at its memory limit. */
  oomKilled = false;
  /** Failed charges that the OOM hook was asked about. */
  oomEvents = 0;
  /** Told at the end of each CPU period in which the pod's timer ran: Escra's kernel hook. */
  periodHook: ((report: PeriodReport, pod: Pod) => void) | null = null;
  /** Asked before the kill; calls `decide` once: true to try the charge again. */
  oomHook: ((pod: Pod, size: number, decide: (retry: boolean) => void) => void) | null = null;
  /** Fires when it is no longer up. */
  readonly gone: Signal;
  readonly #sim: Simulation;
  readonly #computations = new Map<number, Computation>();
  #ids = 0;

  constructor(options: PodOptions) {
    const { id, name, host, cpu, memory, period, phase } = options;
    this.id = id;
    this.name = name;
    this.host = host;
    this.requested = { cpu, memory };
    this.#sim = host.sim;
    this.gone = new Signal(host.sim, `end of ${name}`);
    this.cpu = host.group(name, {
      quota: cpu * period,
      period,
      phase,
      spread: options.spread ?? 0,
      sliceExpiry: options.sliceExpiry ?? false,
      onDone: (id) => this.#ended(id),
      onPeriod: (report) => {
        this.#trace(report);
        this.periodHook?.(report, this);
      },
    });
    this.memory = new MemoryCgroup(name, { limit: memory });
  }

  /**
   * Uses CPU time on threads that start together, `demands` ns each; ends with the last of them.
   *
   * @throws {PodKilled} if the pod is killed meanwhile.
   */
  *compute(...demands: readonly number[]): Process {
    this.#alive();
    const work = demands.filter((d) => d >= 1);
    if (work.length === 0) return;
    const id = this.#ids++;
    const done = new Signal<boolean>(this.#sim, `CPU time of pod ${this.name}`);
    this.#computations.set(id, { left: work.length, done });
    for (const demand of work) this.cpu.run(Math.round(demand), id);
    if (!(yield* done)) throw this.#killed();
  }

  /**
   * Charges anonymous memory; at the limit it waits for the OOM hook's answer.
   *
   * @throws {PodKilled} if there is no room; the pod is gone then.
   */
  *charge(size: number): Process {
    this.#alive();
    while (!this.memory.charge(size)) {
      this.oomEvents++;
      const answer = new Signal<boolean>(this.#sim, `OOM event of pod ${this.name}`);
      if (this.oomHook === null) answer.fire(false);
      else this.oomHook(this, size, (retry) => answer.fire(retry));
      const retry = yield* answer;
      if (!this.up) throw this.#killed();
      if (!retry) {
        this.oomKilled = true;
        this.kill();
        throw this.#killed();
      }
    }
  }

  /** Gives anonymous memory back, bytes. */
  free(size: number): void {
    if (this.up) this.memory.uncharge(size);
  }

  /** Its processes end at once (an OOM kill, a deletion). */
  kill(): void {
    if (!this.up) return;
    this.up = false;
    this.cpu.kill();
    this.memory.kill();
    const waiting = [...this.#computations.values()];
    this.#computations.clear();
    for (const { done } of waiting) done.fire(false);
    this.gone.fire();
  }

  #trace(report: PeriodReport): void {
    const { quota, used, throttled } = report;
    const { period } = this.cpu;
    this.#sim.trace?.counter(`${this.name}: cores`, this.#sim.now, {
      limit: quota / period,
      used: used / period,
      throttled: throttled ? 1 : 0,
    });
  }

  /**
   * Runs `body` in the pod: it ends with the pod, whatever it waits for.
   *
   * @throws {PodKilled} if the pod goes first.
   */
  *carry<T>(body: Process<T>): Process<T> {
    this.#alive();
    // It never fails as a task: who waits for it may have left by then.
    const task = this.#sim.spawn(`run in ${this.name}`, settled(body));
    try {
      const { value } = yield* any<[typeof task, Signal]>(task, this.gone);
      if (value === undefined) throw this.#killed();
      if ("error" in value) throw value.error;
      return value.value;
    } finally {
      if (!task.done) task.interrupt();
    }
  }

  #ended(id: number): void {
    const computation = this.#computations.get(id);
    if (computation === undefined || --computation.left > 0) return;
    this.#computations.delete(id);
    computation.done.fire(true);
  }

  #alive(): void {
    if (!this.up) throw this.#killed();
  }

  #killed(): PodKilled {
    return new PodKilled(`pod ${this.name}: killed`);
  }
}

function* settled<T>(body: Process<T>): Process<{ value: T } | { error: unknown }> {
  try {
    return { value: yield* body };
  } catch (error) {
    return { error };
  }
}
