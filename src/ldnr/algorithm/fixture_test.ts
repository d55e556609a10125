/** Small replicated maps on the interleaving machine, random plans for them, and what must hold afterwards. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SystemCallAffinity } from "./affinity.ts";
import { Dispatcher, LD_NR } from "./dispatcher.ts";
import type { Freeze } from "./freeze.ts";
import { InterleavingMachine, type Outcome, randomScheduler } from "./interleave.ts";
import { type Call, nonLinearizableKey } from "./linearizable.ts";
import { type MapOp, RecordingMap } from "./map.ts";
import { NodeReplicated, type NR_01, type Replicated } from "./nr.ts";
import type { Registration, Replica } from "./replica.ts";
import type { Steps } from "./step.ts";

export type Answer = number | undefined;
export type Map_ = Replicated<MapOp, Answer>;
export type Handle = Registration<MapOp, Answer>;
export type MapReplica = Replica<MapOp, Answer>;

// A ring of 16 entries, 8 of them spare: it wraps and is collected several times in every test.
const SMALL = { logBytes: 16 * 64, pendingOps: 1, threadsPerReplica: 8, maxThreads: 16 };
export const THREADS = 6;

export function ldnr(freeze: Freeze, aggregate = false, gcSpins = 3): Dispatcher<MapOp, Answer> {
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

export function nr(version: typeof NR_01, aggregate = false): NodeReplicated<MapOp, Answer> {
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

export interface Plan {
  readonly seed: number;
  readonly stick: number;
  /** Per thread: operations; key < 0 means a get of -key-1. */
  readonly scripts: readonly (readonly number[])[];
  /** Domains to add or remove, toggled in order. */
  readonly changes: readonly number[];
}

export const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.integer({ min: 1 }),
  stick: fc.constantFrom(0, 0.5, 0.9, 0.97),
  scripts: fc.array(fc.array(fc.integer({ min: -6, max: 5 }), { maxLength: 12 }), {
    minLength: THREADS,
    maxLength: THREADS,
  }),
  changes: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 }),
});

export interface Run {
  readonly outcome: Outcome;
  readonly history: Call[];
  readonly handles: Handle[];
}

/** Thread i of domain i % 4 runs script i; an extra thread changes replicas. */
export function play(map: Map_, plan: Plan, changes = true): Run {
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
            const replaced = yield map.executeMut(thread, call);
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
export function settle(map: Map_, handle: Handle): void {
  const machine = new InterleavingMachine(randomScheduler(1));
  machine.spawn(
    "settle",
    (function* (): Steps {
      for (const replica of map.replicaList()) yield* map.protocol.catchUp(handle, replica);
    })(),
  );
  assert.equal(machine.run().ended, "finished");
}

export function checkEverything(map: Map_, run: Run): void {
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
