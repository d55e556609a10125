/**
 * Autopilot as the chapter re-creates it: one control loop that asks cAdvisor for each container's usage
 * in turn, recommends, and writes new limits into the running containers every update period.
 */
import type { Container } from "../workloads/mod.ts";
import { MlRecommender, type MlWeights } from "./autopilot-ml.ts";
import { type JobClass, type OomTolerance, WindowRecommender } from "./autopilot-window.ts";
import type { Cluster } from "./cluster.ts";
import type { Limits, Policy } from "./policy.ts";
import { UsageSamples } from "./usage-samples.ts";

/** The two recommenders of Autopilot. */
export const RECOMMENDERS = ["ml", "moving-window"] as const;
/** What recommends memory beside the ML recommender of CPU: the same one, or the window's peak. */
export const MEMORY_RECOMMENDERS = ["ml", "peak"] as const;
/** When Autopilot begins: with the pods, or when all of them answer. */
export const BEGINNINGS = ["deployment", "ready"] as const;
/** With which limits a container starts again after an OOM kill. */
export const AFTER_KILL = ["pod-spec", "last"] as const;

/** What bounds the sum of Autopilot's CPU limits: nothing, or what the pods were deployed with. */
export const BOUNDS = ["none", "total"] as const;

/** How Autopilot recommends, and how it gets at usage and limits. */
export interface AutopilotOptions {
  readonly recommender: typeof RECOMMENDERS[number];
  readonly memoryRecommender: typeof MEMORY_RECOMMENDERS[number];
  readonly weights: MlWeights;
  /** Of the moving window: its statistic of CPU and of memory. */
  readonly job: JobClass;
  readonly oomTolerance: OomTolerance;
  /** ns */
  readonly updatePeriod: number;
  /** The pods' own limits: at deployment, and of each container that the kubelet starts anew. */
  readonly initial: readonly Limits[];
  /** What the last of 400 buckets stands for, cores and bytes. */
  readonly largestCpu: number;
  readonly largestMemory: number;
  /** Smallest limits, cores and bytes. */
  readonly leastCpu: number;
  readonly leastMemory: number;
  /** Safety margins of the ML recommender's models of memory, in buckets. */
  readonly memoryMargins: readonly number[];
  readonly begins: typeof BEGINNINGS[number];
  /** With `total` a raise is granted as far as the sum of CPU limits stays within that of `initial`. */
  readonly bound: typeof BOUNDS[number];
  /** cAdvisor's housekeeping interval, ns. */
  readonly housekeeping: number;
  /** Share of it that is added at random each time, at most. */
  readonly jitter: number;
  /** The loop's time to ask for one container's usage and to write one container's limits, ns. */
  readonly readCost: number;
  readonly writeCost: number;
  readonly afterKill: typeof AFTER_KILL[number];
  /** Whether a kill counts as use above the limit, as in VPA; neither the paper's text at hand nor the chapter has it. */
  readonly oomBump: boolean;
}

/** Usage is asked for each second, or as often as the loop manages (EuroSys 2020, section 3.2). */
const SAMPLE = 1e9;
/** What a kill counts as with `oomBump`: times the limit, or bytes above it (VPA's defaults). */
const BUMP = { ratio: 1.2, least: 100 * 2 ** 20 } as const;
/** Least quota of a period in the kernel, ns. */
const LEAST_QUOTA = 1e6;

interface State {
  readonly cpu: MlRecommender | WindowRecommender;
  readonly memory: MlRecommender | WindowRecommender;
  readonly cpuSamples: number[];
  memoryPeak: number;
}

/** Whether a container waits for its next start. */
function gone(container: Container): boolean {
  return !container.up && container.memory.usage === 0;
}

/** One recommender per container and resource; no sum of limits is looked at, unless `bound` says so. */
export class AutopilotPolicy implements Policy {
  #updates = 0;
  #refused = 0;
  /** Cores that raises may still take. */
  #free: number;

  constructor(private readonly options: AutopilotOptions) {
    this.#free = options.bound === "none" ? Infinity : 0;
  }

