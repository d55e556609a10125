/** Single queues with known answers. Times in the rows are in ms. */
import { Level, type Process, Resource, Sharing, type Simulation, Tally } from "../kernel/mod.ts";

/** What every model needs. */
export interface QueueParameters {
  /** Utilisation of a server, 0..1. */
  readonly rho: number;
  /** Mean service time, ns. */
  readonly service: number;
  /** Servers of the M/M/c queue. */
  readonly servers: number;
  /** Customers measured. */
  readonly customers: number;
  /** Customers before them. */
  readonly warmUp: number;
  /** Gives a new simulation of this run's seed. */
  simulation(): Simulation;
}

/** One measure: what, by theory, by simulation. */
export interface Measured extends Record<string, string | number> {
  readonly measure: string;
  readonly theory: number;
  readonly value: number;
}

const MS = 1e6;

/**
 * Feeds customers in for ever, with exponential times between, and stops when those numbered from
 * `warmUp` to `warmUp + customers` have all left: nobody measured sees an emptying system.
 *
 * @param serve a customer's life; measured ones are told so.
 * @param warm called when the first measured customer arrives.
 */
export function drive(
  sim: Simulation,
  name: string,
  between: number,
  p: QueueParameters,
  serve: (measured: boolean) => Process,
  warm: () => void,
): void {
  let left = p.customers;
  function* customer(measured: boolean): Process {
    yield* serve(measured);
    if (measured && --left === 0) sim.stop();
  }
  function* source(): Process {
    const arrivals = sim.rng(`${name}/arrivals`);
    for (let i = 0;; i++) {
      yield arrivals.exponential(between);
      if (i === p.warmUp) warm();
      sim.spawn("customer", customer(i >= p.warmUp && i < p.warmUp + p.customers));
    }
  }
  sim.spawn("source", source());
  sim.run();
}

/** First come, first served with `servers` servers: waits, queue length and busy servers. */
function firstComeFirstServed(
  p: QueueParameters,
  name: string,
  servers: number,
  draw: (sim: Simulation) => () => number,
) {
  const sim = p.simulation();
  const server = new Resource(sim, name, servers);
  const service = draw(sim);
  const waits = new Tally();
  const sojourns = new Tally({ digits: 4 });
  let waited = 0;
  function* serve(measured: boolean): Process {
    const began = sim.now;
    yield server;
    const wait = sim.now - began;
    yield service();
    server.release();
    if (!measured) return;
    if (wait > 0) waited++;
    waits.add(wait);
    sojourns.add(sim.now - began);
  }
  drive(sim, name, p.service / (p.rho * servers), p, serve, () => {
    server.busy.reset();
    server.queue.reset();
  });
  return { server, waits, sojourns, waited: waited / p.customers };
}

/** M/M/1: Wq = s·rho / (1 - rho), Lq = rho² / (1 - rho), P(T > t) = exp(-t (1 - rho) / s). */
export function mm1(p: QueueParameters): Measured[] {
  const { rho } = p;
  const s = p.service / MS;
  const seen = firstComeFirstServed(p, "mm1", 1, (sim) => {
    const rng = sim.rng("mm1/service");
    return () => rng.exponential(p.service);
  });
  const p95 = seen.sojourns.quantile(0.95) / MS;
  return [
    { measure: "wait_ms", theory: s * rho / (1 - rho), value: seen.waits.mean() / MS },
    { measure: "queue_length", theory: rho * rho / (1 - rho), value: seen.server.queue.mean() },
    { measure: "utilisation", theory: rho, value: seen.server.busy.mean() },
    { measure: "sojourn_p95_ms", theory: s / (1 - rho) * Math.log(20), value: p95 },
  ];
}

/** M/M/c: Erlang's C formula, Wq = C·s / (c (1 - rho)). */
export function mmc(p: QueueParameters): Measured[] {
  const { rho, servers } = p;
  const s = p.service / MS;
  const seen = firstComeFirstServed(p, "mmc", servers, (sim) => {
    const rng = sim.rng("mmc/service");
    return () => rng.exponential(p.service);
  });
  // Erlang B by its recursion, then C from it.
  let blocked = 1;
  for (let k = 1; k <= servers; k++) {
    blocked = rho * servers * blocked / (k + rho * servers * blocked);
  }
  const mustWait = blocked / (1 - rho * (1 - blocked));
  const wait = mustWait * s / (servers * (1 - rho));
  return [
    { measure: "wait_probability", theory: mustWait, value: seen.waited },
    { measure: "wait_ms", theory: wait, value: seen.waits.mean() / MS },
    { measure: "busy_servers", theory: servers * rho, value: seen.server.busy.mean() },
  ];
}

/** M/D/1 (Pollaczek-Khinchine): Wq = s·rho / (2 (1 - rho)). */
export function md1(p: QueueParameters): Measured[] {
  const { rho } = p;
  const s = p.service / MS;
  const seen = firstComeFirstServed(p, "md1", 1, () => () => p.service);
  const length = rho * rho / (2 * (1 - rho));
  return [
    { measure: "wait_ms", theory: s * rho / (2 * (1 - rho)), value: seen.waits.mean() / MS },
    { measure: "queue_length", theory: length, value: seen.server.queue.mean() },
  ];
}

/**
 * M/G/1 processor sharing with hyperexponential work (squared coefficient of variation 4): the mean
 * sojourn s / (1 - rho) does not depend on the distribution, and a job of size x takes x / (1 - rho).
 */
export function mg1ps(p: QueueParameters): Measured[] {
  const { rho } = p;
  const sim = p.simulation();
  const server = new Sharing(sim, "mg1-ps", 1);
  const rng = sim.rng("mg1-ps/work");
  // Two phases of balanced means: cv² = 4 gives the short one the probability (1 + sqrt(3/5)) / 2.
  const short = (1 + Math.sqrt(3 / 5)) / 2;
  const work = () => {
    const chance = rng.bernoulli(short) ? short : 1 - short;
    return rng.exponential(p.service / (2 * chance));
  };
  const sojourns = new Tally();
  const jobs = new Level(sim);
  let long = 0;
  let longWork = 0;
  function* serve(measured: boolean): Process {
    const size = work();
    jobs.add(1);
    const took = yield* server.serve(size);
    jobs.add(-1);
    if (!measured) return;
    sojourns.add(took);
    if (size > 2 * p.service) {
      long += took;
      longWork += size;
    }
  }
  drive(sim, "mg1-ps", p.service / rho, p, serve, () => jobs.reset());
  return [
    { measure: "sojourn_ms", theory: p.service / MS / (1 - rho), value: sojourns.mean() / MS },
    { measure: "jobs", theory: rho / (1 - rho), value: jobs.mean() },
    { measure: "slowdown_of_long_jobs", theory: 1 / (1 - rho), value: long / longWork },
  ];
}
