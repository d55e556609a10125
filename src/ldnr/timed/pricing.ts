/** Prices of private work on the memory floor: CPU time, expected loads, page-table walks, traffic. */
import {
  type AccessProfile,
  accessProfile,
  type Coherence,
  gridRate,
  type MemoryValues,
  SampledTraffic,
  type TableShape,
} from "../../hardware/memory/mod.ts";
import type { Work } from "../algorithm/step.ts";
import { type CostValues, REFERENCE_CLOCK } from "../costs.ts";
import type { Pricing, TimedThread } from "./machine.ts";
import { LogLines } from "./log-lines.ts";
import { tableBytes } from "./table-shape.ts";

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

/** Prices work for the timed machine. */
export class TablePricing implements Pricing {
  readonly traffic: SampledTraffic;
  private readonly logLines: LogLines;
  private readonly shared: AccessProfile;
  private readonly local: AccessProfile;
  /** CPU time as a multiple of that at the reference clock, by core. */
  private slowness: readonly number[] = [];

  constructor(
    private readonly values: MemoryValues,
    coherence: Coherence,
    private readonly costs: CostValues,
    private readonly workload: Workload,
  ) {
    this.traffic = new SampledTraffic(values);
    this.logLines = new LogLines(coherence, workload.logEntries, workload.logHome);
    this.shared = accessProfile(workload.table, values);
    this.local = accessProfile(workload.localTable, values);
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
    this.slowness = threadsOfCore.map((n, core) => {
      const busy = active[Math.floor(core / coresPerDomain)] as number;
      const share = coresPerDomain > 1 ? Math.max(0, busy - 1) / (coresPerDomain - 1) : 1;
      const clock = turboSingle + (turboAll - turboSingle) * share;
      return REFERENCE_CLOCK / clock * (n > 1 ? smtSlowdown : 1);
    });
  }

  /** CPU time of `ns` at the reference clock on a core. */
  cpu(ns: number, core: number): number {
    return ns * (this.slowness[core] ?? 1);
  }

  start(work: Work, from: number, n: number, thread: TimedThread, at: number): number {
    const { costs, workload, values } = this;
    switch (work.activity) {
      case "get": {
        const one = this.access(this.shared, thread, work.domain, at) +
          this.cpu(costs.getCpu - costs.sipHash + workload.hash, thread.core);
        const times = n * (1 + workload.extraOperations);
        return this.flow(thread, work.domain, times * this.shared.bytes, times * one, at);
      }
      case "put": {
        const one = this.access(this.shared, thread, work.domain, at) +
          this.cpu(costs.putCpu - costs.sipHash + workload.hash, thread.core);
        const times = n * (1 + workload.extraOperations);
        const { entry } = work;
        const entries = entry < 0 ? 0 : this.logLines.read(entry + from, n, thread.core);
        this.flow(thread, work.domain, times * this.shared.bytes, times * one, at);
        return times * one + entries;
      }
      case "local":
        return n * (this.access(this.local, thread, thread.domain, at) +
          this.cpu(costs.getCpu, thread.core));
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

  finish(_work: Work, thread: TimedThread, at: number): void {
    if (thread.flowRate !== 0) this.setFlow(thread, thread.flowHome, 0, at);
  }

  /** Expected time of one operation's loads, by a thread from memory of `home`. */
  private access(profile: AccessProfile, thread: TimedThread, home: number, at: number): number {
    const v = this.values;
    return profile.memory * this.traffic.latency(thread.domain, home, at) +
      profile.l3 * v.l3Latency + profile.l2 * v.l2Latency;
  }

  private flow(thread: TimedThread, home: number, bytes: number, time: number, at: number): number {
    this.setFlow(thread, home, time > 0 ? gridRate(bytes / time) : 0, at);
    return time;
  }

  private setFlow(thread: TimedThread, home: number, rate: number, at: number): void {
    const { flowHome, flowRate } = thread;
    // The next entry of a run mostly goes on as the one before.
    if (rate === flowRate && home === flowHome) return;
    if (flowRate !== 0) this.traffic.add(flowHome, thread.domain, -flowRate, at);
    if (rate !== 0) this.traffic.add(home, thread.domain, rate, at);
    thread.flowHome = home;
    thread.flowRate = rate;
  }
}
