/**
 * FIRM (Qiu et al., OSDI 2020) as far as chapter 5 describes it: requests are traced, the critical path of
 * each is found, the instance that makes it long is picked, and CPU limits are set without a restart in a
 * coarse loop. Memory limits stay as deployed (section 5.2: "users to set static limits").
 *
 * FIRM picks with a support vector machine and sets limits with an agent trained by reinforcement (DDPG);
 * neither's weights are published. *In their place stand two rules of ours* (`STAND_IN`), so that what comes out
 * tells how such a loop behaves, not how good FIRM is. Left out: memory bandwidth, cache, disk and
 * network limits, which the substrate of these containers does not share out, and scaling out.
 */
import type { Rng, Simulation } from "../kernel/mod.ts";
import { type Container, percentile, type Span, type Tracer } from "../workloads/mod.ts";
import type { Cluster } from "./cluster.ts";
import { criticalPath } from "./critical-path.ts";
import type { Limits, Policy } from "./policy.ts";
import { UsageSamples } from "./usage-samples.ts";

/**
 * What stands in for the learned agent; all assumed. The first values (1.5 times, a tenth off whenever
 * the objective was met, 80 % in use) cut a whole application into throttling, which a raise of one
 * instance a round did not mend; these hold HipsterShop at an objective that it can meet.
 */
export const STAND_IN = {
  /** While the objective is missed: the critical instance's limit times this. */
  raise: 2,
  /** While requests take less than this share of the objective: every limit ... */
  easy: 0.5,
  /** ... times this ... */
  cut: 0.9,
  /** ... but not so low that the use of the last seconds is more than this share of it. */
  utilization: 0.5,
  /** Smallest limit, cores. */
  floor: 0.1,
} as const;

/** How often cAdvisor reads CPU use, ns: its default. */
const HOUSEKEEPING = 1e9;

/** What FIRM is given. */
export interface FirmOptions {
  /** Limits at deployment; those of memory stay. */
  readonly initial: readonly Limits[];
  /** The control loop, ns. */
  readonly period: number;
  /** Service-level objective: the 99th percentile of requests' times within the application, ns. */
  readonly objective: number;
  /** Share of requests that are traced. */
  readonly sampling: number;
}

/** Collects the traces of a sample of the requests, as FIRM's tracing coordinator. */
export class TraceCollector implements Tracer {
  #finished: Span[] = [];
  readonly #roots = new Set<Span>();

  constructor(
    private readonly sim: Simulation,
    private readonly sampling: number,
    private readonly rng: Rng,
  ) {}

  begins(service: number, parent: Span | null): Span | null {
    if (parent === null && !this.rng.bernoulli(this.sampling)) return null;
    const span: Span = { service, start: this.sim.now, end: Infinity, children: [] };
    if (parent === null) this.#roots.add(span);
    else parent.children.push(span);
    return span;
  }

  ends(span: Span): void {
    span.end = this.sim.now;
    if (this.#roots.delete(span)) this.#finished.push(span);
  }

  /** Requests that ended since the last call. */
  take(): readonly Span[] {
    const taken = this.#finished;
    this.#finished = [];
    return taken;
  }
}

/** A service on the critical paths of some requests. */
export interface OnPath {
  readonly service: number;
  /** Mean of its own time on the path, 0 where it is not on it, ns. */
  readonly mean: number;
  /** Correlation of that time with the request's, -1 to 1; 0 where either never changes. */
  readonly correlation: number;
}

/** Each service's part in the critical paths of `traces`. */
export function onPaths(traces: readonly Span[]): OnPath[] {
  const own = new Map<number, Float64Array>();
  const whole = Float64Array.from(traces, (t) => t.end - t.start);
  traces.forEach((trace, i) =>
    criticalPath(trace, ({ service }, time) => {
      let times = own.get(service);
      if (times === undefined) own.set(service, times = new Float64Array(traces.length));
      times[i] = (times[i] as number) + time;
    })
  );
  return [...own].map(([service, times]) => ({
    service,
    mean: mean(times),
    correlation: correlation(times, whole),
  }));
}

/** The instance to scale: its time on the paths weighed by how far it goes with the requests' times. */
export function critical(parts: readonly OnPath[]): number | undefined {
  const explained = (p: OnPath) => p.mean * Math.max(0, p.correlation);
  let best: OnPath | undefined;
  for (const part of parts) {
    if (best === undefined || explained(part) > explained(best)) best = part;
    else if (explained(part) === explained(best) && part.mean > best.mean) best = part;
  }
  return best?.service;
}

/** One loop over all containers of an application; nothing bounds the sum of its limits. */
export class FirmPolicy implements Policy {
  #updates = 0;
  #missed = 0;

  constructor(private readonly options: FirmOptions) {}

  initial(): readonly Limits[] {
    return this.options.initial;
  }

  start(cluster: Cluster): void {
    const { sim, containers, engine } = cluster;
    const { period, objective, sampling } = this.options;
    const traces = new TraceCollector(sim, sampling, sim.rng("sampled traces"));
    engine.tracer = traces;
    const usage = new UsageSamples(sim, containers, HOUSEKEEPING, 0, sim.rng("housekeeping"));
    const loop = () => {
      sim.after(period, loop);
      const done = traces.take();
      if (done.length === 0) return;
      this.#updates++;
      const times = Float64Array.from(done, (t) => t.end - t.start).sort();
      const tail = percentile(times, 99);
      if (tail <= objective) {
        if (tail > STAND_IN.easy * objective) return;
        containers.forEach((container, i) => cut(container, usage.read(i).cores));
        return;
      }
      this.#missed++;
      const service = critical(onPaths(done));
      if (service !== undefined) raise(containers[service] as Container);
    };
    sim.after(period, loop);
  }

  /** Rounds with traces, and those of them that missed the objective. */
  counters(): Readonly<Record<string, number>> {
    return { updates: this.#updates, missed_objectives: this.#missed };
  }
}

function raise(container: Container): void {
  write(container, Math.min(container.host.cores, STAND_IN.raise * limitOf(container)));
}

function cut(container: Container, used: number): void {
  const { cut, utilization, floor } = STAND_IN;
  const limit = limitOf(container);
  write(container, Math.min(limit, Math.max(floor, cut * limit, used / utilization)));
}

function limitOf({ cpu }: Container): number {
  return cpu.quota / cpu.period;
}

function write(container: Container, cores: number): void {
  if (Math.abs(cores - limitOf(container)) < 1e-6) return;
  container.cpu.setQuota(Math.round(cores * container.cpu.period));
  const { sim } = container.host;
  sim.trace?.counter(`${container.name} limits`, sim.now, { cores });
}

function mean(values: Float64Array): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

/** Pearson's coefficient. */
function correlation(x: Float64Array, y: Float64Array): number {
  const mx = mean(x), my = mean(y);
  let xy = 0, xx = 0, yy = 0;
  for (let i = 0; i < x.length; i++) {
    const dx = (x[i] as number) - mx, dy = (y[i] as number) - my;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}