  initial(): readonly Limits[] {
    return this.options.initial;
  }

  start(cluster: Cluster): void {
    const { sim, containers } = cluster;
    const o = this.options;
    const states = containers.map(() => this.#state());
    const usage = new UsageSamples(
      sim,
      containers,
      o.housekeeping,
      o.jitter,
      sim.rng("housekeeping"),
    );
    let last = sim.now;
    const pass = () => {
      const began = sim.now;
      const update = began - last >= o.updatePeriod - SAMPLE / 2;
      if (update) {
        last = began;
        this.#updates++;
      }
      const visit = (i: number) => {
        if (i === containers.length) {
          return sim.after(Math.max(1, began + SAMPLE - sim.now), pass);
        }
        sim.after(o.readCost, () => {
          const state = states[i] as State;
          // Between a kill and the start of the new container there is none to ask about.
          if (gone(containers[i] as Container)) return visit(i + 1);
          const { cores, memory } = usage.read(i);
          state.cpuSamples.push(cores);
          state.memoryPeak = Math.max(state.memoryPeak, memory);
          if (!update) return visit(i + 1);
          sim.after(o.writeCost, () => {
            this.#update(containers[i] as Container, state);
            visit(i + 1);
          });
        });
      };
      visit(0);
    };
    const begin = () => {
      if (o.begins === "ready" && containers.some((c) => !c.up && !c.pending)) {
        return sim.after(SAMPLE, begin);
      }
      last = sim.now;
      sim.after(SAMPLE, pass);
    };
    sim.after(SAMPLE, begin);
    containers.forEach((container, i) => {
      container.onOomKill = () => {
        if (o.oomBump) {
          const state = states[i] as State, { limit } = container.memory;
          const use = Math.max(BUMP.ratio * limit, limit + BUMP.least);
          state.memoryPeak = Math.max(state.memoryPeak, use);
        }
        // The kubelet makes a new container from the pod's spec; what was written into the old one is gone.
        if (o.afterKill === "last") return;
        const spec = o.initial[i] as Limits;
        this.#write(container, spec.cpu);
        container.memory.setLimit(spec.memory);
      };
    });
  }

  /** Rounds of updates, and writes of a memory limit that the kernel refused (EBUSY). */
  counters(): Readonly<Record<string, number>> {
    return { updates: this.#updates, refused_limits: this.#refused };
  }

  #state(): State {
    const o = this.options;
    const ml = o.recommender === "ml";
    return {
      cpu: ml
        ? new MlRecommender(o.largestCpu, o.weights)
        : new WindowRecommender({ kind: "cpu", largest: o.largestCpu, job: o.job }),
      memory: ml && o.memoryRecommender === "ml"
        ? new MlRecommender(o.largestMemory, { ...o.weights, margins: o.memoryMargins })
        : new WindowRecommender({
          kind: "memory",
          largest: o.largestMemory,
          tolerance: o.oomTolerance,
        }),
      cpuSamples: [],
      memoryPeak: 0,
    };
  }

  #update(container: Container, state: State): void {
    const { sim } = container.host;
    const { leastCpu, leastMemory } = this.options;
    const cores = state.cpu.update(state.cpuSamples, sim.now);
    const memory = state.memory.update([state.memoryPeak], sim.now);
    state.cpuSamples.length = state.memoryPeak = 0;
    if (gone(container)) return;
    this.#write(container, Math.max(leastCpu, cores));
    if (!container.memory.setLimit(Math.max(leastMemory, Math.ceil(memory)))) this.#refused++;
    sim.trace?.counter(`${container.name} limits`, sim.now, {
      cores: container.cpu.quota / container.cpu.period,
      mib: container.memory.limit / 2 ** 20,
    });
  }

  #write(container: Container, cores: number): void {
    const { period, quota } = container.cpu;
    const had = quota / period;
    const granted = Math.min(cores, had + Math.max(0, this.#free));
    container.cpu.setQuota(Math.max(LEAST_QUOTA, Math.round(granted * period)));
    this.#free -= container.cpu.quota / period - had;
  }
}
