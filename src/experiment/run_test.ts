import assert from "node:assert/strict";
import { Simulation } from "../kernel/mod.ts";
import type { Experiment, Row } from "../model/mod.ts";
import { z } from "zod";
import { fixtureScenario } from "./fixtures/scenario.ts";
import { setupOf } from "./expand.ts";
import { columnsOfRun, executeRun, type RunRequest } from "./run.ts";

const setup = setupOf(fixtureScenario());
const request: RunRequest = {
  index: 0,
  hardware: "tiny",
  parameters: {},
  seed: 7,
  label: "seed 7",
};

function experiment(run: Experiment["run"], changes: Partial<Experiment> = {}): Experiment {
  return {
    id: "fixture/one",
    says: "one",
    parameters: z.strictObject({}),
    columns: { x: { role: "measure", says: "x" } },
    replications: "rows",
    run,
    ...changes,
  };
}

const failure = (run: Experiment["run"]) => {
  const result = executeRun(experiment(run), setup, request);
  assert.equal(result.ok, false);
  return result.ok ? "" : result.message;
};

Deno.test("rows must have exactly the declared columns, and plain cells", () => {
  const yields = (row: unknown) => failure(() => [row as Row]);
  assert.match(yields({}), /row 1 lacks the declared column x/);
  assert.match(yields({ y: 1 }), /row 1 lacks the declared column x/);
  assert.match(yields({ x: 1, y: 2 }), /row 1 has the column y, which is not declared \(x\)/);
  assert.match(yields({ x: Infinity }), /column x: Infinity is not a finite number/);
  assert.match(yields({ x: undefined }), /column x: undefined is not/);
  assert.match(yields({ x: [1] }), /column x: an object is not/);
  assert.match(yields({ x: 1n }), /column x: 1 is not/);
  assert.match(yields(5), /row 1 is 5, not a row/);
  assert.match(failure(() => [{ x: 1 }, { x: NaN }]), /row 2, column x: NaN/);
});

Deno.test("events and hashes of all simulations are counted, with the run's seed", () => {
  const run = (times: number[]): Experiment["run"] => (context) => {
    for (const time of times) {
      const sim = context.simulation();
      assert.equal(sim.seed, 7);
      sim.after(time, () => {});
      sim.run();
    }
    return [{ x: 1 }];
  };
  const result = (times: number[]) => {
    const found = executeRun(experiment(run(times)), setup, request);
    assert.ok(found.ok);
    return found;
  };
  const plain = new Simulation({ seed: 7 });
  plain.after(5, () => {});
  assert.deepEqual(
    [result([5]).events, result([5]).hash],
    [1, plain.run().hash],
  );
  assert.equal(result([5, 6]).events, 2);
  assert.equal(result([5, 6]).hash, result([5, 6]).hash);
  assert.notEqual(result([5, 6]).hash, result([6, 5]).hash);
});

Deno.test("a model that changes its parameters changes no other run", () => {
  const parameters = { list: [1] };
  const spoil: Experiment["run"] = (context) => {
    context.parameters.list.push(2);
    return [{ x: context.parameters.list.length }];
  };
  for (let i = 0; i < 2; i++) {
    const result = executeRun(experiment(spoil), setup, { ...request, parameters });
    assert.ok(result.ok);
    assert.deepEqual([...result.rows.cells[0]], [2]);
  }
});

Deno.test("what is thrown that is no error is still a message", () => {
  assert.equal(
    failure(() => {
      throw "a word";
    }),
    "a word",
  );
  assert.match(executeMissing(), /there is no platform nowhere/);
});

function executeMissing(): string {
  const result = executeRun(experiment(() => []), setup, { ...request, hardware: "nowhere" });
  return result.ok ? "" : result.message;
}

Deno.test("columnsFor chooses among the declared columns, in their order", () => {
  const columns = {
    a: { role: "key", says: "" },
    b: { role: "measure", says: "" },
    c: { role: "measure", says: "" },
  } as const;
  const choosing = (names: string[]) => experiment(() => [], { columns, columnsFor: () => names });
  assert.deepEqual(columnsOfRun(choosing(["c", "a"]), {}), ["a", "c"]);
  assert.throws(() => columnsOfRun(choosing(["d"]), {}), /names d, which is not a column/);
});

Deno.test("a model may end its simulation when it has seen enough", () => {
  const result = executeRun(
    experiment((context) => {
      const sim = context.simulation();
      let ticks = 0;
      const tick = () => void (ticks++, sim.after(1, tick));
      tick();
      sim.run(1000, () => ticks === 10);
      return [{ x: ticks }];
    }),
    setup,
    request,
  );
  assert.ok(result.ok);
  assert.equal(result.events, 9);
});
