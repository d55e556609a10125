import assert from "node:assert/strict";
import fc from "fast-check";
import { hitRatios } from "./cache.ts";
import { MemoryLedger, OutOfMemoryError } from "./ledger.ts";
import { MEMORY_PARTS } from "./parts/cascade-lake.ts";
import { type MemoryPart, memoryValues } from "./parts/part.ts";
import { accessProfile } from "./random-access.ts";
import { Traffic } from "./traffic.ts";

const values = memoryValues(MEMORY_PARTS.get("xeon-8260-4s") as MemoryPart);
const GIB = 2 ** 30;

/** An LRU cache, line by line. */
function lruHits(
  classes: readonly { lines: number; accesses: number }[],
  capacity: number,
): number[] {
  const cache = new Map<string, true>();
  const hits = classes.map(() => 0);
  const seen = classes.map(() => 0);
  let state = 42;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const total = classes.reduce((s, c) => s + c.accesses, 0);
  for (let i = 0; i < 200_000; i++) {
    let pick = random() * total;
    let k = 0;
    while (pick >= (classes[k] as { accesses: number }).accesses) {
      pick -= (classes[k] as { accesses: number }).accesses;
      k++;
    }
    const key = `${k}:${Math.floor(random() * (classes[k] as { lines: number }).lines)}`;
    const found = cache.delete(key);
    cache.set(key, true);
    if (cache.size > capacity) cache.delete(cache.keys().next().value as string);
    if (i > 50_000) {
      seen[k] = (seen[k] as number) + 1;
      if (found) hits[k] = (hits[k] as number) + 1;
    }
  }
  return hits.map((h, k) => h / (seen[k] as number));
}

Deno.test("Che's approximation gives the hit ratios of a real LRU cache", () => {
  const classes = [{ lines: 5000, accesses: 1 }, { lines: 400, accesses: 1 }];
  const fast = hitRatios(classes, 800);
  const slow = lruHits(classes, 800);
  fast.forEach((ratio, k) =>
    assert.ok(Math.abs(ratio - (slow[k] as number)) < 0.02, `${ratio} ${slow}`)
  );
});

Deno.test("a cache that holds everything always hits, and hit ratios grow with capacity", () => {
  assert.deepEqual(hitRatios([{ lines: 10, accesses: 1 }], 10), [1]);
  fc.assert(fc.property(fc.integer({ min: 100, max: 5000 }), (capacity) => {
    const classes = [{ lines: 6000, accesses: 2 }, { lines: 1000, accesses: 1 }];
    const [a, b] = hitRatios(classes, capacity) as [number, number];
    const [c, d] = hitRatios(classes, capacity + 50) as [number, number];
    assert.ok(c >= a - 1e-9 && d >= b - 1e-9);
  }));
});

Deno.test("random access to a table of gigabytes misses on data and finds page-table entries in L3", () => {
  const shape = (pageBytes: number) => ({ regions: [{ bytes: 2 * GIB, accesses: 1 }], pageBytes });
  const small = accessProfile(shape(4096), values);
  assert.ok(small.memory > 0.97 && small.memory < 1.05, `${small.memory}`);
  assert.ok(small.walks > 0.99);
  assert.ok(small.l3 + small.l2 > 0.9, "the 4 MiB of leaf entries fit");
  const large = accessProfile(shape(2 * 2 ** 20), values);
  assert.ok(large.walks < 0.01, "1024 large pages fit into the second-level TLB");
  const huge = accessProfile(
    { regions: [{ bytes: 64 * GIB, accesses: 1 }], pageBytes: 4096 },
    values,
  );
  assert.ok(huge.memory > 1.6, "128 MiB of leaf entries do not fit into the L3");
});

Deno.test("latency rises with load and a full link passes its bandwidth on to whoever waits", () => {
  const traffic = new Traffic(values);
  const idle = traffic.latency(1, 0);
  assert.equal(idle, values.remoteLatency);
  const link = values.linkBandwidth * values.linksPerPair / 1e9;
  traffic.add(0, 1, 0.9 * link);
  const busy = traffic.latency(1, 0);
  assert.ok(busy > idle);
  assert.equal(traffic.latency(2, 0) < busy, true, "another link is free");
  traffic.add(0, 1, 0.2 * link);
  assert.ok(traffic.latency(1, 0) > 2 * busy);
  traffic.add(0, 1, -1.1 * link);
  assert.ok(Math.abs(traffic.latency(1, 0) - idle) < 1e-6);
});

Deno.test("a domain gives no more memory than it has, and says what to do", () => {
  const ledger = new MemoryLedger([4 * GIB, 0]);
  ledger.allocate(0, 3 * GIB, "replica 0");
  assert.throws(() => ledger.allocate(0, 2 * GIB, "replica 4"), (error: Error) => {
    assert.ok(error instanceof OutOfMemoryError);
    assert.match(
      error.message,
      /replica 4 needs 2.00 GiB on domain 0, which has 1.00 GiB free of 4.00/,
    );
    return true;
  });
  assert.throws(() => ledger.allocate(1, 1, "a replica"), /out of memory/);
  assert.throws(() => ledger.allocate(2, 1, "a replica"), /domain 2, which does not exist/);
  assert.equal(ledger.inUse(), 3 * GIB);
  ledger.release(0, 3 * GIB);
  assert.equal(ledger.inUse(0), 0);
});
