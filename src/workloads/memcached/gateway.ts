/**
 * Scale-out (chapter 6.7.2.1): a gateway with one synchronous client thread a core, and shards with worker
 * threads on the same cores, joined by sockets. Every request is two messages, each with system calls,
 * a wake-up and, on a busy core, a context switch.
 */
import { type CpuSpec, Host, type Thread } from "../../hardware/mod.ts";
import type { Simulation } from "../../kernel/mod.ts";
import { MEMCACHED_COSTS } from "./costs.ts";

/** A sharded deployment on `cores` cores of one machine. */
export interface GatewayOptions {
  readonly host: CpuSpec;
  readonly cores: number;
  readonly coresPerDomain: number;
  readonly shards: number;
  readonly workersPerShard: number;
  readonly transport: "uds" | "tcp";
  /** Time of the get itself inside a shard, ns. */
  readonly get: number;
  /** Simulated time before and while requests are counted, ns. */
  readonly warmUp: number;
  readonly window: number;
}

interface Message {
  readonly cross: number;
  readonly reply: () => void;
}

/** A worker thread of a shard: serves its connections' requests one after the other. */
class Worker {
  private readonly queue: Message[] = [];
  private busy = false;

  constructor(private readonly thread: Thread, private readonly service: number) {}

  deliver(message: Message): void {
    this.queue.push(message);
    if (!this.busy) this.serve();
  }

  private serve(): void {
    const message = this.queue.shift();
    this.busy = message !== undefined;
    if (message === undefined) return;
    this.thread.start(this.service + message.cross, () => {
      message.reply();
      this.serve();
    });
  }
}

/** Requests per ns through the gateway. */
export function gatewayThroughput(sim: Simulation, o: GatewayOptions): number {
  const c = MEMCACHED_COSTS;
  const call = (o.transport === "uds" ? c.udsCall : c.tcpCall).value;
  const poll = c.pollCall.value;
  const host = new Host(sim, { ...o.host, cpus: o.cores });
  const service = poll + call + c.serverCpu.value + o.get + call;
  const gateways = Array.from({ length: o.cores }, (_, i) => host.thread(`gateway ${i}`));
  const workers = Array.from(
    { length: o.shards },
    (_, s) =>
      Array.from(
        { length: o.workersPerShard },
        (_, w) => new Worker(host.thread(`shard ${s} worker ${w}`), service),
      ),
  );
  let completed = 0;
  gateways.forEach((thread, i) => {
    const rng = sim.rng(`gateway ${i}`);
    const domain = Math.floor(i / o.coresPerDomain);
    const request = (): void => {
      const shard = rng.uniformInt(o.shards);
      const cross = shard === domain ? 0 : c.crossSocket.value;
      // Client: build and send, then wait for the answer, receive it, copy and free the value.
      thread.start(c.gatewayCpu.value / 2 + call, () => {
        workers[shard][i % o.workersPerShard].deliver({
          cross,
          reply: () =>
            thread.start(poll + call + c.gatewayCpu.value / 2 + cross, () => {
              completed++;
              request();
            }),
        });
      });
    };
    sim.after(rng.uniformInt(20_000), request);
  });
  sim.run(sim.now + o.warmUp);
  const before = completed;
  sim.run(sim.now + o.window);
  return (completed - before) / o.window;
}
