/**
 * Kubernetes' Vertical Pod Autoscaler: recommender, updater (evicts a pod whose requests are outside the
 * recommended range) and admission (the new pod gets the target). The updater's rules and constants:
 * kubernetes/autoscaler, vertical-pod-autoscaler/pkg/updater, master of 2026.
 */
import type { Container } from "../workloads/mod.ts";
import type { Cluster } from "./cluster.ts";
import type { Limits, Policy } from "./policy.ts";
import { type Range, VpaRecommender } from "./vpa-recommender.ts";

/** Published constants of the updater: flags' defaults, ns. */
export const UPDATER = {
  loop: 60e9,
  /** Age from which a pod inside the range is evicted, too, for a change of a tenth. */
  lifetime: 12 * 3600e9,
  change: 0.1,
  /** A container that was killed sooner than this has run out of memory quickly. */
  quickOom: 600e9,
} as const;

/** What VPA is given. */
export interface VpaOptions {
  /** Limits, and requests, of the pods at deployment. */
  readonly initial: readonly Limits[];
  /** Pods that must exist before one is evicted (`--min-replicas`). Kubernetes' default is 2: with one
   * replica per service nothing is ever evicted. */
  readonly minReplicas: number;
}

/** A pod as the updater sees it. */
export interface PodState {
  readonly requests: Limits;
  /** Since it was created, ns. */
  readonly age: number;
  readonly quickOom: boolean;
}

/** Whether the updater evicts a pod for this recommendation. */
export function evicts(pod: PodState, cpu: Range, memory: Range): boolean {
  const { requests } = pod;
  const outside = requests.cpu < cpu.lower || requests.cpu > cpu.upper ||
    requests.memory < memory.lower || requests.memory > memory.upper;
  if (outside) return true;
  const difference = Math.abs(cpu.target - requests.cpu) / requests.cpu +
    Math.abs(memory.target - requests.memory) / requests.memory;
  if (pod.quickOom) return difference > 0;
  return pod.age >= UPDATER.lifetime && difference >= UPDATER.change;
}

interface State {
  readonly recommender: VpaRecommender;
  requests: Limits;
  usage: number;
  podSince: number;
  containerSince: number;
  quickOom: boolean;
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
    const states = cluster.containers.map((c, i): State => ({
      recommender: new VpaRecommender(),
      requests: this.options.initial[i] as Limits,
      usage: c.cpu.usage(),
      podSince: sim.now,
      containerSince: sim.now,
      quickOom: false,
    }));
    const loop = () => {
      cluster.containers.forEach((container, i) => {
        const state = states[i] as State;
        this.#sample(container, state);
        if (!container.up || this.options.minReplicas > 1) return;
        const cpu = state.recommender.cpu(), memory = state.recommender.memory();
        const { requests, quickOom } = state;
        if (!evicts({ requests, quickOom, age: sim.now - state.podSince }, cpu, memory)) return;
        this.#evict(cluster, container, state, { cpu: cpu.target, memory: memory.target });
      });
      sim.after(UPDATER.loop, loop);
    };
    sim.after(UPDATER.loop, loop);
    cluster.containers.forEach((container, i) => {
      const state = states[i] as State;
      container.onOomKill = () => {
        state.recommender.addOom(state.requests.memory, sim.now);
        state.quickOom = sim.now - state.containerSince < UPDATER.quickOom;
        state.containerSince = sim.now;
      };
    });
  }

  counters(): Readonly<Record<string, number>> {
    return { evictions: this.#evictions };
  }

  /** What the metrics server says once a minute. */
  #sample(container: Container, state: State): void {
    const { now } = container.host.sim;
    const usage = container.cpu.usage();
    const cores = (usage - state.usage) / UPDATER.loop;
    state.usage = usage;
    if (container.pending) return;
    state.recommender.addCpu(cores, state.requests.cpu, now);
    state.recommender.addMemory(container.memory.usage, now);
  }

  /** The pod is deleted; its successor has the target for limits, if a quota allows it, or waits. */
  #evict(cluster: Cluster, container: Container, state: State, target: Limits): void {
    const { sim } = cluster;
    this.#evictions++;
    container.evict();
    cluster.quota.release(container.id);
    cluster.quota.request(container.id, target, () => {
      state.requests = target;
      state.podSince = state.containerSince = sim.now;
      state.quickOom = false;
      container.cpu.setQuota(Math.max(1e6, Math.round(target.cpu * container.cpu.period)));
      container.memory.setLimit(target.memory);
      container.create();
    });
  }
}
