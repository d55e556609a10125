import assert from "node:assert/strict";
import { replicationInterval, Simulation } from "../kernel/mod.ts";
import type { RunContext } from "../model/mod.ts";
import { queue } from "./queue.ts";

function run(parameters: Record<string, unknown>, seeds: number) {
  const parsed = queue.parameters.parse(parameters);
  const cells = new Map<string, { theory: number; values: number[] }>();
  for (let seed = 1; seed <= seeds; seed++) {
    const simulation = () => new Simulation({ seed });
    const context = { parameters: parsed, seed, simulation } as unknown as RunContext<
      typeof parsed
    >;
    for (const row of queue.run(context)) {
      const key = `${row.model} ${row.measure}`;
      const cell = cells.get(key) ?? { theory: row.theory as number, values: [] };
      cell.values.push(row.value as number);
      cells.set(key, cell);
    }
  }
  return cells;
}

Deno.test("every mean of the textbook queues agrees with queueing theory", () => {
  const cells = run({ rho: "70%", customers: 3000, warm_up: 500 }, 20);
  assert.equal(cells.size, 16);
  let outside = 0;
  for (const [key, { theory, values }] of cells) {
    const usual = replicationInterval(values, 0.95);
    if (theory < usual.low || theory > usual.high) outside++;
    const strict = replicationInterval(values, 0.9999);
    assert.ok(
      strict.low <= theory && theory <= strict.high,
      `${key}: ${theory} by theory, ${strict.low} to ${strict.high} simulated`,
    );
  }
  // One in twenty is expected outside; the measures of one model go together.
  assert.ok(outside <= 4, `${outside} of ${cells.size} outside their 95 % intervals`);
});

Deno.test("the queue experiment refuses an overloaded queue and an unknown model", () => {
  assert.throws(() => queue.parameters.parse({ rho: "100%" }), /out of range/);
  assert.throws(() => queue.parameters.parse({ models: ["mm2"] }));
});

Deno.test("the same seed gives the same rows", () => {
  const parameters = { models: ["mmc", "mg1-ps"], customers: 500, warm_up: 0 };
  assert.deepEqual(run(parameters, 2), run(parameters, 2));
});
