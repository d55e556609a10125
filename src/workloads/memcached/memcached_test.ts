import assert from "node:assert/strict";
import { MEMORY_PARTS, type MemoryPart, memoryValues, Traffic } from "../../hardware/memory/mod.ts";
import { HOST_PARTS } from "../../hardware/mod.ts";
import { Simulation } from "../../kernel/mod.ts";
import { getCpu, MEMCACHED_COSTS } from "./costs.ts";
import { exactThroughput } from "./exact.ts";
import { ExpectedGet, expectedThroughput } from "./expected.ts";
import { type GatewayOptions, gatewayThroughput } from "./gateway.ts";
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
  assert.equal(shape.items, 446_230_368);
  assert.equal(shape.itemBytes, 152);
  assert.equal(shape.bucketsBytes, 8 * 2 ** 30);
  assert.ok(shape.mappedBytes > shape.itemsBytes && shape.mappedBytes % 2 ** 27 === 0);
  assert.equal(shape.lockLines, 20_480);
  assert.deepEqual([1, 3, 4, 10, 20, 21].map(itemLocks), [1024, 2048, 4096, 8192, 16_384, 32_768]);
});

Deno.test("three threads on a 10 MiB set do the calibration's 7.94 million gets a second", () => {
  const rate = exact(range(3), 10 * 2 ** 20, () => 0) * 1e3;
  assert.ok(Math.abs(rate / 7.938 - 1) < 0.03, `${rate} M/s`);
});

Deno.test("threads of one socket beat threads of three on a small set, and home memory matters", () => {
  const near = exact(range(24), 16 * 2 ** 20, () => 0);
  const spread = exact(
    range(24).map((i) => (i % 3) * 24 + Math.floor(i / 3)),
    16 * 2 ** 20,
    (at) => Math.floor(at / 2 ** 21) % 3,
  );
  const far = exact(range(24), 16 * 2 ** 20, () => 1);
  assert.ok(near > 1.2 * spread, `${near} against ${spread}`);
  assert.ok(near >= far);
});

Deno.test("expected and exact locks agree: one thread more pays one transfer of a dirty lock", () => {
  const traffic = new Traffic(values);
  const cost = (threads: number[], memory: number[]) =>
    new ExpectedGet({
      shape: memcachedShape(2 ** 36, 72, 8, 64),
      values: { ...values, turboSingle: values.turboAll },
      threads,
      memory,
      pageBytes: 2097152,
      virtual: false,
    }).cost(0, 0, traffic).time;
  const alone = cost([1, 0, 0, 0], [1, 0, 0, 0]);
  const crowd = cost([1000, 0, 0, 0], [1, 0, 0, 0]);
  assert.ok(Math.abs(crowd - alone - (values.transferLocal - values.atomicHit)) < 1);
});

Deno.test("smaller pages make walks miss the caches, and far page tables cost more then", () => {
  const at = (pageBytes: 4096 | 2097152, tables: number[]) =>
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
  const large = at(2097152, [0, 1, 2, 3]) / at(2097152, [0, 0, 0, 0]);
  assert.ok(small > 1.02 && small < 1.34, `${small}: at most what Mitosis gained`);
  assert.ok(Math.abs(large - 1) < 0.01, `${large}`);
});

function gateway(over: Partial<GatewayOptions> = {}): number {
  const part = HOST_PARTS.get("xeon-8260-4s");
  assert.ok(part !== undefined);
  const c = Object.fromEntries(Object.entries(part.constants).map(([k, v]) => [k, v.value]));
  return gatewayThroughput(new Simulation({ seed: 1 }), {
    host: { name: "host", ...c, cpus: 96 } as never,
    coresPerDomain: 24,
    clients: 24,
    shards: 1,
    workersPerShard: 24,
    transport: "uds",
    keys: 1,
    get: 600,
    warmUp: 5e5,
    window: 2e6,
    ...over,
  });
}

Deno.test("a lone request over a Unix socket takes the calibration's 16 us; over TCP it takes longer", () => {
  const uds = 1 / gateway({ clients: 1 });
  assert.ok(Math.abs(uds / 16_000 - 1) < 0.03, `${uds} ns`);
  assert.ok(1 / gateway({ clients: 1, transport: "tcp" }) > uds + 4_000);
});

Deno.test("requests rise with clients until the shard's cores are full; multi-gets share the messages", () => {
  const [one, full, more] = [1, 24, 96].map((clients) => gateway({ clients })) as [
    number,
    number,
    number,
  ];
  assert.ok(full > 15 * one, `${full / one}`);
  assert.ok(more > full && more < 4 * full, `${more / full}`);
  const many = gateway({ keys: 16 });
  assert.ok(many > 3 * full && many < 16 * full, `${many / full}`);
});

Deno.test("with shards on several sockets, requests between sockets cost more", () => {
  const near = gateway({ clients: 24 });
  const spread = gateway({ clients: 24, shards: 3 });
  assert.ok(spread < near, `${spread} against ${near}`);
});

Deno.test("a get takes longer where all cores of a socket are busy, in proportion to the clock", () => {
  assert.equal(getCpu(values, 3), MEMCACHED_COSTS.getCpu.value);
  assert.ok(getCpu(values, 1) < getCpu(values, 3));
  const clock3 = values.turboSingle + (values.turboAll - values.turboSingle) * 2 / 23;
  const slow = MEMCACHED_COSTS.getCpu.value * clock3 / values.turboAll;
  assert.ok(Math.abs(getCpu(values, 24) - slow) < 1e-9);
});

Deno.test("a run on one machine does not depend on runs on others before it", () => {
  const on = (domains: number) =>
    exactThroughput(new Simulation({ seed: 1 }), {
      shape: memcachedShape(2 ** 22, 6, 8, 64),
      values: { ...values, domains },
      cores: [0, 1, 24, 25, 24 * (domains - 1), 24 * (domains - 1) + 1],
      homeOf: () => domains - 1,
      warmUp: 50,
      gets: 200,
    });
  const first = [on(3), on(8)];
  assert.deepEqual([on(8), on(3), on(3)], [first[1], first[0], first[0]]);
});
