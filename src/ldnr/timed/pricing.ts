/** Prices of private work on the memory floor: CPU time, expected loads, page-table walks, traffic. */
import * as memory from "../../hardware/memory/mod.ts";
import * as places from "./clock.ts";
import {
  type AccessProfile,
  accessProfile,
  type Coherence,
  type MemoryValues,
  SampledTraffic,
  type TableShape,
} from "../../hardware/memory/mod.ts";
import type { Work } from "../algorithm/step.ts";
import { type CostValues, REFERENCE_CLOCK } from "../costs.ts";
import type { Pricing, TimedThread } from "./machine.ts";
import { LogLines } from "./log-lines.ts";
import { tableBytes } from "./table-shape.ts";

// Own copies: see hardware/memory/registers.ts.
const { REGISTERS, LOAD, RATE, gridRate } = memory;
const { CLOCK: clock, LOG_TIME, WORK_TIME } = places;

/** What differs from structure to structure and from scenario to scenario. */
export interface Workload {
  /** The shared table. */
  readonly table: TableShape;
  /** A thread's own table, for operations between those on the shared one. */
  readonly localTable: TableShape;
  /** Operations on the shared table that each get or put does in addition (chapter 6.2.3.3). */
  readonly extraOperations: number;
  /** CPU time of hashing one key, in ns at the reference clock. */
  readonly hash: number;
  /** Domain of the log's memory. */
  readonly logHome: number;
  /** Entries of the log. */
  readonly logEntries: number;
}

/** Parts of an operation on a table. */
interface Operation {
  /** Loads from memory, and the bytes that they move. */
  readonly memory: number;
  readonly bytes: number;
  /** Time of loads from L3 and from L2, ns; CPU time at the reference clock. */
  readonly l3: number;
  readonly l2: number;
  readonly cpu: number;
}

function operation(profile: AccessProfile, values: MemoryValues, cpu: number): Operation {
  return {
    memory: profile.memory,
    bytes: profile.bytes,
    l3: profile.l3 * values.l3Latency,
    l2: profile.l2 * values.l2Latency,
    cpu,
  };
}

/** Prices work for the timed machine. */
export class TablePricing implements Pricing {
  readonly traffic: SampledTraffic;
  private readonly logLines: LogLines;
  /** CPU time as a multiple of that at the reference clock, by core. */
  private slowness: Float64Array;
  /** Each thread's flow: its rate, bytes/ns, and from where. */
  private rates: Float64Array = new Float64Array(128);
  private homes: Int32Array = new Int32Array(128).fill(-1);
  /** What of an operation on a table takes the same time whatever the traffic, ns: CPU time, loads from L3 and L2. */
  private readonly get: Operation;
  private readonly put: Operation;
  private readonly own: Operation;

  constructor(
    private readonly values: MemoryValues,
    coherence: Coherence,
    private readonly costs: CostValues,
    private readonly workload: Workload,
  ) {
    this.traffic = new SampledTraffic(values);
    this.logLines = new LogLines(coherence, workload.logEntries, workload.logHome);
    const shared = accessProfile(workload.table, values);
    const hash = (cpu: number) => cpu - costs.sipHash + workload.hash;
    this.get = operation(shared, values, hash(costs.getCpu));
    this.put = operation(shared, values, hash(costs.putCpu));
    this.own = operation(accessProfile(workload.localTable, values), values, costs.getCpu);
    this.slowness = new Float64Array(coherence.cores).fill(1);
  }

  /** Tell how many hardware threads are busy on each core; sets clocks and sharing of cores. */
  occupy(threadsOfCore: readonly number[]): void {
    const { coresPerDomain, turboSingle, turboAll, smtSlowdown } = this.values;
    const active = Array.from(
      { length: this.values.domains },
      (_, d) =>
        threadsOfCore.slice(d * coresPerDomain, (d + 1) * coresPerDomain).filter((n) => n > 0)
          .length,
    );
    this.slowness = Float64Array.from(threadsOfCore, (n, core) => {
      const busy = active[Math.floor(core / coresPerDomain)] as number;
      const share = coresPerDomain > 1 ? Math.max(0, busy - 1) / (coresPerDomain - 1) : 1;
      const clock = turboSingle + (turboAll - turboSingle) * share;
      return REFERENCE_CLOCK / clock * (n > 1 ? smtSlowdown : 1);
    });
  }

  /** CPU time of `ns` at the reference clock on a core. */
  cpu(ns: number, core: number): number {
    return ns * (this.slowness[core] as number);
  }

