/** Autopilot as the chapter re-creates it: usage each second, new limits each update period, no restart. */
import type { Container } from "../workloads/mod.ts";
import { MlRecommender, type MlWeights } from "./autopilot-ml.ts";
import { WindowRecommender } from "./autopilot-window.ts";
import type { Cluster } from "./cluster.ts";
import type { Limits, Policy } from "./policy.ts";

/** The two recommenders of Autopilot. */
export const RECOMMENDERS = ["ml", "moving-window"] as const;

/** How Autopilot recommends and how often it writes limits. */
export interface AutopilotOptions {
  readonly recommender: typeof RECOMMENDERS[number];
  readonly weights: MlWeights;
  /** ns */
  readonly updatePeriod: number;
  /** Limits until the first update. */
  readonly initial: readonly Limits[];
  /** Largest CPU limit of a container, cores: the last bucket. */
  readonly largestCpu: number;
  /** Smallest limits. */
  readonly leastCpu: number;
  readonly leastMemory: number;
  /** Added to the memory recommendation: "10-15 %". */
  readonly memoryMargin: number;
  /** Limits are first changed this long after deployment: containers have started, ns. */
  readonly after: number;
}

const SAMPLE = 1e9;
const MIB = 2 ** 20;

interface State {
  readonly cpu: MlRecommender | WindowRecommender;
  readonly memory: WindowRecommender;
  readonly cpuSamples: number[];
  memoryPeak: number;
  usage: number;
  /** After an OOM kill: no less than this, bytes. */
  afterKill: number;
}

/** One recommender per container and resource. */
export class AutopilotPolicy implements Policy {
  #updates = 0;

  constructor(private readonly options: AutopilotOptions) {}

  initial(): readonly Limits[] {
    return this.options.initial;
  }

  start(cluster: Cluster): void {
    const { recommender, weights, largestCpu, updatePeriod } = this.options;
    const states = cluster.containers.map((container): State => ({
      cpu: recommender === "ml"
        ? new MlRecommender(largestCpu, weights)
        : new WindowRecommender("cpu"),
      // Of memory Autopilot aggregates only the window's peak.
      memory: new WindowRecommender("memory"),
      cpuSamples: [],
      memoryPeak: 0,
      usage: container.cpu.usage(),
      afterKill: 0,
    }));
    const { sim } = cluster;
    let last = 0;
    const sample = () => {
      const update = sim.now >= this.options.after && sim.now - last >= updatePeriod - 1;
      if (update) last = sim.now;
      cluster.containers.forEach((container, i) => {
        this.#sample(container, states[i] as State);
        if (update) this.#update(container, states[i] as State, sim.now);
      });
      if (update) this.#updates++;
      sim.after(SAMPLE, sample);
    };
    sim.after(SAMPLE, sample);
    cluster.containers.forEach((container, i) => {
      container.onOomKill = () => {
        const state = states[i] as State;
        state.afterKill = Math.max(state.afterKill, 1.2 * container.memory.limit);
        container.memory.setLimit(state.afterKill);
      };
    });
  }

  counters(): Readonly<Record<string, number>> {
    return { updates: this.#updates };
  }

  #sample(container: Container, state: State): void {
    const usage = container.cpu.usage();
    state.cpuSamples.push((usage - state.usage) / SAMPLE);
    state.usage = usage;
    state.memoryPeak = Math.max(state.memoryPeak, container.memory.usage);
  }

  #update(container: Container, state: State, now: number): void {
    const { leastCpu, leastMemory, memoryMargin } = this.options;
    const cores = Math.max(leastCpu, state.cpu.update(state.cpuSamples, now));
    state.cpuSamples.length = 0;
    container.cpu.setQuota(Math.max(1e6, Math.round(cores * container.cpu.period)));
    if (!container.up) return;
    const wanted = state.memory.update([state.memoryPeak], now) * (1 + memoryMargin);
    state.memoryPeak = 0;
    const limit = Math.max(leastMemory, state.afterKill, wanted);
    container.memory.setLimit(Math.ceil(limit / MIB) * MIB);
  }
}
