/** One configuration of the benchmark, built and ready to run: machine, map, threads, memory in use. */
import {
  Coherence,
  MemoryLedger,
  type MemoryValues,
  type TableShape,
} from "../../hardware/memory/mod.ts";
import type { Simulation } from "../../kernel/mod.ts";
import { SystemCallAffinity } from "../algorithm/affinity.ts";
import { Dispatcher, LD_NR } from "../algorithm/dispatcher.ts";
import type { Freeze } from "../algorithm/freeze.ts";
import { NodeReplicated, NR_01, NR_02 } from "../algorithm/nr.ts";
import { logEntries } from "../algorithm/log.ts";
import { WordRwLock } from "../algorithm/rwlock.ts";
import type { Registration } from "../algorithm/replica.ts";
import type { Steps } from "../algorithm/step.ts";
import type { CostValues } from "../costs.ts";
import { CHashMap, DashMap, HOME, StdMap, UrcuMap } from "./baselines.ts";
import { Flurry } from "./flurry.ts";
import { Benchmark } from "./benchmark.ts";
import { TimedMachine } from "./machine.ts";
import { place } from "./placement.ts";
import { TablePricing } from "./pricing.ts";
import { type MapUnderTest, ReplicatedMap, UniformTable } from "./replicated-map.ts";
import { cHashMap, flurry, hashbrown, tableBytes, urcuTable } from "./table-shape.ts";

/** Maps that can be measured. */
export const STRUCTURES = [
  "nr",
  "ldnr",
  "std",
  "chashmap",
  "dashmap",
  "flurry",
  "urcu",
] as const;

/** The name of a map that can be measured. */
export type StructureName = (typeof STRUCTURES)[number];

/** Everything that determines a configuration. */
export interface SystemOptions {
  readonly values: MemoryValues;
  /** Bytes of each domain; default: the values'. */
  readonly domainMemory?: readonly number[] | undefined;
  readonly threadsPerCore: number;
  readonly costs: CostValues;
  readonly structure: StructureName;
  /** Domains of the replicas (replicated maps). */
  readonly replicas: readonly number[];
  /** Domains by which threads are placed; default: those of the replicas, or one that holds the map. */
  readonly placement?: readonly number[];
  readonly threads: number;
  readonly writeShare: number;
  readonly extraOperations: number;
  readonly localOperations: number;
  readonly localEntries: number;
  readonly entries: number;
  readonly pageBytes: number;
  readonly logBytes: number;
  readonly nrVersion: "0.1" | "0.2";
  readonly freeze: Freeze;
  readonly outerLock: "distributed" | "word";
  readonly shards: number;
  /** Price every access and every get by itself: the slow twin. */
  readonly exact: boolean;
}

/** Pending operations and threads of a replica for which the versions size their logs. */
export const NR_LIMITS = { pendingOps: 32, threadsPerReplica: 256 } as const;

/** The same of LD-NR, and how many replicas it may have. */
export const LD_NR_LIMITS = { pendingOps: 1, threadsPerReplica: 32, maxReplicas: 5 } as const;

/**
 * What a structure sizes its log for. LD-NR's 32 threads a replica would let one batch of a replica that
 * serves more threads (after removals) overrun the entries kept free, so here it counts all threads.
 */
export function logLimits(structure: StructureName, threads: number) {
  if (structure !== "ldnr") return NR_LIMITS;
  const { pendingOps, threadsPerReplica } = LD_NR_LIMITS;
  return { pendingOps, threadsPerReplica: Math.max(threadsPerReplica, threads + 1) };
}

/** A built configuration. */
export class HashMapSystem {
  readonly machine: TimedMachine;
  readonly pricing: TablePricing;
  readonly benchmark: Benchmark;
  readonly ledger: MemoryLedger;
  /** Bytes of one copy of the table. */
  readonly tableBytes: number;
  /** The dispatcher, when the structure is LD-NR. */
  readonly dispatcher: Dispatcher<number, number> | undefined;
  readonly nr: NodeReplicated<number, number> | undefined;
  /** Replica number of each thread. */
  readonly replicaOfThread: readonly number[];
  /** Core of each thread. */
  readonly cores: readonly number[];
  private readonly changes: (() => Steps)[] = [];
  private readonly admin: { registration: Registration<number, number>; core: number } | undefined;

