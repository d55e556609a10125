/**
 * Kubernetes' Vertical Pod Autoscaler: recommender (decaying histograms), updater (evicts when the
 * limit is outside the bounds) and admission (the new pod gets the target). Constants: autoscaler's
 * vertical-pod-autoscaler/pkg, master of 2026.
 */
import type { Cluster } from "./cluster.ts";
import type { Limits, Policy } from "./policy.ts";

/** Published constants. */
export const VPA = {
  loop: 60e9,
  cpuFirst: 0.01,
  memoryFirst: 1e7,
  growth: 1.05,
  halfLife: 24 * 3600e9,
  target: 0.9,
  lower: 0.5,
  upper: 0.95,
  margin: 1.15,
  leastCpu: 0.025,
  leastMemory: 250 * 2 ** 20,
  oomFactor: 1.2,
  oomBytes: 100 * 2 ** 20,
} as const;

/** A histogram with exponential buckets and weights that double per half-life. */
export class DecayingHistogram {
  readonly #weights: number[] = [];
  #total = 0;

  constructor(private readonly first: number) {}

  add(value: number, weight: number, now: number): void {
    const w = Math.max(0.0001, weight) * 2 ** (now / VPA.halfLife);
    const k = this.#bucket(value);
    this.#weights[k] = (this.#weights[k] ?? 0) + w;
    this.#total += w;
  }

  /** The end of the bucket in which the percentile `p` (0 to 1) lies; 0 when empty. */
  percentile(p: number): number {
    let sum = 0;
    for (let k = 0; k < this.#weights.length; k++) {
      sum += this.#weights[k] ?? 0;
      if (sum >= p * this.#total && sum > 0) return this.#start(k + 1);
    }
    return 0;
  }

  #bucket(value: number): number {
    if (value < this.first) return 0;
    return Math.floor(Math.log(value / this.first * (VPA.growth - 1) + 1) / Math.log(VPA.growth));
  }

  #start(k: number): number {
    return this.first * (VPA.growth ** k - 1) / (VPA.growth - 1);
  }
}

/** First limits of each container, and when the updater may evict. */
export interface VpaOptions {
  readonly initial: readonly Limits[];
  /** Pods that must exist before one is evicted (`--min-replicas`). Kubernetes' default is 2: with one
   * replica per service nothing is ever evicted. */
  readonly minReplicas: number;
}

/** One pod per service; a change is a restart. */
export class VpaPolicy implements Policy {
  #evictions = 0;

  constructor(private readonly options: VpaOptions) {}

  initial(): readonly Limits[] {
    return this.options.initial;
  }

  start(cluster: Cluster): void {
    const { sim } = cluster;
    const began = sim.now;
    const states = cluster.containers.map((c) => ({
      cpu: new DecayingHistogram(VPA.cpuFirst),
      memory: new DecayingHistogram(VPA.memoryFirst),
      peak: 0,
      usage: c.cpu.usage(),
      samples: 0,
    }));
    const loop = () => {
      cluster.containers.forEach((container, i) => {
        const state = states[i] as typeof states[number];
        const usage = container.cpu.usage();
        const cores = (usage - state.usage) / VPA.loop;
        state.usage = usage;
        const limit = container.cpu.quota / container.cpu.period;
        state.cpu.add(cores, Math.max(limit, 0.1), sim.now);
        // One peak per 24 h window: the same window for the whole of a run.
        state.peak = Math.max(state.peak, container.memory.usage);
        state.samples++;
        const days = (sim.now - began) / (24 * 3600e9);
        const confidence = Math.max(1e-6, Math.min(days, state.samples / 1440));
        const cpuTarget = Math.max(VPA.leastCpu, state.cpu.percentile(VPA.target) * VPA.margin);
        const memoryTarget = Math.max(VPA.leastMemory, state.peak * VPA.margin);
        const upper = Math.max(VPA.leastCpu, state.cpu.percentile(VPA.upper) * VPA.margin) *
          (1 + 1 / confidence);
        const lower = Math.max(VPA.leastCpu, state.cpu.percentile(VPA.lower) * VPA.margin) *
          (1 + 0.001 / confidence) ** -2;
        const outside = limit > upper || limit < lower || container.memory.limit < state.peak;
        if (!outside || this.options.minReplicas > 1 || !container.up) return;
        this.#evictions++;
        // The updater evicts; the new pod gets the target if a quota allows it, or waits.
        container.evict();
        cluster.quota.release(container.id);
        cluster.quota.request(container.id, { cpu: cpuTarget, memory: memoryTarget }, () => {
          container.cpu.setQuota(Math.max(1e6, Math.round(cpuTarget * container.cpu.period)));
          container.memory.setLimit(memoryTarget);
          container.create();
        });
      });
      sim.after(VPA.loop, loop);
    };
    sim.after(VPA.loop, loop);
    for (const container of cluster.containers) {
      container.onOomKill = () => {
        const limit = container.memory.limit;
        container.memory.setLimit(Math.max(VPA.oomFactor * limit, limit + VPA.oomBytes));
      };
    }
  }

  counters(): Readonly<Record<string, number>> {
    return { evictions: this.#evictions };
  }
}
