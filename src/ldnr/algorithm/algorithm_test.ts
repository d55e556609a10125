import assert from "node:assert/strict";
import fc from "fast-check";
import { SystemCallAffinity } from "./affinity.ts";
import { Context } from "./context.ts";
import { Dispatcher, type Freeze, LD_NR } from "./dispatcher.ts";
import { InterleavingMachine, type Outcome, randomScheduler } from "./interleave.ts";
import { type Call, nonLinearizableKey } from "./linearizable.ts";
import { type MapOp, RecordingMap } from "./map.ts";
import { NodeReplicated, NR_01, NR_02, type Replicated } from "./nr.ts";
import type { Registration, Replica } from "./replica.ts";
import { CallStack, type Steps } from "./step.ts";

type Answer = number | undefined;
type Map_ = Replicated<MapOp, Answer>;
type Handle = Registration<MapOp, Answer>;
type MapReplica = Replica<MapOp, Answer>;

// A ring of 16 entries, 8 of them spare: it wraps and is collected several times in every test.
const SMALL = { logBytes: 16 * 64, pendingOps: 1, threadsPerReplica: 8, maxThreads: 16 };
const THREADS = 6;

function ldnr(freeze: Freeze, aggregate = false, gcSpins = 3): Dispatcher<MapOp, Answer> {
  return new Dispatcher<MapOp, Answer>(
    {
      ...SMALL,
      domains: [0, 1, 2, 3],
      replicas: [0, 1],
      maxReplicas: 4,
      freeze,
      protocol: { ...LD_NR, gcSpins, aggregate, concurrentMembership: freeze === "model" },
    },
    () => new RecordingMap(),
    new SystemCallAffinity(),
  );
}

function nr(version: typeof NR_01, aggregate = false): NodeReplicated<MapOp, Answer> {
  return new NodeReplicated<MapOp, Answer>(
    {
      ...SMALL,
      replicas: [0, 1],
      protocol: {
        ...version,
        gcSpins: Math.min(version.gcSpins, version.gcSpins === Infinity ? Infinity : 3),
        aggregate,
      },
    },
    () => new RecordingMap(),
    (domain) => domain % 2,
  );
}

interface Plan {
  readonly seed: number;
  readonly stick: number;
  /** Per thread: operations; key < 0 means a get of -key-1. */
  readonly scripts: readonly (readonly number[])[];
  /** Domains to add or remove, toggled in order. */
  readonly changes: readonly number[];
}

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.integer({ min: 1 }),
  stick: fc.constantFrom(0, 0.5, 0.9, 0.97),
  scripts: fc.array(fc.array(fc.integer({ min: -6, max: 5 }), { maxLength: 12 }), {
    minLength: THREADS,
    maxLength: THREADS,
  }),
  changes: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 }),
});

interface Run {
  readonly outcome: Outcome;
  readonly history: Call[];
  readonly handles: Handle[];
}

/** Thread i of domain i % 4 runs script i; an extra thread changes replicas. */
function play(map: Map_, plan: Plan, changes = true): Run {
  const machine = new InterleavingMachine(randomScheduler(plan.seed, plan.stick));
  machine.afterStep = () => {
    // No entry is freed that some replica still has to apply.
    const needed = Math.min(...map.log.cursors.map((c) => c.ltail.value));
    assert.ok(map.log.head.value <= needed, `head ${map.log.head.value} beyond ${needed}`);
  };
  const history: Call[] = [];
  const handles = plan.scripts.map((_, i) => map.register(i % 4));
  let value = 1;
  plan.scripts.forEach((script, i) => {
    const thread = handles[i] as Handle;
    machine.spawn(
      `thread ${i}`,
      (function* (): Steps {
        for (const code of script) {
          const key = code < 0 ? -code - 1 : code;
          const at = history.length;
          const invoked = machine.steps;
          if (code < 0) {
            const call = { kind: "get" as const, key, invoked, value: undefined };
            history.push({ ...call, returned: undefined });
            const found = yield* map.execute(thread, { kind: "get", key });
            history[at] = { ...call, value: found, returned: machine.steps };
          } else {
            const call = { kind: "put" as const, key, value: value++, invoked };
            history.push({ ...call, returned: undefined });
            const replaced = yield* map.executeMut(thread, call);
            history[at] = { ...call, replaced, returned: machine.steps };
          }
        }
      })(),
    );
  });
  if (changes && map instanceof Dispatcher) {
    const admin = map.register(0);
    machine.spawn(
      "admin",
      (function* (): Steps {
        for (const domain of plan.changes) {
          const present = map.replicaList().some((r) => r.domain === domain);
          if (!present) yield* map.addReplica(admin, domain);
          else if (map.replicaList().length > 1) yield* map.removeReplica(admin, domain);
        }
      })(),
    );
  }
  return { outcome: machine.run(), history, handles };
}

/** Let every replica apply the rest of the log, alone. */
function settle(map: Map_, handle: Handle): void {
  const machine = new InterleavingMachine(randomScheduler(1));
  machine.spawn(
    "settle",
    (function* (): Steps {
      for (const replica of map.replicaList()) yield* map.protocol.catchUp(handle, replica);
    })(),
  );
  assert.equal(machine.run().ended, "finished");
}

function checkEverything(map: Map_, run: Run): void {
  assert.equal(run.outcome.ended, "finished", run.outcome.waiting.join());
  assert.equal(nonLinearizableKey(run.history), undefined);
  settle(map, run.handles[0] as Handle);
  const written = new Map<number, Set<number>>();
  for (const call of run.history) {
    if (call.kind !== "put") continue;
    const values = written.get(call.key) ?? new Set();
    values.add(call.value as number);
    written.set(call.key, values);
  }
  const contents = map.replicaList().map((r) => (r.data as RecordingMap).contents());
  for (const content of contents) assert.deepEqual(content, contents[0]);
  // Nothing lost: each key's puts form one chain from "absent" to the final value.
  for (const [key, values] of written) {
    const puts = run.history.filter((c) => c.kind === "put" && c.key === key);
    const after = new Map(puts.map((c) => [c.replaced, c.value]));
    assert.equal(after.size, puts.length, `two puts of key ${key} replaced the same value`);
    let current: Answer = undefined;
    for (let i = 0; i < puts.length; i++) current = after.get(current);
    assert.equal(new Map(contents[0]).get(key), current);
    assert.ok(values.has(current as number));
  }
  const puts = run.history.filter((c) => c.kind === "put").length;
  assert.equal(map.log.tail.value, puts, "each put is on the log once");
}

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
  const collect = context.collect(into, here);
  // Its indices are read; then the other replica answers and the thread comes over to this one.
  for (let i = 0; i < 3; i++) collect.next();
  context.comb.value++;
  context.inside.value = here;
  let last = collect.next();
  while (last.done !== true) last = collect.next();
  assert.equal(last.value, 0);
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
  while (step !== zero.cursor.ltail.peek) step = collection.next();
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
