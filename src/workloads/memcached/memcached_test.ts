import assert from "node:assert/strict";
import { MEMORY_PARTS, type MemoryPart, memoryValues, Traffic } from "../../hardware/memory/mod.ts";
import { HOST_PARTS } from "../../hardware/mod.ts";
import { Simulation } from "../../kernel/mod.ts";
import { exactThroughput } from "./exact.ts";
import { ExpectedGet, expectedThroughput } from "./expected.ts";
import { gatewayThroughput } from "./gateway.ts";
import { itemLocks, memcachedShape } from "./shape.ts";

const values = memoryValues(MEMORY_PARTS.get("xeon-8260-4s") as MemoryPart);
const range = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i);

function exact(cores: number[], bytes: number, homeOf: (at: number) => number) {
  const shape = memcachedShape(bytes, cores.length, 8, 64);
  return exactThroughput(new Simulation({ seed: 1 }), {
    shape,
    values,
    cores,
    homeOf,
    warmUp: 500,
    gets: 1500,
  });
}

Deno.test("sizes of a 64 GiB set are those of the source's structures", () => {
  const shape = memcachedShape(64 * 2 ** 30, 72, 8, 64);
  assert.equal(shape.itemBytes, 162);
  assert.equal(shape.bucketsBytes, 4 * 2 ** 30);
  assert.equal(shape.lockLines, 20_480);
  assert.deepEqual([1, 3, 4, 10, 20, 21].map(itemLocks), [1024, 2048, 4096, 8192, 16_384, 32_768]);
});

Deno.test("three threads on a 10 MB set do the calibration's 7.94 million gets a second", () => {
  const rate = exact(range(3), 10e6, () => 0) * 1e3;
  assert.ok(Math.abs(rate / 7.938 - 1) < 0.03, `${rate} M/s`);
});

Deno.test("threads of one socket beat threads of three on a small set, and home memory matters", () => {
  const near = exact(range(24), 16e6, () => 0);
  const spread = exact(
    range(24).map((i) => (i % 3) * 24 + Math.floor(i / 3)),
    16e6,
    (at) => Math.floor(at / 2 ** 21) % 3,
  );
  const far = exact(range(24), 16e6, () => 1);
  assert.ok(near > 1.2 * spread, `${near} against ${spread}`);
  assert.ok(near >= far);
});

Deno.test("expected and exact locks agree: one thread more pays one transfer of a dirty lock", () => {
  const traffic = new Traffic(values);
  const cost = (threads: number[], memory: number[]) =>
    new ExpectedGet({
      shape: memcachedShape(2 ** 36, 72, 8, 64),
      values,
      threads,
      memory,
      pageBytes: 2 ** 21,
      virtual: false,
    }).cost(0, 0, traffic).time;
  const alone = cost([1, 0, 0, 0], [1, 0, 0, 0]);
  const crowd = cost([1000, 0, 0, 0], [1, 0, 0, 0]);
  assert.ok(Math.abs(crowd - alone - (values.transferLocal - values.atomicHit)) < 1);
});

Deno.test("smaller pages make walks miss the caches, and far page tables cost more then", () => {
  const at = (pageBytes: number, tables: number[]) =>
    expectedThroughput(
      new ExpectedGet({
        shape: memcachedShape(2 ** 36, 72, 8, 64),
        values,
        threads: [24, 24, 24, 0],
        memory: [1 / 3, 1 / 3, 1 / 3, 0],
        pageBytes,
        virtual: true,
      }),
      tables,
      new Traffic(values),
    );
  const small = at(4096, [0, 1, 2, 3]) / at(4096, [0, 0, 0, 0]);
  const large = at(2 ** 21, [0, 1, 2, 3]) / at(2 ** 21, [0, 0, 0, 0]);
  assert.ok(small > 1.02, `${small}`);
  assert.ok(Math.abs(large - 1) < 0.01, `${large}`);
});

Deno.test("a request through the gateway costs tens of microseconds; TCP more than Unix sockets", () => {
  const part = HOST_PARTS.get("xeon-8260-4s");
  assert.ok(part !== undefined);
  const c = Object.fromEntries(Object.entries(part.constants).map(([k, v]) => [k, v.value]));
  const rate = (transport: "uds" | "tcp", cores: number) =>
    gatewayThroughput(new Simulation({ seed: 1 }), {
      host: { name: "host", ...c } as never,
      cores,
      coresPerDomain: 24,
      shards: 1,
      workersPerShard: 24,
      transport,
      get: 700,
      warmUp: 1e6,
      window: 4e6,
    });
  const [uds, tcp] = [rate("uds", 4), rate("tcp", 4)];
  assert.ok(uds > tcp);
  const cpu = 4 / uds;
  assert.ok(cpu > 8000 && cpu < 30_000, `${cpu} ns of core time a request`);
});