  constructor(readonly sim: Simulation, readonly options: SystemOptions) {
    const o = options;
    const { domains, coresPerDomain, domainCapacity } = o.values;
    const replicated = o.structure === "nr" || o.structure === "ldnr";
    const homes = replicated ? o.replicas : [HOME];
    const around = o.placement ?? homes;
    const { cores, replicas } = place(o.threads, around, domains, coresPerDomain, o.threadsPerCore);
    this.replicaOfThread = replicas;
    this.cores = cores;
    const table = shapeOf(o);
    this.tableBytes = tableBytes(table);
    this.ledger = new MemoryLedger(
      o.domainMemory ?? Array.from({ length: domains }, () => domainCapacity),
    );
    const contexts = replicated ? contextBytes(this.logOptions()) : 0;
    homes.forEach((domain, i) =>
      this.ledger.allocate(domain, this.tableBytes + contexts, `replica ${i}`)
    );
    const coherence = new Coherence(o.values, replicated ? "done" : "asked");
    this.pricing = new TablePricing(o.values, coherence, o.costs, {
      table,
      localTable: hashbrown(o.localEntries, o.pageBytes),
      extraOperations: o.extraOperations,
      hash: hashCpu(o),
      logHome: 0,
      logEntries: replicated ? logEntries(this.logOptions()) : 1,
    });
    const busy = new Array<number>(domains * coresPerDomain).fill(0);
    for (const core of cores) busy[core] = (busy[core] as number) + 1;
    this.pricing.occupy(busy);
    this.machine = new TimedMachine(sim, coherence, this.pricing, {
      lookahead: looksAhead(o) ? o.threads : 0,
      poll: o.costs.poll,
      // Many threads that contend for one line begin at the same time, again and again: by numbers, those
      // of one socket would always follow each other.
      socketsInTurn: !replicated,
    });
    const map = this.build(replicas);
    this.dispatcher = map instanceof ReplicatedMap && map.structure instanceof Dispatcher
      ? map.structure
      : undefined;
    this.nr = map instanceof ReplicatedMap && map.structure instanceof NodeReplicated
      ? map.structure
      : undefined;
    if (replicated) this.ledger.allocate(0, logEntries(this.logOptions()) * 64, "the log");
    this.benchmark = new Benchmark(sim, this.machine, map, o, cores);
    if (this.dispatcher !== undefined) {
      this.admin = { registration: this.dispatcher.register(0, 0), core: 0 };
    }
  }

  /** Whether an inactive replica stops everything once the log is full; then time costs no events. */
  get stallsForEver(): boolean {
    return this.options.structure === "nr" && this.options.nrVersion === "0.1";
  }

  /**
   * Simulated ns from the start until throughput is steady, where that takes long: flurry's list of
   * participants, all registered at once in the beginning, has to spread out first.
   */
  get settlesIn(): number {
    return this.options.structure === "flurry" ? 600 * this.options.threads ** 2 : 0;
  }

  /** Simulated ns over which throughput is averaged at least: twenty of urcu's grace periods, which few puts share. */
  get averagesOver(): number {
    const { structure, writeShare, threads, costs } = this.options;
    if (structure !== "urcu" || writeShare === 0) return 0;
    return 20 * (costs.gracePeriod + threads * costs.graceVisit);
  }

