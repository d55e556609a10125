import assert from "node:assert/strict";
import { Action } from "../../serverless/mod.ts";
import { ExplicitChain, HybridHistogram, LearntEdges } from "./mod.ts";

const S = 1e9;
const actions = (n: number) =>
  Array.from({ length: n }, (_, id) => new Action(id, { name: `f${id}`, *run() {} }));

Deno.test("a declared chain foretells as many functions as it looks ahead", () => {
  const [a, b, c, d] = actions(4);
  const chain = new ExplicitChain({ when: "start", ahead: 2, window: 10 * S });
  chain.declare([a, b, c]);
  assert.deepEqual(chain.requested(a).map((f) => [f.action.name, f.window / S]), [["f1", 10], [
    "f2",
    20,
  ]]);
  assert.deepEqual(chain.requested(c), []);
  assert.deepEqual(chain.requested(d), []);
  assert.deepEqual(chain.ended(a), []);
});

Deno.test("edges are learnt from who called whom: their share, their mean and largest gap", () => {
  const [a, b, c] = actions(3);
  const learnt = new LearntEdges({ least: 4, probability: 0.5, slack: 2 });
  for (let i = 0; i < 8; i++) {
    const now = i * 100 * S;
    assert.deepEqual(
      learnt.requested(a, undefined, now).map((f) => f.action.name),
      i < 4 ? [] : ["f1"],
    );
    learnt.requested(b, a, now + (i % 2 === 0 ? 1 : 3) * S);
    if (i % 4 === 0) learnt.requested(c, a, now + S);
  }
  const [forecast] = learnt.requested(a, undefined, 900 * S);
  assert.deepEqual(
    [forecast.action.name, forecast.after / S, forecast.window / S, forecast.probability],
    ["f1", 2, 6, 1],
  );
});

Deno.test("the hybrid histogram foretells regular functions and is silent about the others", () => {
  const [regular, rare] = actions(2);
  const histogram = new HybridHistogram();
  let found: readonly { after: number; window: number }[] = [];
  for (let i = 0; i < 20; i++) found = histogram.requested(regular, undefined, i * 600 * S);
  assert.equal(found.length, 1);
  assert.ok(found[0].after <= 600 * S && found[0].after > 500 * S, `${found[0].after / S} s`);
  assert.ok(found[0].window >= 600 * S && found[0].window < 800 * S);
  // Five hours between requests are beyond the histogram.
  for (let i = 0; i < 20; i++) found = histogram.requested(rare, undefined, i * 18_000 * S);
  assert.deepEqual(found, []);
});
