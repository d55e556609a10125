/** The Resource Allocator (section 5.4.4): decides; the Controller carries out. */
import {
  type Change,
  type CpuRules,
  type Decision,
  type Entry,
  Pools,
  type Telemetry,
} from "./allocation.ts";
import type { AllocatorSettings } from "./allocation.ts";
import { CodeRules } from "./code-rules.ts";
import { TextRules } from "./text-rules.ts";

/** The two readings of the allocation rules. */
export const MODES = ["text", "code"] as const;
/** `text`: section 5.4.4. `code`: the published controller. */
export type Mode = typeof MODES[number];

/** Everything that decisions depend on. */
export interface AllocatorOptions extends AllocatorSettings {
  readonly mode: Mode;
  /** Memory granted per OOM event, bytes. */
  readonly memoryStep: number;
  /** delta: what reclaim leaves above usage, bytes. */
  readonly safeMargin: number;
  /** Silence after which a container that uses CPU again gets one core (May 2022), ns; 0: no rule. */
  readonly idleAfter?: number;
}

/** What the idle rule gives a container that wakes up, cores: 100 ms of a period of 100 ms. */
const WOKEN = 1;

/** Mismatches after which the kernel's limit is believed. */
const ADOPT_AFTER = 2;

/** Pools and rules of one application. */
export class ResourceAllocator {
  readonly pools: Pools;
  /** Told of each datagram that is used, before it is decided on: what the debug build logs. */
  log: ((message: Telemetry) => void) | null = null;
  readonly #rules: CpuRules;
  /** Messages that named another limit than the booked one. */
  stale = 0;
  /** Decisions to raise a limit, and to cut it. */
  raised = 0;
  cut = 0;

  constructor(readonly options: AllocatorOptions) {
    this.pools = new Pools(options);
    this.#rules = options.mode === "text" ? new TextRules() : new CodeRules();
  }

  /** A new container: its first limits. In `code` a full application still gives it the floor. */
  register(id: number, memory: number, now: number, own?: number): Entry {
    return this.pools.register(id, memory, now, this.options.mode === "code", own);
  }

  /** A datagram: the container's new limit, booked, or undefined. */
  onTelemetry(message: Telemetry, now: number): Change | undefined {
    const entry = this.pools.entries.get(message.container);
    if (entry === undefined) return undefined;
    const silent = now - entry.lastSeen;
    entry.lastSeen = now;
    // Compared in microseconds, as the kernel rounds: a message of before the last change is stale.
    if (Math.abs(message.quota - entry.quota) > 1e-5) {
      this.stale++;
      // Never reset on a match, as published.
      if (++entry.mismatches > ADOPT_AFTER && this.options.mode === "code") {
        this.pools.adoptCpu(entry, message.quota);
      } else return undefined;
    }
    this.log?.(message);
    const before = entry.quota;
    const next = this.#woken(entry, message, silent) ??
      this.#rules.decide(entry, message, this.pools);
    if (next === undefined) return undefined;
    if (next.quota > before) this.raised++;
    else this.cut++;
    this.pools.setCpu(entry, next.quota, next.overrun);
    return { ...next, from: before };
  }

  /** A container that was silent: its limit falls to the floor (the 2 s rule of May 2022). */
  idle(entry: Entry): number | undefined {
    const { floor } = this.options;
    if (entry.quota <= floor) return undefined;
    this.pools.setCpu(entry, floor);
    return floor;
  }

  /** The idle rule's other half: a container that was silent gets a core, or what the pool has. */
  #woken(entry: Entry, message: Telemetry, silent: number): Decision | undefined {
    const { idleAfter = 0 } = this.options;
    const free = this.pools.freeCpu;
    if (idleAfter === 0 || silent <= idleAfter || free <= 1e-9) return undefined;
    entry.lastThrottled = message.nrThrottled;
    entry.throttles.flush();
    entry.unused.flush();
    return { quota: Math.min(free, WOKEN), overrun: false };
  }

  /** An OOM event with memory in the pool: the new limit, bytes, or undefined when it is empty. */
  grantMemory(entry: Entry): number | undefined {
    const grant = Math.min(this.options.memoryStep, this.pools.freeMemory);
    if (grant < 4096) return undefined;
    this.pools.setMemory(entry, entry.memory + grant);
    return entry.memory;
  }

  /** The limit that reclaim would set for this usage, bytes, or undefined to leave it. */
  reclaimTo(entry: Entry, usage: number): number | undefined {
    const target = usage + this.options.safeMargin;
    return entry.memory > target ? target : undefined;
  }
}
