/** Times of what a process and the kernel do while memcached runs on a replicated page table. */
import { Traffic } from "../../hardware/memory/mod.ts";
import type { Rng } from "../../kernel/mod.ts";
import { costValues } from "../../ldnr/costs.ts";
import { CLOCK, type Pricing, type TimedThread, Work, WORK_TIME } from "../../ldnr/mod.ts";
import { type PageTable, TABLE_BYTES } from "./page-table.ts";
import type { VmemOptions, VmemSystem } from "./vmem.ts";

/** Costs of the kernel's path, ns. */
const COSTS = {
  /** Allocate one table: take a frame from the local cache, account for it. */
  allocateTable: 300,
  /** Write one entry. */
  entry: 2,
  /** Interrupt handler on a core: entry, acknowledge, return. */
  handler: 1_000,
  /** Send one interrupt after the other (0.2 us each on one host). */
  send: 200,
  /** Write of CR3: a serialising instruction. */
  load: 100,
  /** One access by a thread in a kernel path, beside the protocol's. */
  lookup: 50,
} as const;

/** Prices of the process's and the kernel's work. */
export class VmemPricing implements Pricing {
  private readonly traffic: Traffic;
  private readonly costs = costValues();
  private readonly flows = new Map<number, { rate: number; bytes: readonly number[] }>();
  private readonly random: Rng;

  constructor(private readonly o: VmemOptions, private readonly system: VmemSystem) {
    this.traffic = new Traffic(o.values);
    this.random = system.sim.rng("addresses of gets");
  }

  start(work: Work, _from: number, n: number, thread: TimedThread): void {
    CLOCK[WORK_TIME] = this.timeOf(work, n, thread);
  }

  private timeOf(work: Work, n: number, thread: TimedThread): number {
    const { o, costs } = this;
    const zero = TABLE_BYTES / o.values.copyRate * 1e9;
    switch (work.activity) {
      case "gets": {
        const { time, bytes } = o.gets.cost(
          thread.domain,
          this.system.tableOf(thread.id),
          this.traffic,
          this.system.translate(thread.id, n, () => this.random.uniform()),
        );
        this.flow(thread, 1 / time, bytes);
        return n * time;
      }
      case "get":
        return n * COSTS.lookup;
      case "put": {
        const tables = o.chunk / o.pageBytes / 512;
        return n * (o.chunk / o.pageBytes * COSTS.entry + tables * (COSTS.allocateTable + zero));
      }
      case "clone": {
        const model = this.system.dispatcher.replicaList().find((r) => r.domain === work.domain);
        const tables = (model?.data as PageTable).bytes() / TABLE_BYTES;
        // Zeroed first, then copied, by one core.
        return tables * (COSTS.allocateTable + 2 * zero);
      }
      case "release":
        // The prototype forgets the tables of a removed replica; giving them back is as cheap as this.
        return COSTS.lookup;
      case "interrupt":
        return o.interrupt + n * COSTS.send;
      case "handler":
        return COSTS.handler;
      case "reload":
        // Write CR3; the flushed TLB's misses come with the gets that follow.
        return COSTS.load;
      case "round":
        return costs.round + n * costs.roundPerThread;
      case "log-fill":
        return n * (o.values.remoteLatency / o.values.outstandingMisses + 4);
      case "dispatch":
        return costs.dispatch;
      case "affinity":
        return costs.affinity;
      default:
        throw new Error(`no price for the activity "${work.activity}"`);
    }
  }

  finish(_work: Work, thread: TimedThread): void {
    const flow = this.flows.get(thread.id);
    if (flow === undefined) return;
    this.flows.delete(thread.id);
    flow.bytes.forEach((b, home) => this.traffic.add(home, thread.domain, -b * flow.rate));
  }

  private flow(thread: TimedThread, rate: number, bytes: readonly number[]): void {
    this.finish(new Work("gets", 1, 0), thread);
    bytes.forEach((b, home) => this.traffic.add(home, thread.domain, b * rate));
    this.flows.set(thread.id, { rate, bytes });
  }
}
