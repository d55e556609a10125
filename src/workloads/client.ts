/**
 * An open-loop HTTP load generator as DeathStarBench's wrk2 (delimitrou/DeathStarBench, wrk2/src/wrk.c): a
 * request is written when it is due, whatever is outstanding, and latency counts from then; the server takes
 * pipelined requests one after the other.
 *
 * A server may close a connection behind a reply (`Entry`), and a server that dies resets its connections.
 * All that is open on such a connection is lost. wrk2 connects again at once, over a round trip, as often as it is
 * refused; what has become due meanwhile is then written at once. Replies are given to sends by their numbers
 * (`Connection`). Its calibration, whose replies are not recorded, is repeated until there is one; errors
 * are counted from the begin.
 */
import type { Handler, Rng, Simulation } from "../kernel/mod.ts";
import type { Application } from "./application.ts";
import type { SendTimes } from "./arrivals.ts";
import { Connection, type Matching } from "./connection.ts";

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
  /** Of a handshake, or of a try that is refused, ns; default: none. */
  readonly roundTrip?: number | undefined;
  /** Whether the entry's server closes connections behind replies; default: as the application says. */
  readonly closing?: boolean | undefined;
  /** Default: by count, as wrk2. */
  readonly matching?: Matching | undefined;
}

/** Least time between two tries to connect, ns: wrk2 tries without a pause; this many are enough to see. */
const RETRY = 1e6;

/** What was measured. */
export interface ClientReport {
  /** Requests due within the duration. */
  readonly due: number;
  /** Answers within the duration, errors included. */
  readonly answered: number;
  /** Answers after the warm-up. */
  readonly recorded: number;
  /** Error replies among `answered`: wrk2 counts them from the begin. */
  readonly errors: number;
  /** Requests that were open on connections that ended. */
  readonly lost: number;
  /** Connections that the server closed or that were reset. */
  readonly ended: number;
  /** Sorted latencies of `recorded`, ns. */
  readonly latencies: Float64Array;
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
  #ended = 0;
  /** End of the calibration and its length, ns. */
  #recordFrom: number;
  #calibration = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#recordFrom = options.warmUp;
    this.#types = options.sim.rng("request types");
    let sum = 0;
    for (const { share } of options.application.requests) this.#shares.push(sum += share);
    const { matching = "by-count" } = options;
    this.#connections = options.schedules.map((next) => new Connection(next, matching));
    this.#dueHandler = options.sim.handler((c) => this.#isDue(c));
  }

  /** Schedules the first request of every connection. */
  start(): void {
    this.#calibration = this.#options.warmUp - this.#options.sim.now;
    this.#connections.forEach((_, c) => this.#plan(c));
  }

  /** For `EngineOptions.answered`. */
  answered(c: number, status: number): void {
    const connection = this.#connections[c] as Connection;
    const { sim, application, duration, closing = true } = this.#options;
    const { now } = sim;
    const sent = connection.reply();
    if (now <= duration) {
      while (this.#answered === 0 && this.#calibration > 0 && now >= this.#recordFrom) {
        this.#recordFrom += this.#calibration;
      }
      this.#answered++;
      if (status >= 400) this.#errors++;
      if (now >= this.#recordFrom) this.#record(now - sent);
    }
    const { keepAliveRequests, closesOn } = application.entry;
    const closes = connection.replies >= keepAliveRequests || closesOn.has(status);
    if (closes && closing) this.#end(c, "closed");
    else if (connection.open > 0) this.#send(c);
  }

  /** For `EngineOptions.broken`: the connection is reset, with all that is open on it. */
  broke(c: number): void {
    this.#end(c, "reset");
  }

  /** For `EngineOptions.reset`: connections end on which nothing is open; `broke` tells of the others. */
  reset(): void {
    this.#connections.forEach(({ open, broken }, c) => {
      if (open === 0 && !broken) this.#end(c, "reset");
    });
  }

  /** The measurements so far. */
  report(): ClientReport {
    return {
      due: this.#due,
      answered: this.#answered,
      recorded: this.#recorded,
      errors: this.#errors,
      lost: this.#lost,
      ended: this.#ended,
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
    connection.write(this.#options.sim.now);
    if (connection.open === 1) this.#send(c);
  }

  #end(c: number, how: string): void {
    const { sim } = this.#options;
    const lost = (this.#connections[c] as Connection).lose();
    this.#lost += lost;
    this.#ended++;
    sim.trace?.instant("client", `connection ${how}`, sim.now, { connection: c, lost });
    this.#connect(c, 0);
  }

  /** A handshake, or a refusal and the next try. */
  #connect(c: number, least: number): void {
    const { sim, accepts, roundTrip = 0 } = this.#options;
    sim.after(Math.max(least, roundTrip), () => {
      if (accepts?.() === false) this.#connect(c, RETRY);
      else this.#connected(c);
    });
  }

  #connected(c: number): void {
    const connection = this.#connections[c] as Connection;
    const { overdue } = connection;
    connection.broken = false;
    connection.replies = connection.overdue = 0;
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
