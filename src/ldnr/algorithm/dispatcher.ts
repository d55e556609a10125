/**
 * Live-dynamic node replication (chapter 6.3): a dispatcher that holds all metadata outside of the
 * replicas, matches threads to replicas, and adds and removes replicas while threads keep operating.
 */
import type { AffinityManager } from "./affinity.ts";
import { Context } from "./context.ts";
import { LdnrError } from "./errors.ts";
import type { Freeze } from "./freeze.ts";
import { type Cursor, type LogOptions, SharedLog } from "./log.ts";
import type { Replicated } from "./nr.ts";
import { refuseAdding, refuseRemoving } from "./membership.ts";
import { type OnStep, ReplicaChanges } from "./replica-changes.ts";
import { Protocol, type ProtocolOptions } from "./protocol.ts";
import { type Registration, Replica, type Structure } from "./replica.ts";
import { DistributedRwLock, type ReaderWriterLock } from "./rwlock.ts";
import { type Steps, type Tally, Work } from "./step.ts";

/** Options of a live-dynamic replicated structure. */
export interface LdNrOptions extends LogOptions {
  /** Domains (affinities) on which a replica may live. */
  readonly domains: readonly number[];
  /** Domains of the replicas to start with. */
  readonly replicas: readonly number[];
  readonly maxThreads: number;
  /** Most replicas at a time (5 in the library). */
  readonly maxReplicas: number;
  readonly freeze: Freeze;
  readonly protocol: ProtocolOptions;
}

/** LD-NR's settings of the shared protocol. */
export const LD_NR: Omit<ProtocolOptions, "aggregate" | "concurrentMembership"> = {
  gcSpins: 128,
  responseSpins: 2 ** 24,
  lockDuringAppend: true,
};

/** A structure replicated by LD-NR. */
export class Dispatcher<Op, R> implements Replicated<Op, R> {
  readonly log: SharedLog<Op>;
  readonly protocol: Protocol<Op, R>;
  /** Held for reading by every operation, for writing while all is frozen. */
  readonly outer: ReaderWriterLock;
  private readonly replicas = new Map<number, Replica<Op, R>>();
  private readonly threads: Registration<Op, R>[] = [];
  /** Replica that each thread used last (finer freeze: it changes only at the thread's own next entry). */
  private readonly current: (Replica<Op, R> | undefined)[] = [];
  private readonly changes: ReplicaChanges<Op, R>;
  /** Told at each of the steps of a clone or removal, for traces. */
  onStep: OnStep | undefined = undefined;
  /** Told when a thread begins (or has ended) to wait until it may enter, for traces. */
  onEnter: ((thread: number, begins: boolean) => void) | undefined = undefined;

  constructor(
    private readonly options: LdNrOptions,
    make: (domain: number) => Structure<Op, R>,
    readonly affinity: AffinityManager<Registration<Op, R>>,
    outer?: ReaderWriterLock,
  ) {
    if (options.replicas.length === 0) {
      throw new LdnrError(
        "a replicated structure needs at least one replica; name a domain for it",
      );
    }
    this.outer = outer ?? new DistributedRwLock(options.maxThreads + 1);
    this.log = new SharedLog<Op>(options);
    this.protocol = new Protocol(
      this.log,
      options.protocol,
      this.threads,
      (cursor: Cursor) => {
        const replica = this.replicas.get(cursor.replica);
        return replica?.cursor === cursor ? replica : undefined;
      },
      (thread, domain, body) => this.withAffinity(thread, domain, body),
    );
    this.changes = new ReplicaChanges({
      log: this.log,
      protocol: this.protocol,
      outer: this.outer,
      freeze: options.freeze,
      affinity,
      replicas: this.replicas,
      threads: this.threads,
      insert: (domain, cursor, data) => this.insert(domain, cursor, data),
      rematch: () => this.rematch(),
      onStep: (...step) => this.onStep?.(...step),
    });
    for (const domain of options.replicas) {
      this.refuseAdding(domain);
      this.insert(domain, this.log.join(domain), make(domain));
    }
  }

  /** Register a thread that runs on `domain`. Its number is unique across all replicas. */
  register(domain: number, place: number = this.threads.length): Registration<Op, R> {
    if (this.threads.length >= this.options.maxThreads) {
      throw new LdnrError(
        `more than ${this.options.maxThreads} threads register; raise maxThreads`,
      );
    }
    if ((this.threads.length + 1) * this.options.pendingOps > this.log.gcFromHead) {
      throw new LdnrError(
        `${
          this.threads.length + 1
        } threads with ${this.options.pendingOps} pending operations each ` +
          `could append more at once than the ${this.log.gcFromHead} entries that the log keeps free; ` +
          `raise threadsPerReplica`,
      );
    }
    const thread: Registration<Op, R> = {
      id: this.threads.length,
      indexInDomain: this.threads.filter((t) => t.domain === domain).length,
      domain,
      place,
      context: new Context(this.options.pendingOps),
      policy: domain,
    };
    this.threads.push(thread);
    this.current.push(undefined);
    this.rematch();
    return thread;
  }