  start(work: Work, from: number, n: number, thread: TimedThread): void {
    switch (work.activity) {
      case "get":
        return this.operate(this.get, work, -1, n, thread);
      case "put":
        return this.operate(this.put, work, from, n, thread);
      default:
        clock[WORK_TIME] = this.other(work, from, n, thread);
    }
  }

  /** Operations on a shared table, each after reading its entry of the log, if there is one. */
  private operate(op: Operation, work: Work, from: number, n: number, thread: TimedThread): void {
    const { traffic, workload } = this;
    const { domain } = work;
    REGISTERS[LOAD] = clock[WORK_TIME] as number;
    traffic.know(thread.domain, domain);
    const one = op.memory * (REGISTERS[LOAD] as number) + op.l3 + op.l2 +
      op.cpu * (this.slowness[thread.core] as number);
    const times = n * (1 + workload.extraOperations);
    const span = times * one;
    REGISTERS[RATE] = span > 0 ? gridRate(times * op.bytes / span) : 0;
    this.setFlow(thread, domain);
    clock[WORK_TIME] = span;
    if (work.entry < 0 || from < 0) return;
    this.logLines.read(work.entry + from, n, thread.core);
    clock[WORK_TIME] = span + (clock[LOG_TIME] as number);
  }

  private other(work: Work, from: number, n: number, thread: TimedThread): number {
    const { costs, workload, values } = this;
    const at = clock[WORK_TIME] as number;
    switch (work.activity) {
      case "local":
        return n * this.once(this.own, thread, thread.domain, at);
      case "log-fill":
        return this.logLines.fill(work.entry + from, n, thread.core) + n * this.cpu(4, thread.core);
      case "round":
        return this.cpu(costs.round + n * costs.roundPerThread, thread.core);
      case "dispatch":
        return this.cpu(costs.dispatch, thread.core);
      case "affinity":
        return this.cpu(costs.affinity, thread.core);
      case "clone": {
        const bytes = tableBytes(workload.table);
        const pages = bytes / workload.table.pageBytes;
        // A fault on a larger page zeroes more: the part beyond 4 KiB at the copy rate.
        const zeroing = Math.max(0, bytes - pages * 4096) / values.copyRate * 1e9;
        return bytes / values.copyRate * 1e9 + pages * values.pageFault + zeroing;
      }
      case "release":
        return tableBytes(workload.table) / workload.table.pageBytes * costs.unmapPage;
      case "cpu":
        return this.cpu(n, thread.core);
      case "pause":
        return n;
      default:
        throw new Error(`no price for the activity "${work.activity}"`);
    }
  }

  finish(_work: Work, thread: TimedThread): void {
    const { id } = thread;
    if (id < this.rates.length && this.rates[id] !== 0) {
      REGISTERS[RATE] = 0;
      this.setFlow(thread, this.homes[id] as number);
    }
  }

  /** Expected time of one operation of a thread on memory of `home`. */
  private once(op: Operation, thread: TimedThread, home: number, at: number): number {
    return op.memory * this.traffic.latency(thread.domain, home, at) + op.l3 + op.l2 +
      op.cpu * (this.slowness[thread.core] as number);
  }

  /** From the time in `WORK_TIME` on a thread's traffic is that of the rate in `RATE`. */
  private setFlow(thread: TimedThread, home: number): void {
    const id = thread.id | 0;
    if (id >= this.rates.length) this.grow();
    const { homes, rates, traffic } = this;
    const rate = REGISTERS[RATE] as number;
    const flowHome = homes[id] as number;
    const flowRate = rates[id] as number;
    // The next entry of a run mostly goes on as the one before.
    if (rate === flowRate && home === flowHome) return;
    homes[id] = home;
    rates[id] = rate;
    REGISTERS[LOAD] = clock[WORK_TIME] as number;
    if (home === flowHome) {
      REGISTERS[RATE] = rate - flowRate;
      traffic.change(home, thread.domain);
      return;
    }
    if (flowRate !== 0) {
      REGISTERS[RATE] = -flowRate;
      traffic.change(flowHome, thread.domain);
      REGISTERS[RATE] = rate;
    }
    if (rate !== 0) traffic.change(home, thread.domain);
  }

  private grow(): void {
    const { rates, homes } = this;
    this.rates = new Float64Array(2 * rates.length);
    this.rates.set(rates);
    this.homes = new Int32Array(2 * homes.length).fill(-1);
    this.homes.set(homes);
  }
}
