/** Connections that a container owns: they age while it is idle or paused, and end with it. */
import {
  ConnectionLost,
  type ConnectionOptions,
  Link,
  type Platform,
  TcpConnection,
} from "../hardware/mod.ts";
import { type Process, Resource, type Simulation } from "../kernel/mod.ts";
import type { Container } from "./container.ts";

/** The links of a platform in one simulation: all containers of a host share them. */
export class Network {
  readonly #links = new Map<string, Link>();

  constructor(readonly sim: Simulation, readonly platform: Platform) {}

  /** The live link between two hosts. @throws {RangeError} where the platform has none. */
  link(a: string, b: string): Link {
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      this.#links.set(key, link = new Link(this.sim, this.platform.link(a, b)));
    }
    return link;
  }

  /** A connection, not yet opened, from a host to a server. */
  open(from: string, to: string, options: ConnectionOptions = {}): TcpConnection {
    const link = this.link(from, to);
    const clientIs = link.spec.between[0] === from ? "first" : "second";
    return new TcpConnection(link, { ...options, clientIs });
  }
}

/** A server's part in a request: a time, ns, or what it does (waits for its turn, sends elsewhere). */
export type ServerWork = number | (() => Process);

/**
 * A server as a function sees it: a client with at most one connection, opened when needed. What asks
 * for it at the same time waits in line, as over HTTP/1.1 with one connection.
 */
export class Client {
  #connection: TcpConnection;
  readonly #line: Resource;
  /** Connections opened so far. */
  connects = 0;
  /** Times that a connection was found dead in use. */
  lost = 0;

  constructor(private readonly make: () => TcpConnection) {
    this.#connection = make();
    this.#line = new Resource(this.#connection.link.sim, "client", 1);
  }

  /** The connection as it is now. */
  get connection(): TcpConnection {
    return this.#connection;
  }

  /** Opens the connection if it is not known to be open; gives whether it had to. */
  connect(): Process<boolean> {
    return this.#line.use(this.#connect());
  }

  /** Asks whether the peer is there (a keepalive) and opens the connection anew if it is not. */
  ensure(): Process<boolean> {
    return this.#line.use(this.#ensure());
  }

  /**
   * A request and its answer, over a new connection where there is none; one found dead is replaced and
   * the request sent again, as HTTP clients do.
   *
   * @param work what the server does between them: its time, ns, or a process.
   */
  request(up: number, down: number, work: ServerWork = 0): Process<void> {
    return this.#line.use(this.#request(up, down, work));
  }

  /** Closes the connection: what an invocation-scoped client does at its end. */
  close(): void {
    this.#connection.close();
    this.#connection = this.make();
  }

  *#connect(): Process<boolean> {
    // A stale connection looks open to its owner.
    if (this.#connection.state !== "closed") return false;
    this.connects++;
    yield* this.#connection.connect();
    return true;
  }

  *#ensure(): Process<boolean> {
    const opened = yield* this.#connection.ensure();
    if (opened) this.connects++;
    return opened;
  }

  *#request(up: number, down: number, work: ServerWork): Process<void> {
    yield* this.#connect();
    try {
      yield* this.#exchange(up, down, work);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      this.lost++;
      yield* this.#connect();
      yield* this.#exchange(up, down, work);
    }
  }

  *#exchange(up: number, down: number, work: ServerWork): Process<void> {
    if (typeof work === "number") {
      yield* this.#connection.request(up, down, work);
      return;
    }
    yield* this.#connection.send("client", up);
    yield* work();
    yield* this.#connection.send("server", down);
  }
}

/** The container's runtime-scoped client of a server: made once for the life of the container. */
export function scopedClient(
  container: Container,
  network: Network,
  from: string,
  to: string,
  options?: ConnectionOptions,
): Client {
  return container.scoped(`client of ${to}`, () => {
    const client = new Client(() => network.open(from, to, options));
    container.onRemoved.push(() => client.close());
    return client;
  });
}
