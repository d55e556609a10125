/** The benchmarked models, all through the public API: PHOLD and M/M/1 in both styles. */
import process from "node:process";
import { type Outcome, type Process, Resource, type Rng, Simulation } from "../mod.ts";

/** What one run of a model gave. */
export interface Timed {
  /** Events or customers per second of wall time. */
  readonly rate: number;
  /** The same per second of processor time, all threads: hardly moved by a busy machine. */
  readonly cpuRate: number;
  /** PHOLD: mean delay in units; M/M/1: mean wait in queue in service times. */
  readonly check: number;
  /** Hash of the trajectory. */
  readonly hash: string;
}

/** Runs a simulation against both clocks. */
function clock(sim: Simulation) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const outcome: Outcome = sim.run();
  const seconds = (performance.now() - began) / 1e3;
  const { user, system } = process.cpuUsage(cpu);
  return { ...outcome, seconds, cpuSeconds: (user + system) / 1e6 };
}

/** One unit of model time in nanoseconds. */
const UNIT = 1e6;

/** Delays of PHOLD in nanoseconds, by name. */
export const DELAYS: Record<string, (rng: Rng) => () => number> = {
  exponential: (rng) => () => 0.1 * UNIT + rng.exponential(UNIT),
  zero: () => () => 0,
  bimodal: (rng) => () => (rng.bernoulli(0.5) ? 1e-6 : 1e6) * UNIT,
  pareto: (rng) => () => rng.pareto(0.8, 0.001 * UNIT),
};

/**
 * PHOLD (Fujimoto 1990): each event at a logical process schedules one at a process drawn uniformly.
 *
 * @param perProcess events pending per process at the start.
 */
export function phold(delays: string, events: number, perProcess: number): Timed {
  const processes = 1024;
  const sim = new Simulation({ seed: 1 });
  const destinations = sim.rng("destination");
  const delay = DELAYS[delays](sim.rng("delay"));
  let left = events;
  const arrive = sim.handler((_process) => {
    if (--left === 0) return sim.stop();
    sim.schedule(delay(), arrive, destinations.uniformInt(processes));
  });
  for (let i = 0; i < processes * perProcess; i++) sim.schedule(delay(), arrive, i % processes);
  const { hash, events: executed, seconds, cpuSeconds } = clock(sim);
  const check = sim.now / UNIT * processes * perProcess / executed;
  return { rate: executed / seconds, cpuRate: executed / cpuSeconds, check, hash };
}

const ARRIVAL = UNIT;
const SERVICE = 0.9 * UNIT;

/** M/M/1 at rho 0.9 with a process per customer and a `Resource`. */
export function mm1Processes(customers: number): Timed {
  const sim = new Simulation({ seed: 1 });
  const server = new Resource(sim, "server", 1);
  const arrivals = sim.rng("arrivals");
  const services = sim.rng("services");
  let waited = 0;
  function* customer(): Process {
    const began = sim.now;
    yield server;
    waited += sim.now - began;
    yield services.exponential(SERVICE);
    server.release();
  }
  function* source(): Process {
    for (let i = 0; i < customers; i++) {
      yield arrivals.exponential(ARRIVAL);
      sim.spawn("customer", customer());
    }
  }
  sim.spawn("source", source());
  const { hash, seconds, cpuSeconds } = clock(sim);
  const check = waited / customers / SERVICE;
  return { rate: customers / seconds, cpuRate: customers / cpuSeconds, check, hash };
}

/** M/M/1 at rho 0.9 in callback style: two registered handlers and a ring of arrival times. */
export function mm1Callbacks(customers: number): Timed {
  const sim = new Simulation({ seed: 1 });
  const arrivals = sim.rng("arrivals");
  const services = sim.rng("services");
  let line = new Float64Array(1 << 12);
  let head = 0;
  let tail = 0;
  let waited = 0;
  const depart = sim.handler(() => {
    if (++head < tail) serve();
  });
  const serve = () => {
    waited += sim.now - line[head & (line.length - 1)];
    sim.schedule(services.exponential(SERVICE), depart);
  };
  const arrive = sim.handler(() => {
    if (tail - head === line.length) {
      const longer = new Float64Array(2 * line.length);
      for (let i = head; i < tail; i++) {
        longer[i & (longer.length - 1)] = line[i & (line.length - 1)];
      }
      line = longer;
    }
    line[tail++ & (line.length - 1)] = sim.now;
    if (tail - head === 1) serve();
    if (tail < customers) sim.schedule(arrivals.exponential(ARRIVAL), arrive);
  });
  sim.schedule(arrivals.exponential(ARRIVAL), arrive);
  const { hash, seconds, cpuSeconds } = clock(sim);
  const check = waited / customers / SERVICE;
  return { rate: customers / seconds, cpuRate: customers / cpuSeconds, check, hash };
}
