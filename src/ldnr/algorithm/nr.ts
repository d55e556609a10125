/** Node replication with a fixed set of replicas (chapter 6.2.1), versions 0.1 and 0.2 of the library. */
import { Context } from "./context.ts";
import { LdnrError } from "./errors.ts";
import { type Cursor, type LogOptions, SharedLog } from "./log.ts";
import { Protocol, type ProtocolOptions } from "./protocol.ts";
import { type Registration, Replica, type Structure } from "./replica.ts";
import { type Piece, type Steps, type Tally, Work } from "./step.ts";

/** What every replicated structure offers to a thread. */
export interface Replicated<Op, R> {
  register(domain: number, place?: number): Registration<Op, R>;
  /** An operation that changes the structure. */
  executeMut(thread: Registration<Op, R>, op: Op): Piece<R>;
  /** An operation that only looks. */
  execute(thread: Registration<Op, R>, op: Op): Steps<R>;
  /** Looking operations one after the other, whose answers nobody wants, until `tally` says so; gives 0. */
  executeMany(
    thread: Registration<Op, R>,
    tally: Tally,
  ): Piece<number>;
  readonly log: SharedLog<Op>;
  readonly protocol: Protocol<Op, R>;
  replicaList(): readonly Replica<Op, R>[];
}

/** Options of a replicated structure. */
export interface NrOptions extends LogOptions {
  /** Domain of each replica's memory, in order of replica number. */
  readonly replicas: readonly number[];
  /** Most threads that will register. */
  readonly maxThreads: number;
  readonly protocol: ProtocolOptions;
}

/** The settings in which the versions differ. */
export const NR_01: Omit<ProtocolOptions, "aggregate"> = {
  gcSpins: Infinity,
  responseSpins: 2 ** 29,
  lockDuringAppend: false,
  concurrentMembership: false,
};

/** The settings of version 0.2, where they are not those of 0.1. */
export const NR_02: Omit<ProtocolOptions, "aggregate"> = {
  ...NR_01,
  gcSpins: 128,
  lockDuringAppend: true,
};

/** Which replica a thread of `domain` uses: its own domain's, else the nearest block of domains shares one. */
export type Assignment = (domain: number, indexInDomain: number) => number;

/** A structure replicated by NR. */
export class NodeReplicated<Op, R> implements Replicated<Op, R> {
  readonly log: SharedLog<Op>;
  readonly protocol: Protocol<Op, R>;
  private readonly replicas: Replica<Op, R>[];
  private readonly threads: Registration<Op, R>[] = [];
  private readonly replicaOf: Replica<Op, R>[] = [];

  constructor(
    private readonly options: NrOptions,
    make: (domain: number) => Structure<Op, R>,
    private readonly assignment: Assignment,
  ) {
    if (options.replicas.length === 0) {
      throw new LdnrError(
        "a replicated structure needs at least one replica; name a domain for it",
      );
    }
    this.log = new SharedLog<Op>(options);
    this.replicas = options.replicas.map((domain, i) =>
      new Replica(i, domain, this.log.join(i), make(domain), options.maxThreads)
    );
    this.protocol = new Protocol(
      this.log,
      options.protocol,
      this.threads,
      (cursor: Cursor) => this.replicas[cursor.replica],
      (_thread, _domain, body) => body,
    );
  }

  /** Register a thread that runs on `domain`; its replica never changes. */
  register(domain: number, place: number = this.threads.length): Registration<Op, R> {
    const index = this.threads.filter((t) => t.domain === domain).length;
    const at = this.assignment(domain, index);
    const replica = this.replicas[at];
    if (replica === undefined) {
      throw new LdnrError(
        `thread of domain ${domain} is assigned to replica ${at}, which does not exist; ` +
          `replicas are 0..${this.replicas.length - 1}`,
      );
    }
    if (this.threads.length >= this.options.maxThreads) {
      throw new LdnrError(
        `more than ${this.options.maxThreads} threads register; raise maxThreads`,
      );
    }
    if (replica.threads.length >= this.options.threadsPerReplica) {
      throw new LdnrError(
        `replica ${at} has ${this.options.threadsPerReplica} threads already; ` +
          `raise threadsPerReplica or use more replicas`,
      );
    }
    const thread: Registration<Op, R> = {
      id: this.threads.length,
      indexInDomain: index,
      domain,
      place,
      context: new Context(this.options.pendingOps),
      policy: domain,
    };
    thread.context.share({ owner: thread.id, other: replica.combiner, named: true });
    this.threads.push(thread);
    this.replicaOf.push(replica);
    replica.threads = [...replica.threads, thread.id];
    return thread;
  }

  executeMut(thread: Registration<Op, R>, op: Op): Piece<R> {
    return this.protocol.write(thread, this.replicaFor(thread), op);
  }

  execute(thread: Registration<Op, R>, op: Op): Steps<R> {
    const replica = this.replicaFor(thread);
    return this.protocol.read(thread, replica, op, new Work("get", 1, replica.domain));
  }

  executeMany(thread: Registration<Op, R>, tally: Tally): Piece<number> {
    return this.protocol.readMany(thread, this.replicaFor(thread), tally);
  }

  /** The replica that a thread is registered with. */
  replicaFor(thread: Registration<Op, R>): Replica<Op, R> {
    return this.replicaOf[thread.id] as Replica<Op, R>;
  }

  replicaList(): readonly Replica<Op, R>[] {
    return this.replicas;
  }
}
