import assert from "node:assert/strict";
import fc from "fast-check";
import { type Demand, maxMinRates, shareLink } from "./max-min.ts";

/** The slow twin: every flow's rate rises by the same small step until something stops it. */
function fillSlowly(capacities: readonly number[], flows: readonly Demand[], step: number) {
  const rates = flows.map(() => 0);
  const used = capacities.map(() => 0);
  const stopped = flows.map(() => false);
  while (stopped.includes(false)) {
    flows.forEach((flow, i) => {
      if (stopped[i]) return;
      if (rates[i] + step > flow.most || flow.links.some((l) => used[l] + step > capacities[l])) {
        stopped[i] = true;
        return;
      }
      rates[i] += step;
      for (const l of flow.links) used[l] += step;
    });
  }
  return rates;
}

const capacity = fc.integer({ min: 1, max: 100 });
const network = fc.array(capacity, { minLength: 1, maxLength: 4 }).chain((capacities) =>
  fc.record({
    capacities: fc.constant(capacities),
    flows: fc.array(
      fc.record({
        links: fc.uniqueArray(fc.integer({ min: 0, max: capacities.length - 1 }), { minLength: 1 }),
        most: fc.oneof(capacity, fc.constant(Infinity)),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  })
);

Deno.test("max-min rates agree with filling every flow in small equal steps", () => {
  fc.assert(
    fc.property(network, ({ capacities, flows }) => {
      const fast = maxMinRates(capacities, flows), slow = fillSlowly(capacities, flows, 0.02);
      fast.forEach((rate, i) => assert.ok(Math.abs(rate - slow[i]) <= 0.5, `${fast} ${slow}`));
    }),
    { numRuns: 60 },
  );
});

Deno.test("every flow is satisfied or has a full link on which nobody has more", () => {
  fc.assert(fc.property(network, ({ capacities, flows }) => {
    const rates = maxMinRates(capacities, flows);
    const on = capacities.map((_, l) => rates.filter((_, i) => flows[i].links.includes(l)));
    const load = on.map((those) => those.reduce((a, b) => a + b, 0));
    load.forEach((sum, l) => assert.ok(sum <= capacities[l] * (1 + 1e-9)));
    flows.forEach((flow, i) =>
      assert.ok(
        rates[i] === flow.most || flow.links.some((l) =>
          load[l] >= capacities[l] * (1 - 1e-9) && Math.max(...on[l]) <= rates[i] * (1 + 1e-9)
        ),
      )
    );
  }));
});

Deno.test("one link is shared as by the general rule", () => {
  fc.assert(fc.property(capacity, fc.array(capacity, { minLength: 1 }), (c, demands) => {
    const general = maxMinRates([c], demands.map((most) => ({ links: [0], most })));
    shareLink(c, demands).forEach((r, i) => assert.ok(Math.abs(r - general[i]) < 1e-9 * c));
  }));
});
