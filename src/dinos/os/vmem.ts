/**
 * LDNR-vMem (chapter 6.4.2.1): the page table of a process on several Dkernels, replicated by LD-NR where
 * it has cores, while its threads run memcached. Replicas come and go live, between two shootdowns that
 * make every core of the process, on any host, load the table that it is matched to.
 */
import {
  Coherence,
  type MemoryValues,
  type PageBytes,
  SKYLAKE_TLB,
  Tlb,
  type TranslationProfile,
} from "../../hardware/memory/mod.ts";
import type { Simulation } from "../../kernel/mod.ts";
import {
  Dispatcher,
  LD_NR,
  type Registration,
  type Steps,
  SystemCallAffinity,
  TimedMachine,
  type TimedThread,
  Wait,
  Word,
  Work,
} from "../../ldnr/mod.ts";
import type { ExpectedGet } from "../../workloads/memcached/mod.ts";
import { type MapOperation, PageTable } from "./page-table.ts";
import { VmemPricing } from "./vmem-pricing.ts";

/** What waits while replicas change. */
export type Frozen =
  /** all threads of the process: they stay in the shootdown's handler until there is a table to load */
  | "process"
  /** threads that enter the kernel: at the timer tick, which synchronises the replica */
  | "kernel";

/** A process and its address space. */
export interface VmemOptions {
  readonly values: MemoryValues;
  readonly gets: ExpectedGet;
  /** Core and domain of each thread: cores are numbered domain by domain. */
  readonly cores: readonly number[];
  readonly replicas: readonly number[];
  readonly pageBytes: PageBytes;
  readonly addressSpace: number;
  /** Bytes of one map operation. */
  readonly chunk: number;
  readonly frozen: Frozen;
  /** Timer period of a core, ns. */
  readonly tick: number;
  /** From sending an interrupt to another host to its handler, ns. */
  readonly interrupt: number;
  readonly logBytes: number;
}

/** An operation that only looks: whoever does it finds the replica up to date with the log. */
const SYNC: MapOperation = { kind: "map", at: 0, bytes: 0 };
/** Gets priced at once. */
const RUN = 64;
/** Accesses after which a TLB is warm, in its entries; one get in so many is translated then. */
const [WARM, SAMPLE] = [2, 16] as const;

/** The running process. */
export class VmemSystem {
  readonly machine: TimedMachine;
  readonly dispatcher: Dispatcher<MapOperation, number>;
  /** Threads that have mapped their part of the address space. */
  ready = 0;
  /** Times from the start of a change to its end. */
  readonly changes: { readonly kind: "add" | "remove"; readonly time: number }[] = [];
  private readonly completed: Float64Array;
  private readonly runners: TimedThread[] = [];
  /** Rises with each shootdown; 1 while threads are kept in its handler. */
  private readonly shootdown = new Word(0);
  private readonly held = new Word(0);
  private readonly arrived = new Word(0);
  private readonly mapped = new Word(0);
  /** Each core's translation caches, and the address that its thread takes next. */
  private readonly tlbs: Tlb[] = [];
  private readonly admin: Registration<MapOperation, number>;

  constructor(readonly sim: Simulation, private readonly o: VmemOptions) {
    const threads = o.cores.length;
    const coherence = new Coherence(o.values);
    this.machine = new TimedMachine(sim, coherence, new VmemPricing(o, this), {
      // Handlers and ticks look at more than words: every step is an event.
      lookahead: 0,
      poll: 1,
    });
    this.dispatcher = new Dispatcher<MapOperation, number>(
      {
        logBytes: o.logBytes,
        pendingOps: 1,
        threadsPerReplica: Math.max(32, threads + 2),
        domains: Array.from({ length: o.values.domains }, (_, d) => d),
        replicas: o.replicas,
        maxThreads: threads + 1,
        maxReplicas: o.values.domains,
        freeze: "all",
        protocol: { ...LD_NR, aggregate: true, concurrentMembership: false },
      },
      () => new PageTable(o.pageBytes),
      new SystemCallAffinity(),
    );
    this.completed = new Float64Array(threads);
    o.cores.forEach((core, i) => {
      const registration = this.dispatcher.register(coherence.domainOf(core), core);
      this.tlbs.push(new Tlb(SKYLAKE_TLB));
      this.runners.push(this.machine.spawn(`thread ${i}`, core, this.body(i, registration)));
    });
    // The demonstration's timer handler runs on the first core's domain.
    this.admin = this.dispatcher.register(coherence.domainOf(o.cores[0]), o.cores[0]);
  }

  /** Domain of the page table that a thread's core has loaded. */
  tableOf(thread: number): number {
    return this.loaded[thread] as number;
  }
  private readonly loaded: number[] = [];
  private readonly walked: PageTable[] = [];
  /** Accesses of each core's TLB when it was last flushed. */
  private readonly flushedAt: number[] = [];

  /** A core's translations so far, by where they were found. */
  translations(thread: number): Readonly<Tlb["counts"]> {
    return (this.tlbs[thread] as Tlb).counts;
  }

