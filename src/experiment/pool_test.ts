import assert from "node:assert/strict";
import { findExperiment } from "./catalogue.ts";
import { expand, setupOf } from "./expand.ts";
import { fixtureScenario } from "./fixtures/scenario.ts";
import { loadSystems } from "./lane.ts";
import { InterruptedError, Pool } from "./pool.ts";
import { executeRun, type RunRequest, type RunResult } from "./run.ts";

const registry = new URL("./fixtures/systems.ts", import.meta.url).href;

const requests = (parameters: Record<string, unknown> = {}): RunRequest[] =>
  expand(fixtureScenario({ parameters: { fault: "none", fault_seed: 0, busy: 0, ...parameters } }))
    .map(({ setting: _, ...request }) => request);

async function withPool(jobs: number, test: (pool: Pool) => Promise<void>): Promise<void> {
  const pool = new Pool({ jobs, registry });
  try {
    await test(pool);
  } finally {
    await pool.close();
  }
}

const setup = setupOf(fixtureScenario());

Deno.test("every run is told once, whatever the number of lanes", async () => {
  for (const jobs of [1, 3]) {
    await withPool(jobs, async (pool) => {
      const told: number[] = [];
      await pool.run(setup, requests(), ({ index }) => told.push(index));
      assert.deepEqual(told.sort((a, b) => a - b), requests().map((_, i) => i));
    });
  }
});

const told = (result: RunResult): string => {
  assert.ok(result.ok);
  const { rows, events, hash } = result;
  return JSON.stringify([rows.columns, rows.cells.map((c) => [...c]), events, hash]);
};

Deno.test("a run gives the same result in this thread and in any number of workers", async () => {
  const experiment = await findExperiment(setup.experiment, await loadSystems(registry));
  const here = requests().map((request) => told(executeRun(experiment, setup, request)));
  for (const jobs of [1, 3]) {
    await withPool(jobs, async (pool) => {
      const found: string[] = [];
      await pool.run(setup, requests(), ({ index }, result) => void (found[index] = told(result)));
      assert.deepEqual(found, here, `${jobs} workers`);
    });
  }
});

Deno.test("the costliest runs start first when their cost is known", async () => {
  await withPool(1, async (pool) => {
    const told: number[] = [];
    const all = requests().slice(0, 5);
    await pool.run(setup, all, ({ index }) => told.push(index), ({ index }) => index % 3);
    assert.deepEqual(told, [2, 1, 4, 0, 3]);
  });
});

Deno.test("two scenarios share the lanes, and hungry waits for the queue to empty", async () => {
  await withPool(2, async (pool) => {
    const other = setupOf(fixtureScenario({ id: "fixture/other" }));
    let told = 0;
    const first = pool.run(setup, requests(), () => told++);
    const second = pool.run(other, requests(), () => told++);
    await pool.hungry();
    assert.ok(told > 36, `${told} runs had ended when nothing was queued`);
    await Promise.all([first, second]);
    assert.equal(told, 72);
  });
});

Deno.test("an unknown experiment fails each run with its name", async () => {
  await withPool(1, async (pool) => {
    const results: RunResult[] = [];
    const unknown = { ...setup, experiment: "fixture/none" };
    await pool.run(unknown, requests().slice(0, 2), (_, result) => results.push(result));
    assert.deepEqual(results.map((r) => r.ok ? "" : r.message), [
      "no system offers the experiment fixture/none",
      "no system offers the experiment fixture/none",
    ]);
  });
});

Deno.test("when every worker dies the rest is given up, told as failed", async () => {
  await withPool(2, async (pool) => {
    const messages: string[] = [];
    const dying = requests({ fault: "exit" });
    await pool.run(setup, dying, (_, result) => {
      messages.push(result.ok ? "ok" : result.message);
    });
    assert.equal(messages.length, dying.length);
    assert.ok(messages.every((m) => /the worker ended with exit code 3/.test(m)));
    assert.ok(messages.some((m) => m.startsWith("given up")));
  });
});

for (const jobs of [1, 2]) {
  Deno.test(`closing interrupts what is running, at once (${jobs} workers)`, async () => {
    const pool = new Pool({ jobs, registry });
    const endless = requests({ busy: 1e12 });
    const running = pool.run(setup, endless, () => assert.fail("no run of these can end"));
    const refused = assert.rejects(running, InterruptedError);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await pool.close();
    await refused;
    await assert.rejects(pool.run(setup, endless, () => {}), InterruptedError);
  });
}

Deno.test("jobs must be a whole number from 1", () => {
  for (const jobs of [0, -1, 1.5, NaN]) assert.throws(() => new Pool({ jobs }), /jobs must be/);
});
