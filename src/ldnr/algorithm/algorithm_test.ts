import assert from "node:assert/strict";
import fc from "fast-check";
import { Context } from "./context.ts";
import type { Freeze } from "./freeze.ts";
import {
  checkEverything,
  type Handle,
  ldnr,
  type MapReplica,
  nr,
  type Plan,
  plans,
  play,
  settle,
  THREADS,
} from "./fixture_test.ts";
import { InterleavingMachine, randomScheduler } from "./interleave.ts";
import type { RecordingMap } from "./map.ts";
import { NR_01, NR_02 } from "./nr.ts";
import { Collect } from "./scripts.ts";
import { CallStack } from "./call-stack.ts";
import { type Steps, Sweep } from "./step.ts";

for (const aggregate of [false, true]) {
  const form = aggregate ? "priced in runs" : "step by step";
  for (const version of [NR_01, NR_02]) {
    const name = version === NR_01 ? "NR 0.1" : "NR 0.2";
    Deno.test(`${name}, ${form}: every replica equals the oracle and the history is linearizable`, () => {
      fc.assert(
        fc.property(plans, (plan) => {
          // Idle replicas stall NR 0.1; keep every thread busy to the end of the log's use.
          const busy = { ...plan, scripts: plan.scripts.map((s) => s.slice(0, 2)) };
          const map = nr(version, aggregate);
          checkEverything(map, play(map, busy));
        }),
        { numRuns: 150 },
      );
    });
  }
  for (const freeze of ["all", "model"] as const) {
    Deno.test(`LD-NR, freeze ${freeze}, ${form}: replicas come and go and nothing is lost`, () => {
      fc.assert(
        fc.property(plans, (plan) => {
          const map = ldnr(freeze, aggregate);
          checkEverything(map, play(map, plan));
        }),
        { numRuns: 300 },
      );
    });
  }
}

Deno.test("all memory of a replica comes from its own domain under LD-NR's affinity manager", () => {
  fc.assert(
    fc.property(plans, fc.constantFrom<Freeze>("all", "model"), (plan, freeze) => {
      const map = ldnr(freeze);
      const run = play(map, plan);
      settle(map, run.handles[0] as Handle);
      for (const replica of map.replicaList()) {
        const domains = (replica.data as RecordingMap).domains();
        assert.ok(domains.every((d) => d === replica.domain), `${domains} on ${replica.domain}`);
      }
    }),
    { numRuns: 100 },
  );
});

/** Replica 1's threads never operate; replica 0's write far more than the log holds. */
function idle(seed: number): Plan {
  const scripts = Array.from(
    { length: THREADS },
    (_, i) => i % 2 === 1 ? [] : Array.from({ length: 12 }, (_, k) => (i + k) % 6),
  );
  return { seed, stick: 0.5, scripts, changes: [] };
}

Deno.test("an idle replica stalls NR 0.1 once the log is full", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const map = nr(NR_01);
    const run = play(map, idle(seed));
    assert.equal(run.outcome.ended, "stalled");
    const room = map.log.size - map.log.gcFromHead;
    assert.ok(map.log.tail.value > room - 3 && map.log.tail.value <= map.log.size);
  }
});

Deno.test("an idle replica stalls neither NR 0.2 nor LD-NR: its log is replayed by another combiner", () => {
  for (let seed = 1; seed <= 30; seed++) {
    for (const map of [nr(NR_02), ldnr("all"), ldnr("model")]) {
      const run = play(map, idle(seed));
      checkEverything(map, run);
      assert.ok(map.protocol.counts.escapes + map.protocol.counts.collections > 0);
    }
  }
});

Deno.test("threads without a replica of their own are spread evenly over the others", () => {
  const map = ldnr("all");
  const handles = Array.from({ length: 8 }, () => map.register(3));
  const count = [0, 0];
  for (const handle of handles) (count[map.select(handle).domain] as number)++;
  assert.deepEqual(count, [4, 4]);
});

Deno.test("a combiner leaves an operation that another replica's combiner has answered meanwhile", () => {
  const context = new Context<string, string>(1);
  const [here, there] = [1, 2];
  context.inside.value = there;
  context.put("op");
  context.tail.value++;
  const into: string[] = [];
  const served: (Context<string, string> | number)[] = [];
  const collect = new Collect<string, string>(into, served).begin([context], here);
  // Its indices are read; then the other replica answers and the thread comes over to this one.
  for (let i = 0; i < 3; i++) collect.step();
  context.comb.value++;
  context.inside.value = here;
  while (collect.step() !== undefined);
  assert.deepEqual(served, []);
  assert.deepEqual(into, []);
});

Deno.test("entries that a joining replica still needs are not freed by a collection begun before", () => {
  const map = ldnr("model");
  const [first, second, admin] = [map.register(0), map.register(1), map.register(0)];
  const go = (body: Steps) => {
    const machine = new InterleavingMachine(randomScheduler(1));
    machine.spawn("go", body);
    return machine;
  };
  const put = (thread: Handle) => map.executeMut(thread, { kind: "put", key: 1, value: 1 });
  const [zero, one] = map.replicaList() as [MapReplica, MapReplica];
  const everybody = function* (): Steps {
    yield put(second);
    yield map.protocol.catchUp(first, zero);
    yield map.protocol.catchUp(second, one);
  };
  assert.equal(go(everybody()).run().ended, "finished");
  // A collection that has listed the replicas and read nothing of them yet.
  const collection = new CallStack(map.protocol.advanceHead(first, zero));
  let step = collection.next();
  while (step !== undefined && !(step instanceof Sweep)) step = collection.next();
  assert.ok(step !== undefined);
  // Meanwhile a replica joins at this point of the log, and the others go on.
  const joining = go((function* (): Steps {
    yield map.addReplica(admin, 2);
    yield everybody();
  })());
  joining.run(100_000);
  while (step !== undefined && map.log.head.value === 0) step = collection.next();
  const needed = Math.min(...map.log.cursors.map((c) => c.ltail.value));
  assert.ok(map.log.head.value <= needed, `head ${map.log.head.value} beyond ${needed}`);
});