  /**
   * What gets of a thread do to its TLB, on the table that its core has loaded; per get. Once the TLB has
   * seen several times what it holds, a sample stands for all of `run`.
   */
  translate(thread: number, run: number, random: () => number): TranslationProfile {
    const tlb = this.tlbs[thread] as Tlb;
    const table = this.walked[thread] as PageTable;
    const { accesses, second, walks, loads: [a, b, c, d] } = tlb.counts;
    const warm = accesses - (this.flushedAt[thread] as number) > WARM * SKYLAKE_TLB.second.entries;
    const gets = warm ? Math.ceil(run / SAMPLE) : run;
    for (let i = 0; i < gets; i++) {
      for (const at of this.o.gets.addresses(random)) {
        if (!tlb.translate(Math.floor(at), table)) {
          throw new Error(`thread ${thread} took a page fault at ${at} on a synchronised replica`);
        }
      }
    }
    const now = tlb.counts;
    return {
      second: (now.second - second) / gets,
      walks: (now.walks - walks) / gets,
      loads: [
        (now.loads[0] - a) / gets,
        (now.loads[1] - b) / gets,
        (now.loads[2] - c) / gets,
        (now.loads[3] - d) / gets,
      ],
    };
  }

  /** Load CR3: the table that the core is matched to, and an empty TLB. */
  private load(thread: number, registration: Registration<MapOperation, number>): void {
    const replica = this.dispatcher.select(registration);
    this.loaded[thread] = replica.domain;
    this.walked[thread] = replica.data as PageTable;
    const tlb = this.tlbs[thread] as Tlb;
    tlb.flush();
    this.flushedAt[thread] = tlb.counts.accesses;
  }

  /** Gets completed by all threads. */
  operations(): number {
    return this.completed.reduce((a, b) => a + b, 0) +
      this.runners.reduce((sum, t) => sum + this.machine.doneSoFar(t, "gets"), 0);
  }

  /** Bytes of all replicas' tables. */
  bytes(): number {
    return this.dispatcher.replicaList().reduce((sum, r) => sum + (r.data as PageTable).bytes(), 0);
  }

  /** Add or remove the replica of a domain, with the shootdowns before and after. */
  change(kind: "add" | "remove", domain: number): void {
    const begin = this.sim.now;
    const { dispatcher, admin, o, sim } = this;
    const shoot = this.interruptAll.bind(this);
    const steps = function* (this: VmemSystem): Steps {
      yield shoot(o.frozen === "process");
      yield kind === "add"
        ? dispatcher.addReplica(admin, domain)
        : dispatcher.removeReplica(admin, domain);
      if (o.frozen === "process") {
        yield this.held.write;
        this.held.value = 0;
      } else yield shoot(false);
      this.changes.push({ kind, time: sim.now - begin });
      sim.trace?.complete("vMEM", `${kind} replica ${domain}`, begin, sim.now, {
        bytes: this.bytes(),
      });
    };
    this.machine.spawn(`${kind} replica ${domain}`, admin.place, steps.call(this));
  }

  /** Interrupt every core of the process and wait until all handlers run. */
  private *interruptAll(hold: boolean): Steps {
    const { shootdown, held, arrived, o } = this;
    yield held.write;
    held.value = hold ? 1 : 0;
    yield arrived.write;
    arrived.value = 0;
    yield new Work("interrupt", o.cores.length, 0);
    yield shootdown.write;
    shootdown.value++;
    const all = o.cores.length;
    yield new Wait([arrived], () => arrived.value >= all);
  }

  private *body(i: number, registration: Registration<MapOperation, number>): Steps {
    const { o, dispatcher, shootdown, sim } = this;
    const threads = o.cores.length;
    this.load(i, registration);
    for (let at = i * o.chunk; at < o.addressSpace; at += threads * o.chunk) {
      const bytes = Math.min(o.chunk, Math.ceil((o.addressSpace - at) / o.pageBytes) * o.pageBytes);
      yield dispatcher.executeMut(registration, { kind: "map", at, bytes });
    }
    // memcached's barrier; then the first fault on what others have mapped brings the replica up to date.
    const { mapped } = this;
    yield mapped.rmw;
    mapped.value++;
    yield new Wait([mapped], () => mapped.value >= threads);
    yield dispatcher.execute(registration, SYNC);
    this.ready++;
    let seen = shootdown.value;
    let nextTick = sim.now + Math.round(o.tick * (i + 1) / threads);
    for (;;) {
      if (shootdown.value !== seen) {
        seen = shootdown.value;
        yield this.handle(i, registration);
      }
      if (sim.now >= nextTick) {
        nextTick += o.tick;
        yield dispatcher.execute(registration, SYNC);
      }
      const gets = new Work(
        "gets",
        RUN,
        registration.domain,
        [shootdown],
        () => shootdown.value !== seen,
      );
      yield gets;
      this.completed[i] += gets.done;
    }
  }

  /** The shootdown's handler: flush, wait if held, synchronise and load the table that the core is matched to. */
  private *handle(i: number, registration: Registration<MapOperation, number>): Steps {
    const { arrived, held, dispatcher } = this;
    yield new Work("handler", 1, registration.domain);
    yield arrived.rmw;
    arrived.value++;
    if (held.value === 1) yield new Wait([held], () => held.value === 0);
    yield dispatcher.execute(registration, SYNC);
    this.load(i, registration);
    yield new Work("reload", 1, this.loaded[i]);
  }
}
