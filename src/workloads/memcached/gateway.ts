/**
 * Scale-out (chapter 6.7.2.1): a gateway whose threads are synchronous clients, and shards whose worker
 * threads wait for their connections' requests. Every request is two messages, each with system calls, a
 * wake-up and, on a busy core, a context switch.
 *
 * Sources: achreto/memcached-bench, loadbalancer/main.cc (one libmemcached handle a shard and thread, a
 * get at a time, no affinity) and scripts/spawn-memcached-process.sh (`numactl -N` for each shard);
 * memcached.c `drive_machine` (a read that finds nothing ends a connection's turn); libmemcached io.cc
 * (a read that finds nothing goes before poll).
 */
import { type CpuSpec, Host, type Thread } from "../../hardware/mod.ts";
import type { Rng, Simulation } from "../../kernel/mod.ts";
import { MEMCACHED_COSTS } from "./costs.ts";

/** A sharded deployment on one machine. */
export interface GatewayOptions {
  /** The machine with all its CPUs: the gateway may use each of them. */
  readonly host: CpuSpec;
  readonly coresPerDomain: number;
  /** Threads of the gateway. */
  readonly clients: number;
  /** Each bound to a domain of its own, from the first on. */
  readonly shards: number;
  readonly workersPerShard: number;
  readonly transport: "uds" | "tcp";
  /** Keys of a request: 1 is a get, more are a multi-get to one shard. */
  readonly keys: number;
  /** Time of the get itself inside a shard, ns. */
  readonly get: number;
  /** Simulated time before and while requests are counted, ns. */
  readonly warmUp: number;
  readonly window: number;
}

interface Message {
  readonly cross: number;
  readonly reply: (server: Thread) => void;
}

/** CPU times of one request's parts, ns. */
interface Parts {
  readonly poll: number;
  /** A connection's turn at the server: read, gets, answer, and the read that finds nothing. */
  readonly turn: number;
  readonly ask: number;
  readonly receive: number;
}

function partsOf(o: GatewayOptions): Parts {
  const c = MEMCACHED_COSTS;
  const call = (o.transport === "uds" ? c.udsCall : c.tcpCall).value;
  const empty = c.emptyRead.value;
  const client = c.gatewayCpu.value / 2 * o.keys;
  return {
    poll: c.pollCall.value,
    turn: call + o.keys * (c.serverCpu.value + o.get) + call + empty,
    ask: client + call + empty,
    receive: c.pollCall.value + call + client,
  };
}

/** A worker thread of a shard: `epoll_wait` gives it all connections that are ready; it serves each. */
class Worker {
  private readonly arrived: Message[] = [];
  private readonly ready: Message[] = [];
  private busy = false;

  constructor(readonly thread: Thread, private readonly parts: Parts) {}

  deliver(message: Message, client: Thread): void {
    this.arrived.push(message);
    // A worker that is at work finds the message when it polls next: no wake-up.
    if (!this.busy) this.serve(client);
  }

  private serve(waker: Thread | null): void {
    let poll = 0;
    if (this.ready.length === 0) {
      this.ready.push(...this.arrived.splice(0));
      poll = this.parts.poll;
    }
    const message = this.ready.shift();
    this.busy = message !== undefined;
    if (message === undefined) return;
    this.thread.start(poll + this.parts.turn + message.cross, () => {
      message.reply(this.thread);
      this.serve(null);
    }, waker);
  }
}

/** Keys per ns through the gateway. */
export function gatewayThroughput(sim: Simulation, o: GatewayOptions): number {
  const per = o.coresPerDomain;
  const parts = partsOf(o);
  const host = new Host(sim, o.host, { cacheDomain: per });
  const domainOf = (thread: Thread) => Math.floor(thread.processor.id / per);
  const workers = Array.from(
    { length: o.shards },
    (_, s) =>
      Array.from({ length: o.workersPerShard }, (_, w) => {
        const thread = host.thread(`shard ${s} worker ${w}`);
        thread.bind(s * per, s * per + per - 1, s * per + w % per);
        return new Worker(thread, parts);
      }),
  );
  const domains = Math.ceil(o.host.cpus / per);
  let completed = 0;
  const cross = (from: Thread, to: Thread) =>
    domainOf(from) === domainOf(to) ? 0 : MEMCACHED_COSTS.crossSocket.value;
  const client = (i: number): void => {
    const thread = host.thread(`gateway ${i}`);
    // New threads go to the idlest domain.
    const cpu = (i % domains) * per + Math.floor(i / domains) % per;
    thread.processor = host.processors[Math.min(cpu, o.host.cpus - 1)]!;
    const rng: Rng = sim.rng(`gateway ${i}`);
    const request = (): void => {
      const shard = workers[rng.uniformInt(o.shards)]!;
      const worker = shard[i % o.workersPerShard]!;
      thread.start(parts.ask, () =>
        worker.deliver({
          cross: cross(thread, worker.thread),
          reply: (server) => {
            // A thread that follows the wake-up to another socket leaves its own lines behind: the same cost.
            const far = cross(server, thread);
            thread.start(
              parts.receive + far,
              () => {
                completed += o.keys;
                request();
              },
              server,
            );
          },
        }, thread));
    };
    sim.after(rng.uniformInt(20_000), request);
  };
  for (let i = 0; i < o.clients; i++) client(i);
  sim.run(sim.now + o.warmUp);
  const before = completed;
  sim.run(sim.now + o.window);
  return (completed - before) / o.window;
}
