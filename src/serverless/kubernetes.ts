/**
 * OpenWhisk's KubernetesContainerFactory: each container is a pod that the scheduler puts on a node and
 * the kubelet starts. CPU scales with memory (`kubernetes.cpu-scaling`), request = limit.
 */
import type { FluidHost } from "../hardware/mod.ts";
import { type Process, Resource, type Rng, Signal, type Simulation } from "../kernel/mod.ts";
import type { Container } from "./container.ts";
import type { ContainerFactory } from "./factory.ts";
import { Pod } from "./pod.ts";

/** A node that pods may run on. */
export interface WorkerNode {
  readonly host: FluidHost;
  /** Memory that pods may ask for, bytes. */
  readonly memory: number;
}

/** How pods are made. */
export interface KubernetesOptions {
  readonly nodes: readonly WorkerNode[];
  /** Cores per byte of a container's memory. */
  readonly cpuScaling: number;
  /** Mean time from the request of a pod to its container's start, ns. */
  readonly podStart: number;
  /** Its coefficient of variation (lognormal). */
  readonly podStartVariation: number;
  /** Part of a pod's start that a kubelet does for one pod after the other, ns. */
  readonly kubelet: number;
  /** CFS period, ns. */
  readonly period: number;
  readonly spread?: number;
  readonly sliceExpiry?: boolean;
  /** Told of each pod when it has been put on a node. */
  readonly onCreated?: (pod: Pod) => void;
}

interface Node extends WorkerNode {
  readonly kubelet: Resource;
  /** Cores and bytes that pods have asked for. */
  cpu: number;
  bytes: number;
  up: boolean;
}

/** What others may follow. */
export interface PodObserver {
  started?(pod: Pod): void;
  deleted?(pod: Pod): void;
}

const EPSILON = 1e-9;

/** Pods on worker nodes. */
export class Kubernetes implements ContainerFactory {
  /** Every pod that exists, in order of creation. */
  readonly pods: Pod[] = [];
  /** Told of each pod. */
  observer: PodObserver = {};
  readonly #nodes: readonly Node[];
  readonly #nodeOf = new Map<Pod, Node>();
  readonly #containerOf = new Map<Pod, Container>();
  readonly #starts: Rng;
  readonly #phases: Rng;
  readonly #room: Signal;
  #ids = 0;

  /** @throws {RangeError} without a node. */
  constructor(readonly sim: Simulation, readonly options: KubernetesOptions) {
    if (options.nodes.length === 0) throw new RangeError("Kubernetes: expected at least one node");
    this.#nodes = options.nodes.map((node) => ({
      ...node,
      kubelet: new Resource(sim, `kubelet of ${node.host.name}`, 1),
      cpu: 0,
      bytes: 0,
      up: true,
    }));
    this.#starts = sim.rng("pod starts");
    this.#phases = sim.rng("period phases");
    this.#room = new Signal(sim, "room on a node", { broadcast: true });
  }

  /** The CPU limit of a container, cores. */
  cpuOf(container: Container): number {
    return container.memory * this.options.cpuScaling;
  }

  /** Creates the container's pod; waits (Pending) while no node has room. */
  *create(container: Container): Process {
    const cpu = this.cpuOf(container);
    const { podStart, podStartVariation, kubelet, period } = this.options;
    const start = Math.round(lognormal(this.#starts, podStart, podStartVariation));
    let node = this.#schedule(cpu, container.memory);
    while (node === undefined) {
      yield this.#room;
      if (container.removed) return;
      node = this.#schedule(cpu, container.memory);
    }
    node.cpu += cpu;
    node.bytes += container.memory;
    const id = this.#ids++;
    const pod = new Pod({
      id,
      name: `pod ${id}`,
      host: node.host,
      cpu,
      memory: container.memory,
      period,
      phase: 1 + this.#phases.uniformInt(period),
      spread: this.options.spread ?? 0,
      sliceExpiry: this.options.sliceExpiry ?? false,
    });
    this.pods.push(pod);
    this.#nodeOf.set(pod, node);
    this.#containerOf.set(pod, container);
    container.pod = pod;
    this.options.onCreated?.(pod);
    yield* node.kubelet.use(sleep(Math.min(kubelet, start)));
    yield Math.max(0, start - kubelet);
    if (!pod.up) return;
    pod.started = true;
    this.observer.started?.(pod);
  }

  /** Deletes the container's pod. */
  remove(container: Container): void {
    const { pod } = container;
    const node = pod === null ? undefined : this.#nodeOf.get(pod);
    if (pod === null || node === undefined) return;
    pod.kill();
    this.pods.splice(this.pods.indexOf(pod), 1);
    this.#nodeOf.delete(pod);
    this.#containerOf.delete(pod);
    node.cpu -= pod.requested.cpu;
    node.bytes -= pod.requested.memory;
    this.observer.deleted?.(pod);
    this.#room.fire();
  }

  /**
   * A node fails for `lasts` ns: its pods are gone, what runs in them fails, and no pod is put there.
   *
   * @throws {RangeError} for a node that is not there.
   */
  failNode(name: string, lasts: number): void {
    const node = this.#nodes.find(({ host }) => host.name === name);
    if (node === undefined) throw new RangeError(`Kubernetes has no node "${name}"`);
    node.up = false;
    for (const pod of [...this.pods].filter((p) => this.#nodeOf.get(p) === node)) {
      const container = this.#containerOf.get(pod) as Container;
      pod.kill();
      // Whoever runs or starts in a container removes it on the way out.
      if (container.active === 0 && container.action !== null) container.home.remove(container);
    }
    this.sim.after(lasts, () => {
      node.up = true;
      this.#room.fire();
    });
  }

  /** Sum of the limits as the nodes' kernels have them (of pods that have started): cores and bytes. */
  limits(): { readonly cpu: number; readonly memory: number } {
    let cpu = 0, memory = 0;
    for (const pod of this.pods) {
      if (!pod.started) continue;
      cpu += pod.cpu.quota / pod.cpu.period;
      memory += pod.memory.limit;
    }
    return { cpu, memory };
  }

  /** kube-scheduler: nodes with room for the requests, then the least allocated. */
  #schedule(cpu: number, bytes: number): Node | undefined {
    let best: Node | undefined;
    let most = -Infinity;
    for (const node of this.#nodes) {
      if (!node.up) continue;
      const cores = node.host.cores - node.cpu - cpu;
      const memory = node.memory - node.bytes - bytes;
      if (cores < -EPSILON || memory < 0) continue;
      const score = cores / node.host.cores + memory / node.memory;
      if (score > most) [best, most] = [node, score];
    }
    return best;
  }
}

function* sleep(time: number): Process {
  yield time;
}

/** A lognormal draw with this mean and coefficient of variation; the mean itself for none. */
export function lognormal(rng: Rng, mean: number, variation: number): number {
  if (variation === 0) return mean;
  const square = Math.log(1 + variation * variation);
  return rng.logNormal(Math.log(mean) - square / 2, Math.sqrt(square));
}
