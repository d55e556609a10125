/**
 * An open-loop HTTP load generator as DeathStarBench's wrk2 (delimitrou/DeathStarBench, wrk2/src/wrk.c): a
 * request is due at its intended time whatever is outstanding; a connection has one request on the way, as
 * HTTP/1.1 servers answer in order; latency counts from the intended time.
 *
 * A connection that breaks loses what it has sent and tries again until it is accepted; what has become due
 * meanwhile is then sent at once. wrk2 gives replies to sends by their numbers on the connection, so that
 * after a loss every reply is held for that of an older request: latency stays longer by as much as was lost.
 * Its calibration, whose replies are not recorded, is repeated until there is one.
 */
import type { Handler, Rng, Simulation } from "../kernel/mod.ts";
import type { Application } from "./application.ts";
import type { SendTimes } from "./arrivals.ts";
import { Fifo } from "./fifo.ts";

/** A load generator's connections, what it records, and how it reaches the application. */
export interface ClientOptions {
  readonly sim: Simulation;
  readonly application: Application;
  /** One per connection. */
  readonly schedules: readonly SendTimes[];
  /** Answers before this are not recorded: wrk2's 10 s of calibration, or more tens if none comes; ns. */
  readonly warmUp: number;
  /** Answers after this are not seen, ns. */
  readonly duration: number;
  /** Puts a request on the way. */
  readonly send: (type: number, tag: number) => void;
  /** Whether the application's entry accepts connections; default: always. */
  readonly accepts?: (() => boolean) | undefined;
}

/** Between two tries of a connection to connect, ns; assumed: wrk2 tries without a pause. */
const RECONNECT = 10e6;

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
  /** Requests that broken connections have lost. */
  readonly lost: number;
  /** Sorted latencies of `recorded`, ns. */
  readonly latencies: Float64Array;
}

interface Connection {
  readonly next: SendTimes;
  /** Send times that no reply was given to yet. */
  readonly sent: Fifo;
  /** Requests on the connection: one in the application, the rest behind it. */
  open: number;
  broken: boolean;
  /** Became due while the connection was broken. */
  overdue: number;
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
  #lost = 0;
  /** End of the calibration and its length, ns. */
  #recordFrom: number;
  #calibration = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#recordFrom = options.warmUp;
    this.#types = options.sim.rng("request types");
    let sum = 0;
    for (const { share } of options.application.requests) this.#shares.push(sum += share);
    this.#connections = options.schedules.map((next) => ({
      next,
      sent: new Fifo(),
      open: 0,
      broken: false,
      overdue: 0,
    }));
    this.#dueHandler = options.sim.handler((c) => this.#isDue(c));
  }

  /** Schedules the first request of every connection. */
  start(): void {
    this.#calibration = this.#options.warmUp - this.#options.sim.now;
    this.#connections.forEach((_, c) => this.#plan(c));
  }

  /** For `EngineOptions.answered`. */
  answered(c: number, failed: boolean): void {
    const connection = this.#connections[c] as Connection;
    const { now } = this.#options.sim;
    const sent = connection.sent.shift() as number;
    if (now <= this.#options.duration) {
      while (this.#answered === 0 && this.#calibration > 0 && now >= this.#recordFrom) {
        this.#recordFrom += this.#calibration;
      }
      this.#answered++;
      if (now >= this.#recordFrom) {
        if (failed) this.#errors++;
        this.#record(now - sent);
      }
    }
    if (--connection.open > 0) this.#send(c);
  }

  /** For `EngineOptions.broken`: the connection breaks, with all that it has sent. */
  broke(c: number): void {
    const connection = this.#connections[c] as Connection;
    this.#lost += connection.open;
    connection.open = 0;
    connection.broken = true;
    this.#options.sim.after(RECONNECT, () => this.#reconnect(c));
  }

  /** The measurements so far. */
  report(): ClientReport {
    return {
      due: this.#due,
      answered: this.#answered,
      recorded: this.#recorded,
      errors: this.#errors,
      lost: this.#lost,
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
    if (connection.broken) connection.overdue++;
    else this.#put(connection, c);
    this.#plan(c);
  }

  /** Writes a request to the connection; it comes to the application when those before it are answered. */
  #put(connection: Connection, c: number): void {
    connection.sent.push(this.#options.sim.now);
    if (++connection.open === 1) this.#send(c);
  }

  #reconnect(c: number): void {
    if (this.#options.accepts?.() === false) {
      this.#options.sim.after(RECONNECT, () => this.#reconnect(c));
      return;
    }
    const connection = this.#connections[c] as Connection;
    connection.broken = false;
    const { overdue } = connection;
    connection.overdue = 0;
    for (let i = 0; i < overdue && !connection.broken; i++) this.#put(connection, c);
  }

  #send(c: number): void {
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
