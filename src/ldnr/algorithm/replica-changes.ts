/**
 * How LD-NR's set of replicas changes while threads keep operating (chapter 6.3.2): cloning in five steps,
 * and removal, with everything frozen or the model replica only.
 */
import type { AffinityManager } from "./affinity.ts";
import { LdnrError } from "./errors.ts";
import { drain, type Freeze, holdCombiner } from "./freeze.ts";
import type { Cursor, SharedLog } from "./log.ts";
import type { Protocol } from "./protocol.ts";
import type { Registration, Replica, Structure } from "./replica.ts";
import type { ReaderWriterLock } from "./rwlock.ts";
import { type Steps, Work } from "./step.ts";

/** Told at each step of a clone or removal, with the model's domain once known; "" when it is over. */
export type OnStep = (
  kind: "add" | "remove",
  domain: number,
  step: string,
  model?: number,
) => void;

/** What changes work on: the dispatcher's state. */
export interface Changeable<Op, R> {
  readonly log: SharedLog<Op>;
  readonly protocol: Protocol<Op, R>;
  readonly outer: ReaderWriterLock;
  readonly freeze: Freeze;
  readonly affinity: AffinityManager<Registration<Op, R>>;
  readonly replicas: Map<number, Replica<Op, R>>;
  readonly threads: readonly Registration<Op, R>[];
  readonly insert: (domain: number, cursor: Cursor, data: Structure<Op, R>) => void;
  /** Match threads to replicas anew. */
  readonly rematch: () => void;
  readonly onStep: OnStep;
}

/** Adds and removes replicas, one change at a time. */
export class ReplicaChanges<Op, R> {
  private changing = false;

  constructor(private readonly d: Changeable<Op, R>) {}

  /** Add a replica on `domain`. @throws {LdnrError} during another change */
  add(thread: Registration<Op, R>, domain: number): Steps {
    return this.exclusively(this.cloneInto(thread, domain));
  }

  /** Take away the replica on `domain`. @throws {LdnrError} during another change */
  remove(thread: Registration<Op, R>, domain: number): Steps {
    return this.exclusively(this.drop(thread, domain));
  }

  private *exclusively(body: Steps): Steps {
    if (this.changing) {
      throw new LdnrError("a replica is being added or removed already; wait for it to finish");
    }
    this.changing = true;
    try {
      yield body;
    } finally {
      this.changing = false;
    }
  }

  private *cloneInto(thread: Registration<Op, R>, domain: number): Steps {
    const all = this.d.freeze === "all";
    // With everything frozen nobody overtakes the choice, so it comes second.
    if (all) {
      this.d.onStep("add", domain, "freeze");
      yield this.d.outer.acquireWrite();
    }
    this.d.onStep("add", domain, "select");
    const model = yield this.furthest();
    if (!all) {
      this.d.onStep("add", domain, "freeze");
      yield holdCombiner(thread, model);
    }
    this.d.onStep("add", domain, "clone", model.domain);
    const before = yield this.d.affinity.switchTo(thread, domain);
    yield model.lock.acquireRead(thread.id);
    yield new Work("clone", 1, model.domain);
    const data = model.data.clone(domain);
    yield model.lock.releaseRead(thread.id);
    this.d.onStep("add", domain, "update");
    if (!all) yield this.d.protocol.lockCollection();
    const cursor = this.d.log.join(domain, model.cursor);
    yield cursor.ltail.write;
    this.d.insert(domain, cursor, data);
    if (!all) yield this.d.protocol.unlockCollection();
    this.d.onStep("add", domain, "restore");
    yield this.d.affinity.switchTo(thread, before);
    if (all) yield this.d.outer.releaseWrite();
    else {
      yield model.combiner.write;
      model.combiner.value = 0;
    }
    this.d.onStep("add", domain, "");
  }

  private *drop(thread: Registration<Op, R>, domain: number): Steps {
    const all = this.d.freeze === "all";
    const replica = this.d.replicas.get(domain) as Replica<Op, R>;
    this.d.onStep("remove", domain, "freeze");
    if (all) yield this.d.outer.acquireWrite();
    else {
      yield replica.closed.write;
      replica.closed.value = 1;
      // From here the dispatcher matches nobody to it; those inside finish first, with our help.
      this.d.replicas.delete(domain);
      yield drain(this.d.protocol, this.d.threads, thread, replica);
      yield holdCombiner(thread, replica);
      yield this.d.protocol.lockCollection();
    }
    this.d.onStep("remove", domain, "release");
    this.d.replicas.delete(domain);
    this.d.log.leave(replica.cursor);
    this.d.rematch();
    if (!all) yield this.d.protocol.unlockCollection();
    yield new Work("release", 1, domain);
    if (all) yield this.d.outer.releaseWrite();
    this.d.onStep("remove", domain, "");
  }

  /** The replica that has made most progress: a look at each one's ltail, one after the other. */
  private *furthest(): Steps<Replica<Op, R>> {
    let [model, most]: [Replica<Op, R> | undefined, number] = [undefined, -1];
    for (const replica of [...this.d.replicas.values()]) {
      const { ltail } = replica.cursor;
      yield ltail.read;
      if (ltail.value > most) [model, most] = [replica, ltail.value];
    }
    return model as Replica<Op, R>;
  }
}
