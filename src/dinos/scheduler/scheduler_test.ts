import assert from "node:assert/strict";
import fc from "fast-check";
import { Simulation } from "../../kernel/mod.ts";
import { type Constraint, DCM_CAP, DCM_LOC, drowning } from "./constraints.ts";
import { enumerate } from "./enumerate.ts";
import { MacroScheduler, PlacementError } from "./macro.ts";
import { MicroScheduler } from "./micro.ts";
import { conflict, place } from "./place.ts";
import { makePolicy, POLICIES } from "./policies.ts";
import { broken, type Problem, worth } from "./problem.ts";
import { RackState } from "./tables.ts";

const LIMITS = { time: 10e9, nodes: 10_000 };

/** A small problem drawn at random: up to 3 hosts, two processes, user constraints. */
const problems = fc.record({
  hosts: fc.array(
    fc.record({ cores: fc.integer({ min: 1, max: 5 }), memslices: fc.integer({ min: 1, max: 6 }) }),
    { minLength: 1, maxLength: 3 },
  ),
  held: fc.array(
    fc.record({
      process: fc.constantFrom("a", "b"),
      host: fc.nat(2),
      cores: fc.nat(1),
      memslices: fc.nat(1),
    }),
    { maxLength: 3 },
  ),
  groups: fc.uniqueArray(
    fc.record({
      process: fc.constantFrom("a", "b"),
      cores: fc.nat(1),
      memslices: fc.nat(2),
      n: fc.integer({ min: 1, max: 4 }),
    }),
    { minLength: 1, maxLength: 3, selector: (g) => `${g.process} ${g.cores} ${g.memslices}` },
  ),
  own: fc.subarray<Constraint>([
    { name: "a only on 0", kind: "allow", process: "a", hosts: [0] },
    { name: "b likes 1", kind: "allow", process: "b", hosts: [1], weight: 7 },
    { name: "a spreads", kind: "at_most", process: "a", resource: "cores", amount: 2 },
    { name: "b compact", kind: "max_hosts", process: "b", hosts: 1 },
    { name: "a apart from b", kind: "apart", process: "a", from: "b" },
  ]),
  local: fc.boolean(),
}).map(({ hosts, held, groups, own, local }): Problem => {
  const state = new RackState(hosts);
  const fits = (h: { host: number; cores: number; memslices: number }) => {
    const free = state.free()[h.host];
    return free !== undefined && free.cores >= h.cores && free.memslices >= h.memslices;
  };
  for (const h of held) {
    if (fits(h)) state.place(state.request([h]).map((id) => [id, h.host] as const));
  }
  state.request(groups.flatMap((g) => Array.from({ length: g.n }, () => g)));
  const problem = {
    hosts: state.hosts,
    free: state.free(),
    held: state.held(),
    groups: state.groups(),
    constraints: [...(local ? DCM_LOC : DCM_CAP), ...own],
  };
  state.close();
  return problem;
});

Deno.test("the solver finds what trying every placement finds, or that there is none", () => {
  let [feasible, infeasible] = [0, 0];
  fc.assert(
    fc.property(problems, fc.double({ min: 0, max: 0.999, noNaN: true }), (p, tie) => {
      const answer = place(p, LIMITS, () => tie);
      const best = enumerate(p);
      if (best === undefined) {
        infeasible++;
        assert.equal(answer.status, "infeasible");
        return;
      }
      feasible++;
      assert.equal(answer.status, "optimal");
      assert.ok(answer.counts !== undefined);
      assert.deepEqual(broken(p, answer.counts), []);
      assert.equal(worth(p, answer.counts), best.worth);
    }),
    { numRuns: 80 },
  );
  assert.ok(feasible > 20 && infeasible > 10, `${feasible} feasible, ${infeasible} not`);
});

Deno.test("the comparison with every placement would catch a program without a constraint", () => {
  for (const without of ["core_cap", "app_locality_pending_constraint", "b compact"]) {
    let caught = 0;
    for (const p of fc.sample(problems, { numRuns: 200, seed: 7 })) {
      const less = { ...p, constraints: p.constraints.filter((c) => c.name !== without) };
      if (less.constraints.length === p.constraints.length) continue;
      const { counts } = place(less, LIMITS, () => 0.5);
      const best = enumerate(p);
      if (counts === undefined) continue;
      if (best === undefined || broken(p, counts).length > 0 || worth(p, counts) < best.worth) {
        caught++;
        break;
      }
    }
    assert.ok(caught > 0, without);
  }
});

Deno.test("a named conflict is infeasible, and nothing of it can be left out", () => {
  fc.assert(
    fc.property(problems, (p) => {
      if (enumerate(p) !== undefined) return;
      const names = conflict(p, LIMITS);
      const only = (keep: readonly string[]) => ({
        ...p,
        constraints: p.constraints.filter((c) => keep.includes(c.name)),
      });
      assert.equal(enumerate(only(names)), undefined);
      for (const name of names) {
        assert.ok(enumerate(only(names.filter((n) => n !== name))) !== undefined);
      }
    }),
    { numRuns: 40 },
  );
});

const rack = (n: number) =>
  new RackState(Array.from({ length: n }, () => ({ cores: 24, memslices: 64 })));