  /** The replica of the thread's own domain, else one of the others, spread evenly over threads. */
  select(thread: Registration<Op, R>): Replica<Op, R> {
    const own = this.replicas.get(thread.domain);
    if (own !== undefined) return own;
    const all = [...this.replicas.values()].sort((a, b) => a.id - b.id);
    return all[thread.indexInDomain % all.length] as Replica<Op, R>;
  }

  *executeMut(thread: Registration<Op, R>, op: Op): Steps<R> {
    const replica = yield this.enter(thread);
    const before = yield this.affinity.switchTo(thread, replica.domain);
    const answer = yield this.protocol.write(thread, replica, op);
    yield this.affinity.switchTo(thread, before);
    yield this.leave(thread);
    return answer;
  }

  *execute(thread: Registration<Op, R>, op: Op): Steps<R> {
    const replica = yield this.enter(thread);
    const look = new Work("get", 1, replica.domain);
    const answer = yield this.protocol.read(thread, replica, op, look);
    yield this.leave(thread);
    return answer;
  }

  *executeMany(thread: Registration<Op, R>, tally: Tally): Steps<number> {
    let again = true;
    const once: Tally = {
      more() {
        again = tally.more();
        return false;
      },
    };
    while (again) {
      const replica = yield this.enter(thread);
      yield this.protocol.readMany(thread, replica, once);
      yield this.leave(thread);
    }
    return 0;
  }

  /** Start an operation: no replica that it uses can go away before `leave`. */
  private *enter(thread: Registration<Op, R>): Steps<Replica<Op, R>> {
    if (this.options.freeze === "all") {
      this.onEnter?.(thread.id, true);
      yield this.outer.acquireRead(thread.id);
      this.onEnter?.(thread.id, false);
      yield new Work("dispatch", 1, thread.domain);
      return this.select(thread);
    }
    yield new Work("dispatch", 1, thread.domain);
    const inside = thread.context.inside;
    for (;;) {
      const replica = this.select(thread);
      yield inside.write;
      inside.value = replica.cursor.id;
      yield replica.closed.read;
      if (replica.closed.value === 0) {
        const last = this.current[thread.id];
        if (last !== replica) {
          if (last !== undefined) last.threads = last.threads.filter((t) => t !== thread.id);
          replica.threads = [...replica.threads, thread.id];
          this.current[thread.id] = replica;
        }
        return replica;
      }
      yield inside.write;
      inside.value = 0;
    }
  }

  private *leave(thread: Registration<Op, R>): Steps {
    if (this.options.freeze === "all") {
      yield this.outer.releaseRead(thread.id);
      return;
    }
    yield thread.context.inside.write;
    thread.context.inside.value = 0;
  }

  /** Add a replica on `domain` while threads keep operating: chapter 6.3.2's five steps. */
  *addReplica(thread: Registration<Op, R>, domain: number): Steps {
    this.refuseAdding(domain);
    yield this.changes.add(thread, domain);
  }

  /** Take away the replica on `domain`. */
  *removeReplica(thread: Registration<Op, R>, domain: number): Steps {
    refuseRemoving(domain, [...this.replicas.keys()], this.options);
    yield this.changes.remove(thread, domain);
  }

  private *withAffinity<T>(
    thread: Registration<Op, R>,
    domain: number,
    body: Steps<T>,
  ): Steps<T> {
    if (thread.policy === domain) return yield body;
    const before = yield this.affinity.switchTo(thread, domain);
    const result = yield body;
    yield this.affinity.switchTo(thread, before);
    return result;
  }

  private insert(domain: number, cursor: Cursor, data: Structure<Op, R>): void {
    const replica = new Replica(domain, domain, cursor, data, this.options.maxThreads + 1);
    this.replicas.set(domain, replica);
    this.rematch();
  }

  /** Which contexts each replica's combiner manages; with everything frozen no operation is in flight. */
  private rematch(): void {
    if (this.options.freeze !== "all") return;
    const of = new Map<Replica<Op, R>, number[]>();
    for (const replica of this.replicas.values()) of.set(replica, []);
    if (of.size > 0) { for (const t of this.threads) of.get(this.select(t))?.push(t.id); }
    for (const [replica, threads] of of) {
      replica.threads = threads;
      for (const owner of threads) {
        const context = (this.threads[owner] as Registration<Op, R>).context;
        context.share({ owner, other: replica.combiner, named: true });
      }
    }
  }

  /** Thrown when a replica cannot be added on `domain`; nothing has changed. */
  private refuseAdding(domain: number): void {
    refuseAdding(domain, [...this.replicas.keys()], this.options);
  }

  replicaList(): readonly Replica<Op, R>[] {
    return [...this.replicas.values()];
  }
}
