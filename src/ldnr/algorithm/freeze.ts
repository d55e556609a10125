/** How a replica is brought to rest while the others go on (LD-NR's finer freeze). */
import type { Protocol } from "./protocol.ts";
import type { Registration, Replica } from "./replica.ts";
import { type Steps, Wait } from "./step.ts";

/** What stops while a replica is cloned or removed. */
export type Freeze =
  /** every thread, by the write side of an outer lock: chapter 6.3.2's implementation */
  | "all"
  /** only the model replica's combiner: the chapter's future work */
  | "model";

/** Wait until no thread is inside `replica` any more, combining for those who wait for an answer. */
export function* drain<Op, R>(
  protocol: Protocol<Op, R>,
  threads: readonly Registration<Op, R>[],
  thread: Registration<Op, R>,
  replica: Replica<Op, R>,
): Steps {
  for (const other of [...threads]) {
    const inside = other.context.inside;
    for (;;) {
      yield inside.read;
      if (inside.value !== replica.cursor.id) break;
      yield protocol.tryCombine(thread, replica);
      yield new Wait(
        [inside, replica.combiner],
        () => inside.value !== replica.cursor.id || replica.combiner.value === 0,
      );
    }
  }
}

/** Become the combiner of `replica` and stay it: nothing of the log is applied or appended until then. */
export function* holdCombiner<Op, R>(
  thread: Registration<Op, R>,
  replica: Replica<Op, R>,
): Steps {
  const combiner = replica.combiner;
  for (;;) {
    yield combiner.rmw;
    if (combiner.value === 0) break;
    yield new Wait([combiner], () => combiner.value === 0);
  }
  combiner.value = thread.id + 1;
}