  /** Add (or remove) LD-NR's replica on `domain`, by a thread of its own; `done` when it has happened. */
  change(kind: "add" | "remove", domain: number, done: () => void): void {
    const { dispatcher, admin } = this;
    if (dispatcher === undefined || admin === undefined) {
      throw new RangeError(`${this.options.structure} cannot change its replicas; use ldnr`);
    }
    const bytes = this.tableBytes;
    const { ledger } = this;
    if (kind === "add") ledger.allocate(domain, bytes, `replica on domain ${domain}`);
    const thread = admin.registration;
    const body = function* (): Steps {
      if (kind === "add") yield dispatcher.addReplica(thread, domain);
      else {
        yield dispatcher.removeReplica(thread, domain);
        ledger.release(domain, bytes);
      }
      done();
    };
    this.changes.push(body);
    if (this.changes.length === 1) this.machine.spawn("admin", admin.core, this.makeChanges());
  }

  /** One change after the other: a dispatcher makes one at a time. */
  private *makeChanges(): Steps {
    while (this.changes.length > 0) {
      yield (this.changes[0] as () => Steps)();
      this.changes.shift();
    }
  }

  private logOptions() {
    const { structure, logBytes, threads } = this.options;
    return { logBytes, ...logLimits(structure, threads) };
  }

  private build(replicaOfThread: readonly number[]): MapUnderTest {
    const o = this.options;
    const domains = Array.from({ length: o.values.domains }, (_, d) => d);
    switch (o.structure) {
      case "nr": {
        let next = 0;
        return new ReplicatedMap(
          new NodeReplicated<number, number>(
            {
              ...this.logOptions(),
              replicas: o.replicas,
              maxThreads: o.threads,
              protocol: { ...(o.nrVersion === "0.1" ? NR_01 : NR_02), aggregate: !o.exact },
            },
            () => new UniformTable(),
            () => replicaOfThread[next++] as number,
          ),
        );
      }
      case "ldnr":
        return new ReplicatedMap(
          new Dispatcher<number, number>(
            {
              ...this.logOptions(),
              domains,
              replicas: o.replicas,
              maxThreads: o.threads + 1,
              maxReplicas: LD_NR_LIMITS.maxReplicas,
              freeze: o.freeze,
              protocol: {
                ...LD_NR,
                aggregate: !o.exact,
                concurrentMembership: o.freeze === "model",
              },
            },
            () => new UniformTable(),
            new SystemCallAffinity(),
            o.outerLock === "word" ? new WordRwLock() : undefined,
          ),
        );
      case "std":
        return new StdMap(o.costs);
      case "chashmap":
        return new CHashMap(o.costs);
      case "dashmap": {
        const rng = this.sim.rng("shards");
        return new DashMap(o.shards, o.costs, (n) => rng.uniformInt(n));
      }
      case "flurry":
        return new Flurry(o.costs);
      case "urcu":
        return new UrcuMap(o.costs, o.threads);
    }
  }
}

/** Bytes of a replica's contexts: a padded pair of lines for every slot of every thread. */
function contextBytes(limits: { pendingOps: number; threadsPerReplica: number }): number {
  return limits.pendingOps * limits.threadsPerReplica * 128;
}

/** The table of a structure. */
export function shapeOf(
  o: Pick<SystemOptions, "structure" | "entries" | "pageBytes">,
): TableShape {
  if (o.structure === "chashmap") return cHashMap(o.entries, o.pageBytes);
  if (o.structure === "flurry") return flurry(o.entries, o.pageBytes);
  if (o.structure === "urcu") return urcuTable(o.entries, o.pageBytes);
  return hashbrown(o.entries, o.pageBytes);
}

/** Hashing one key: std's SipHash; DashMap hashes twice (shard, bucket); urcu's keys are their hash. */
function hashCpu({ structure, costs }: SystemOptions): number {
  if (structure === "dashmap") return 2 * costs.aHash;
  if (structure === "flurry") return costs.aHash;
  if (structure === "urcu") return costs.bitReverse;
  return costs.sipHash;
}

/**
 * Whether threads may take steps ahead of the clock. Not where they share more than words: replicas that
 * change while others go on, a lock with a count of its own, the lists of the comparison maps.
 */
function looksAhead(o: SystemOptions): boolean {
  if (o.exact) return false;
  return o.structure === "nr" ||
    (o.structure === "ldnr" && o.freeze === "all" && o.outerLock === "distributed");
}
