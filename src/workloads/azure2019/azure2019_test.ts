import assert from "node:assert/strict";
import { Rng, Tally } from "../../kernel/mod.ts";
import {
  AZURE_2019,
  drawApplications,
  functionsPerApp,
  interArrivals,
  quantile,
  readCdf,
} from "./mod.ts";

const median = (draw: () => number, n = 20_000) => {
  const tally = new Tally();
  for (let i = 0; i < n; i++) tally.add(draw());
  return tally.quantile(0.5);
};

Deno.test("digitised CDFs rise to 1 and give the quantiles of the published figures", () => {
  for (const cdf of Object.values(AZURE_2019)) {
    cdf.forEach(([v, p], i) => assert.ok(i === 0 || (v > cdf[i - 1][0] && p > cdf[i - 1][1])));
    assert.equal(cdf[cdf.length - 1][1], 1);
  }
  const near = (x: number, y: number) => assert.ok(Math.abs(x / y - 1) < 0.1, `${x} ${y}`);
  near(quantile(AZURE_2019.execTime, 0.5), 0.93);
  near(quantile(AZURE_2019.dailyInvocations, 0.5), 49);
  near(quantile(AZURE_2019.appMemory, 0.5), 140);
  assert.throws(() => readCdf("a,b\nx,1\n"), /expected two numbers/);
});

Deno.test("functions per application have the medians of each reading", () => {
  const of = (p: "all" | "orchestration", r: "trace" | "chapter") =>
    median(functionsPerApp(p, r, new Rng(1, "n")));
  assert.deepEqual(
    [
      of("all", "trace"),
      of("all", "chapter"),
      of("orchestration", "trace"),
      of("orchestration", "chapter"),
    ],
    [1, 2, 2, 8],
  );
});

Deno.test("inter-arrival times have the mean and the variation that they are given", () => {
  for (const cv of [0, 0.25, 0.5, 1, 2, 4]) {
    const draw = interArrivals(new Rng(1, `cv ${cv}`), 10, cv);
    const tally = new Tally();
    for (let i = 0; i < 100_000; i++) tally.add(draw());
    assert.ok(Math.abs(tally.mean() / 10 - 1) < 0.05, `mean at ${cv}`);
    assert.ok(Math.abs(tally.stddev() / tally.mean() - cv) < 0.08 * Math.max(1, cv), `cv ${cv}`);
  }
});

Deno.test("applications are drawn the same for the same seed, chains begin with certainty", () => {
  const options = {
    applications: 300,
    functions: "chapter",
    execution: "fit",
    orchestration: 0.1,
    chained: 0.3,
    conditional: 0.3,
    mostDaily: 1000,
    longest: 60e9,
  } as const;
  const draw = () => drawApplications(options, (name) => new Rng(3, name));
  const apps = draw();
  assert.deepEqual(draw(), apps);
  for (const app of apps) {
    assert.equal(app.functions[0].follows, 1);
    assert.ok(
      app.interval >= 86.4e9 &&
        app.functions.every((f) => f.execution <= 60e9 && f.memory <= 1536e6),
    );
    assert.ok(!app.chained || app.functions.length > 1);
  }
  const many = apps.filter((a) => a.orchestration).map((a) => a.functions.length);
  assert.ok(many.length > 10 && many.every((n) => n >= 1));
});
