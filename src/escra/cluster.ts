/** An application on a platform: a container per service, spread over the workers, under a load. */
import { FluidHost, type LinkSpec, type Platform } from "../hardware/mod.ts";
import type { Simulation } from "../kernel/mod.ts";
import { type Application, Container, Engine } from "../workloads/mod.ts";
import type { Limits } from "./policy.ts";
import { ResourceQuota } from "./quota.ts";

/** What a simulated cluster of containers is made of. */
export interface ClusterOptions {
  readonly sim: Simulation;
  readonly platform: Platform;
  readonly application: Application;
  readonly limits: readonly Limits[];
  /** CFS period, ns. */
  readonly period: number;
  /** One way through both hosts' network stacks, ns. */
  readonly stackDelay: number;
  /** CPUs that a container's threads take turns on, and whether what they keep expires. */
  readonly spread: number;
  readonly sliceExpiry: boolean;
  /** CPUs of every worker instead of the platform's. */
  readonly cores?: number;
  /** What a ResourceQuota allows in all; default: there is none. */
  readonly quota?: Limits | undefined;
  readonly answered: (request: number, status: number) => void;
  /** See `EngineOptions.broken` and `reset`. */
  readonly broken?: ((request: number) => void) | undefined;
  readonly reset?: (() => void) | undefined;
}

/** One run's hosts, containers and engine. The platform's first host is the control node. */
export class Cluster {
  readonly sim: Simulation;
  readonly platform: Platform;
  readonly application: Application;
  readonly hosts: readonly FluidHost[];
  readonly control: string;
  readonly containers: readonly Container[];
  readonly engine: Engine;
  readonly period: number;
  /** Admission of pods; without a quota all are admitted. */
  readonly quota: ResourceQuota;
  readonly #limits: readonly Limits[];
  readonly #delay: (from: number, to: number) => number;

  constructor(options: ClusterOptions) {
    const { sim, platform, application, limits, period, stackDelay, answered } = options;
    this.sim = sim;
    this.platform = platform;
    this.application = application;
    this.period = period;
    this.quota = new ResourceQuota(sim, options.quota ?? { cpu: Infinity, memory: Infinity });
    this.#limits = limits;
    const [control, ...workers] = [...platform.hosts.values()];
    if (control === undefined || workers.length === 0) {
      throw new RangeError(
        `platform "${platform.id}": expected a control node and at least one worker`,
      );
    }
    this.control = control.name;
    this.hosts = workers.map((w) => new FluidHost(sim, w.name, options.cores ?? w.cpus));
    const phase = sim.rng("period phases");
    const names = workers.map((w) => w.name);
    const place = application.services.map((_, i) => i % workers.length);
    const between = (a: string, b: string) =>
      Math.round(stackDelay + (a === b ? 0 : platform.link(a, b).latency));
    const delays = [control.name, ...names].map((a) =>
      [control.name, ...names].map((b) => between(a, b))
    );
    const node = (i: number) => i < 0 ? 0 : 1 + (place[i] as number);
    this.#delay = (a, b) => (delays[node(a)] as number[])[node(b)] as number;
    this.engine = new Engine({
      sim,
      application,
      delay: this.#delay,
      answered,
      broken: options.broken,
      reset: options.reset,
    });
    this.containers = application.services.map((service, i) =>
      new Container(i, service, {
        host: this.hosts[place[i] as number] as FluidHost,
        quota: (limits[i] as Limits).cpu * period,
        period,
        phase: 1 + phase.uniformInt(period),
        spread: Math.min(options.spread, service.cpus, service.threads),
        sliceExpiry: options.sliceExpiry,
        memoryLimit: (limits[i] as Limits).memory,
        onDone: this.engine.onDone(i),
      })
    );
  }

  /** Starts the containers; policies hook in before. */
  boot(): void {
    let attached = false;
    this.containers.forEach((container, i) => {
      container.pending = true;
      this.quota.request(container.id, this.#limits[i] as Limits, () => {
        if (attached) container.create();
        else container.pending = false;
      });
    });
    this.engine.attach(this.containers);
    attached = true;
  }

  /** Whether the containers that requests enter at answer. */
  accepts(): boolean {
    return this.#entries().every((service) => (this.containers[service] as Container).up);
  }

  /** From the client to the farthest container that requests enter at and back, ns. */
  get roundTrip(): number {
    return Math.max(...this.#entries().map((i) => this.#delay(-1, i) + this.#delay(i, -1)));
  }

  #entries(): number[] {
    const { operations, requests } = this.application;
    return requests.map(({ operation }) => (operations[operation] as { service: number }).service);
  }

  /** One way from the control node to a container's host on the wire, ns. */
  latency(container: Container): number {
    return this.platform.link(this.control, container.host.name).latency;
  }

  /** The control node's link to a container's host. */
  link(container: Container): LinkSpec {
    return this.platform.link(this.control, container.host.name);
  }

  /** A worker fails: its containers die, and start again when it is back. */
  failNode(name: string, lasts: number): void {
    for (const container of this.containers) {
      if (container.host.name !== name) continue;
      container.nodeDown = true;
      container.kill(false);
      this.sim.after(lasts, () => container.nodeDown = false);
    }
  }
}
