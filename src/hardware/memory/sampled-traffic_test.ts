import assert from "node:assert/strict";
import fc from "fast-check";
import { MEMORY_PARTS } from "./parts/cascade-lake.ts";
import { type MemoryPart, memoryValues } from "./parts/part.ts";
import { gridRate, SampledTraffic, TRAFFIC_PERIOD } from "./sampled-traffic.ts";
import { Traffic } from "./traffic.ts";

const values = memoryValues(MEMORY_PARTS.get("xeon-8260-4s") as MemoryPart);

interface Flow {
  readonly gap: number;
  readonly home: number;
  readonly to: number;
  readonly rate: number;
}

Deno.test("latency follows from all flows declared up to one period before, in any order of declaration", () => {
  const domain = fc.integer({ min: 0, max: 3 });
  const flows: fc.Arbitrary<Flow[]> = fc.array(
    fc.record({
      gap: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2000 })),
      home: domain,
      to: domain,
      rate: fc.double({ min: 0, max: 3, noNaN: true }),
    }),
    { maxLength: 60 },
  );
  fc.assert(fc.property(flows, domain, domain, (list, at, home) => {
    const sampled = new SampledTraffic(values);
    const declared: (Flow & { time: number })[] = [];
    let now = 0;
    for (const flow of list) {
      now += flow.gap;
      // Up to a period ahead of the clock, as a thread that is ahead does.
      const time = now + (declared.length % 3) * 20;
      const rate = gridRate(flow.rate);
      sampled.add(flow.home, flow.to, rate, time);
      declared.push({ ...flow, rate, time });
      for (const ahead of [0, 63]) {
        const period = Math.floor((now + ahead) / TRAFFIC_PERIOD);
        const twin = new Traffic(values);
        for (const f of [...declared].reverse()) {
          if (Math.floor(f.time / TRAFFIC_PERIOD) <= period - 2) twin.add(f.home, f.to, f.rate);
        }
        assert.equal(sampled.latency(at, home, now + ahead), twin.latency(at, home));
      }
    }
  }));
});
