// The tests of this room can fail: each mechanism, taken away, is missed by the checks that hold it.
import assert from "node:assert/strict";
import fc from "fast-check";
import { SystemCallAffinity } from "./affinity.ts";
import { Appending } from "./appending.ts";
import { Combiner } from "./combiner.ts";
import { Context } from "./context.ts";
import { checkEverything, ldnr, type Map_, nr, plans, play, settle } from "./fixture_test.ts";
import { SharedLog } from "./log.ts";
import type { RecordingMap } from "./map.ts";
import { NR_02 } from "./nr.ts";
import { Reading } from "./reading.ts";
import { DistributedRwLock } from "./rwlock.ts";
import type { Steps } from "./step.ts";

type AnyClass = { readonly prototype: object };

/** Random plans until the checks fail on a map whose `method` is replaced; false if they never do. */
function missed(
  { prototype }: AnyClass,
  method: string,
  mutant: (original: any) => (...args: any[]) => unknown,
  map: () => Map_,
  check: (map: Map_, plan: Parameters<typeof play>[1]) => void = (m, plan) =>
    checkEverything(m, play(m, plan)),
  runs = 1500,
): boolean {
  const original = (prototype as any)[method];
  (prototype as any)[method] = mutant(original);
  try {
    for (const plan of fc.sample(plans, { numRuns: runs, seed: 42 })) {
      try {
        check(map(), plan);
      } catch {
        return true;
      }
    }
    return false;
  } finally {
    (prototype as any)[method] = original;
  }
}

const nothing = () => function* (): Steps {};

Deno.test("without mutation the same plans pass", () => {
  const original = (original: unknown) => original as () => unknown;
  for (const map of [() => nr(NR_02), () => ldnr("model")]) {
    assert.equal(missed(Reading, "catchUp", original, map, undefined, 200), false);
  }
});

Deno.test("a read that does not wait for ctail is not linearizable", () => {
  assert.ok(missed(Reading, "catchUp", nothing, () => nr(NR_02)));
});

Deno.test("a replay that does not wait for reserved entries to be filled applies what is not there", () => {
  assert.ok(missed(SharedLog, "isFilled", () => () => true, () => nr(NR_02)));
});

Deno.test("two combiners of one replica at a time lose or repeat operations", () => {
  const careless = () =>
    function* (this: any, thread: unknown, replica: any): Steps<boolean> {
      yield replica.combiner.read;
      yield this.combine(thread, replica);
      return true;
    };
  assert.ok(missed(Combiner, "tryCombine", careless, () => nr(NR_02)));
});

Deno.test("freeing what only the fastest replica has applied frees what others need", () => {
  const greedy = () =>
    function* (this: any): Steps<undefined> {
      const { log } = this.shared;
      yield log.head.write;
      log.head.value = Math.max(...log.cursors.map((c: any) => c.ltail.value));
      return undefined;
    };
  assert.ok(missed(Appending, "advanceHead", greedy, () => nr(NR_02)));
});

Deno.test("answers given without looking whose they are go to the wrong threads", () => {
  const shifted = (original: any) =>
    function (this: unknown, results: unknown[], from: number, count: number) {
      original.call(this, results, Math.max(0, from - 1), count);
    };
  assert.ok(missed(Context, "give", shifted, () => nr(NR_02)));
});

Deno.test("cloning without freezing anything loses operations", () => {
  assert.ok(missed(DistributedRwLock, "acquireWrite", nothing, () => ldnr("all")));
});

Deno.test("an affinity manager that does not switch leaves a replica's memory elsewhere", () => {
  const idle = () =>
    function* (_thread: unknown, domain: number): Steps<number> {
      return domain;
    };
  const local = (map: Map_, plan: Parameters<typeof play>[1]) => {
    const run = play(map, plan);
    settle(map, run.handles[0] as any);
    for (const replica of map.replicaList()) {
      const domains = (replica.data as RecordingMap).domains();
      assert.ok(domains.every((d) => d === replica.domain));
    }
  };
  assert.ok(missed(SystemCallAffinity, "switchTo", idle, () => ldnr("all"), local));
});