function schedule(policy: (typeof POLICIES)[number], constraints: Constraint[] = []) {
  const sim = new Simulation({ seed: 3 });
  const macro = new MacroScheduler(sim, rack(3), makePolicy(policy, sim.rng("policy"), LIMITS), {
    every: 3e6,
    batch: 1,
    constraints,
  });
  return { sim, macro };
}

/** Hosts of 24 cores asked for one after the other. */
function coresOf(policy: (typeof POLICIES)[number], constraints: Constraint[] = []) {
  const { sim, macro } = schedule(policy, constraints);
  const per = [0, 0, 0];
  sim.spawn(
    "process",
    function* () {
      for (let i = 0; i < 24; i++) {
        const [host] = yield* macro.allocate([{ process: "p", cores: 1, memslices: 0 }]);
        per[host as number]++;
      }
    }(),
  );
  sim.run(1e9);
  return { per, time: sim.now, macro };
}

Deno.test("DCMcap balances, DCMloc and FillCurrent keep a process together, RoundRobin deals", () => {
  assert.deepEqual(coresOf("DCMcap").per, [8, 8, 8]);
  assert.deepEqual(coresOf("DCMloc").per.sort(), [0, 0, 24]);
  assert.deepEqual(coresOf("FillCurrent").per.sort(), [0, 0, 24]);
  assert.deepEqual(coresOf("RoundRobin").per, [8, 8, 8]);
  const random = coresOf("Random").per;
  assert.equal(random.reduce((a, b) => a + b), 24);
  assert.ok(random.every((n) => n > 0 && n < 24));
});

Deno.test("a user's constraint holds beside the built-in ones", () => {
  const spread: Constraint = {
    name: "spread",
    kind: "at_most",
    process: "p",
    resource: "cores",
    amount: 8,
  };
  assert.deepEqual(coresOf("DCMloc", [spread]).per, [8, 8, 8]);
});

Deno.test("a request that fits nowhere is refused with the constraints against it; the others are placed", () => {
  for (const policy of POLICIES) {
    const { sim, macro } = schedule(policy);
    let [said, placed] = ["", 0];
    const ask = function* (cores: number) {
      try {
        yield* macro.allocate([{ process: `p${cores}`, cores, memslices: 1 }]);
        placed++;
      } catch (error) {
        assert.ok(error instanceof PlacementError);
        said = error.message;
      }
    };
    sim.spawn("large", ask(25));
    sim.spawn("small", ask(2));
    sim.run(1e9);
    assert.match(said, /no host can give p25 25 cores and 1 memslices.*core_cap/, policy);
    assert.equal(placed, 1, policy);
  }
});

Deno.test("a solver without time falls back to the first host with room, and says so", () => {
  const sim = new Simulation({ seed: 1 });
  const macro = new MacroScheduler(
    sim,
    rack(3),
    makePolicy("DCMcap", sim.rng("policy"), { time: 1000, nodes: 10 }),
    { every: 3e6, batch: 1, constraints: [] },
  );
  const said: string[] = [];
  macro.onFallback = (why) => said.push(why);
  let hosts: number[] = [];
  sim.spawn(
    "p",
    function* () {
      hosts = yield* macro.allocate(
        Array.from({ length: 5 }, () => ({ process: "p", cores: 1, memslices: 0 })),
      );
    }(),
  );
  sim.run(1e9);
  assert.deepEqual(hosts, [0, 0, 0, 0, 0]);
  assert.match(said[0] as string, /found nothing within 0.001 ms/);
});

Deno.test("a host in use cannot leave, and says who uses it", () => {
  const state = rack(2);
  state.place(
    state.request([{ process: "kv", cores: 2, memslices: 3 }]).map((id) => [id, 1] as const),
  );
  state.refuseLeaving(0);
  assert.throws(() => state.refuseLeaving(1), /host 1 cannot leave.*kv \(2 cores, 3 memslices\)/);
  assert.equal(state.release("kv", 1), 1);
  state.refuseLeaving(1);
});

Deno.test("a weight that drowns the others is warned of; DCMloc's own are not", () => {
  const capacity = { cores: 24, memslices: 64 };
  assert.deepEqual(drowning(DCM_LOC, [], capacity), []);
  const own = { name: "pin", kind: "allow", process: "p", hosts: [0], weight: 1e6 } as const;
  assert.match(
    drowning(DCM_LOC, [own], capacity)[0] as string,
    /weight 1000000 of constraint "pin"/,
  );
  assert.deepEqual(drowning(DCM_LOC, [{ ...own, weight: 10 }], capacity), []);
});

Deno.test("the micro scheduler gives the first free units and takes back only what is held", () => {
  const micro = new MicroScheduler({ id: 0, cores: 3, memslices: 4 });
  assert.deepEqual(micro.take("a", "cores", 2), [0, 1]);
  micro.release("a", "cores", 0);
  assert.deepEqual(micro.take("b", "cores", 2), [0, 2]);
  assert.throws(() => micro.take("c", "cores", 1), /has 0 free cores/);
  assert.throws(() => micro.release("c", "cores", 1), /does not hold/);
});
