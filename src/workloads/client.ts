/**
 * An open-loop HTTP load generator as DeathStarBench's wrk2: a request is due at its intended time
 * whatever is outstanding; a connection has one request on the way, as HTTP/1.1 servers answer in order;
 * latency counts from the intended time.
 */
import type { Handler, Rng, Simulation } from "../kernel/mod.ts";
import type { Application } from "./application.ts";
import type { SendTimes } from "./arrivals.ts";
import { Fifo } from "./fifo.ts";

/** What a load generator sends, when, and what of it is recorded. */
export interface ClientOptions {
  readonly sim: Simulation;
  readonly application: Application;
  /** One per connection. */
  readonly schedules: readonly SendTimes[];
  /** Answers before this are not recorded: wrk2's 10 s of calibration, ns. */
  readonly warmUp: number;
  /** Answers after this are not seen, ns. */
  readonly duration: number;
  /** Puts a request on the way. */
  readonly send: (type: number, tag: number) => void;
}

/** What was measured. */
export interface ClientReport {
  /** Requests due within the duration. */
  readonly due: number;
  /** Answers within the duration, errors included. */
  readonly answered: number;
  /** Answers after the warm-up. */
  readonly recorded: number;
  /** Error replies among `recorded`. */
  readonly errors: number;
  /** Sorted latencies of `recorded`, ns. */
  readonly latencies: Float64Array;
}

interface Connection {
  readonly next: SendTimes;
  readonly due: Fifo;
  /** Intended time of the request on the way, ns; -1: none. */
  current: number;
}

/** The load generator of one run. */
export class Client {
  readonly #options: ClientOptions;
  readonly #connections: Connection[];
  readonly #types: Rng;
  readonly #dueHandler: Handler;
  readonly #shares: number[] = [];
  #latencies = new Float64Array(1 << 14);
  #recorded = 0;
  #answered = 0;
  #errors = 0;
  #due = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#types = options.sim.rng("request types");
    let sum = 0;
    for (const { share } of options.application.requests) this.#shares.push(sum += share);
    this.#connections = options.schedules.map((next) => ({ next, due: new Fifo(), current: -1 }));
    this.#dueHandler = options.sim.handler((c) => this.#isDue(c));
  }

  /** Schedules the first request of every connection. */
  start(): void {
    this.#connections.forEach((_, c) => this.#plan(c));
  }

  /** For `EngineOptions.answered`. */
  answered(c: number, failed: boolean): void {
    const connection = this.#connections[c] as Connection;
    const { now } = this.#options.sim;
    if (now <= this.#options.duration) {
      this.#answered++;
      if (now >= this.#options.warmUp) {
        if (failed) this.#errors++;
        this.#record(now - connection.current);
      }
    }
    connection.current = -1;
    const waiting = connection.due.shift();
    if (waiting !== undefined) this.#send(connection, c, waiting);
  }

  /** The measurements so far. */
  report(): ClientReport {
    return {
      due: this.#due,
      answered: this.#answered,
      recorded: this.#recorded,
      errors: this.#errors,
      latencies: this.#latencies.slice(0, this.#recorded).sort(),
    };
  }

  #plan(c: number): void {
    const at = (this.#connections[c] as Connection).next();
    if (at !== Infinity) {
      this.#options.sim.schedule(Math.max(0, at - this.#options.sim.now), this.#dueHandler, c);
    }
  }

  #isDue(c: number): void {
    const connection = this.#connections[c] as Connection;
    this.#due++;
    const { now } = this.#options.sim;
    if (connection.current < 0) this.#send(connection, c, now);
    else connection.due.push(now);
    this.#plan(c);
  }

  #send(connection: Connection, c: number, intended: number): void {
    connection.current = intended;
    this.#options.send(this.#pick(), c);
  }

  #pick(): number {
    if (this.#shares.length === 1) return 0;
    const u = this.#types.uniform();
    const type = this.#shares.findIndex((share) => u < share);
    return type < 0 ? this.#shares.length - 1 : type;
  }

  #record(latency: number): void {
    if (this.#recorded === this.#latencies.length) {
      const more = new Float64Array(2 * this.#latencies.length);
      more.set(this.#latencies);
      this.#latencies = more;
    }
    this.#latencies[this.#recorded++] = latency;
  }
}

/** A percentile of sorted values by nearest rank; NaN for none. */
export function percentile(sorted: Float64Array, p: number): number {
  if (sorted.length === 0) return NaN;
  return sorted[Math.min(sorted.length - 1, Math.ceil(p / 100 * sorted.length) - 1)] as number;
}
