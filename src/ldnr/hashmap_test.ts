import assert from "node:assert/strict";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { Simulation } from "../kernel/mod.ts";
import type { RunContext } from "../model/mod.ts";
import { hashmap } from "./hashmap.ts";
import { type HashmapParameters, hashmapParameters, phasesOf } from "./parameters.ts";

const platform = buildPlatform(platformSchema.parse({
  id: "xeon-8260-4s",
  title: "test machine",
  source: "test",
  hosts: { host: { part: "xeon-8260-4s" } },
}));
const laptop = buildPlatform(platformSchema.parse({
  id: "two-cores",
  title: "test machine",
  source: "test",
  hosts: { host: { part: "two-core-vm" } },
}));

const parse = (p: Record<string, unknown>): HashmapParameters =>
  hashmapParameters.parse({ structure: "ldnr", threads: 48, ...p });

function problems(p: Record<string, unknown>, on = platform): string[] {
  return (hashmap.check?.(parse(p), on) ?? []).map((x) => `${x.path.join(".")}: ${x.message}`);
}

Deno.test("what cannot be is refused with the reason, before anything runs", () => {
  const refused: [Record<string, unknown>, RegExp][] = [
    [{ replicas: 5 }, /^replicas: 5 replicas are more than the machine's 4 NUMA domains/],
    [{ threads: [24, 120] }, /^threads\.1: 120 threads are more than the 96 cores/],
    [
      { structure: "nr2", log: "64KiB" },
      /^log: a log of 1024 entries is smaller than twice .* 8192/,
    ],
    [{ changes: [{ at: "1s", remove: 7 }] }, /^changes\.0\.remove: affinity 7 does not exist/],
    [{ changes: [{ at: "1s", remove: 3 }] }, /domain 3 has no replica; replicas are on 0, 1/],
    [
      { changes: [{ at: "1s", remove: 0 }, { at: "2s", remove: 1 }] },
      /^changes\.1\.remove: the replica on domain 1 is the last one/,
    ],
    [{ changes: [{ at: "1s", add: 1 }] }, /domain 1 has a replica already/],
    [
      { changes: [{ at: "1s", add: 3 }], domain_memory: ["8GiB", "8GiB", "8GiB", "0B"] },
      /^changes\.0\.add: out of memory: .* needs 2\.13 GiB on domain 3, which has 0\.00 GiB free/,
    ],
    [
      { structure: "nr4", changes: [{ at: "1s", add: 3 }] },
      /nr4 cannot change its replicas; use ldnr/,
    ],
    [{ idle: { replica: 2, from: "2s", until: "4s" } }, /replica 2 does not exist in every phase/],
    [{ idle: { replica: 0, from: "4s", until: "2s" } }, /must begin before it ends/],
    [
      { threads: [1, 2], write: ["1%", "2%", "3%"] },
      /^write: write has 3 values and threads has 2/,
    ],
    [{ domain_memory: ["8GiB"] }, /^domain_memory: 1 sizes for 4 domains/],
    [
      { structure: "nr4", domain_memory: ["8GiB", "8GiB", "0B", "8GiB"] },
      /^domain_memory\.2: out of memory: replica 2 needs 2\.13 GiB on domain 2, which has 0\.00 GiB/,
    ],
    [{ changes: [{ at: "1s", add: 64 }] }, /^changes\.0\.add: affinity 64 does not exist/],
    [{ changes: [{ at: "6s", remove: 1 }] }, /^changes\.0\.at: the run lasts 6 s; change/],
    [{ threads: 3, replicas: 4 }, /^replicas: 4 replicas for 3 threads leave some without/],
    [
      { structure: "nr4", threads: [1, 3] },
      /^threads: nr4 needs a thread for each of its 4 replicas/,
    ],
    [{ structure: "dashmap", shards: 12 }, /^shards: .* a power of two; use 8 or 16/],
    [{ log: "1KiB" }, /^log: a log of 16 entries .* use at least 8KiB/],
  ];
  for (const [p, message] of refused) {
    const found = problems(p);
    assert.ok(found.some((x) => message.test(x)), `${JSON.stringify(p)}: ${found.join(" | ")}`);
  }
  assert.match(problems({}, laptop).join(), /no host with a known NUMA memory system/);
  assert.deepEqual(problems({}), []);
  assert.throws(() => parse({ changes: [{ at: "1s" }] }), /either add or remove/);
});

Deno.test("phases are paired or crossed", () => {
  const paired = phasesOf(parse({ threads: [1, 2], write: ["0%", "10%"] }));
  assert.deepEqual(paired.map((x) => [x.threads, x.write]), [[1, 0], [2, 0.1]]);
  const crossed = phasesOf(parse({ threads: [1, 2], write: ["0%", "10%"], phases: "crossed" }));
  assert.equal(crossed.length, 4);
  const more = phasesOf(parse({ threads: 1, further: [{ threads: 9, write: "5%" }] }));
  assert.deepEqual(more.map((x) => x.threads), [1, 9]);
});

function run(p: Record<string, unknown>) {
  const context: RunContext<HashmapParameters> = {
    parameters: parse(p),
    platform,
    seed: 1,
    simulation: (options) => new Simulation({ seed: 1, ...options }),
    input: () => "",
    warn: () => {},
  };
  return [...hashmap.run(context)];
}

Deno.test("rows have the columns that the parameters ask for, and the same run gives the same rows", () => {
  const p = { threads: [1, 8], phase: "2s", window: "100us", extra_operations: [0, 2] };
  const rows = run(p);
  assert.equal(rows.length, 4);
  assert.deepEqual(Object.keys(rows[0] ?? {}), hashmap.columnsFor?.(parse(p)));
  assert.deepEqual(rows.map((r) => r.time_s), [1, 2, 3, 4]);
  assert.deepEqual(run(p), rows);
});

Deno.test("links, shared cache and TLB are what bounds remote and random access", () => {
  const base = { structure: "nr1", threads: 96, write: "0%", phase: "1s", window: "50us" };
  const rate = (p: Record<string, unknown>) => run({ ...base, ...p })[0]?.throughput_mops as number;
  const asIs = rate({});
  // 72 of 96 threads load over three links.
  assert.ok(rate({ link_bandwidth: "8.5 GB/s" }) < 0.97 * asIs);
  assert.ok(rate({ link_bandwidth: "1000 GB/s" }) > asIs);
  const near = { structure: "nr4" };
  const local = rate(near);
  assert.ok(Math.abs(rate({ ...near, link_bandwidth: "8.5 GB/s" }) / local - 1) < 0.01);
  // Page-table entries come from memory without a shared cache, and from nowhere if no entry is ever missed.
  assert.ok(rate({ ...near, l3: "0B" }) < 0.95 * local);
  assert.ok(rate({ ...near, tlb_entries: 2 ** 30 }) > 1.1 * local);
  assert.ok(rate({ ...near, page: "2MiB" }) > 1.1 * local);
});

Deno.test("NR joins when every replica has a thread", () => {
  const rows = run({ structure: "nr4", threads: [1, 4], phase: "1s", window: "100us" });
  assert.deepEqual(rows.map((r) => r.threads), [4]);
});

Deno.test("replicas that come and go show in memory at once", () => {
  const rows = run({
    threads: 8,
    replicas: 2,
    phase: "4s",
    window: "100us",
    entries: 1_000_000,
    changes: [{ at: "1s", remove: 1 }, { at: "3s", add: 2 }],
  });
  assert.deepEqual(rows.map((r) => r.replicas), [2, 1, 1, 2]);
  const memory = rows.map((r) => r.memory_gib as number);
  assert.ok((memory[0] as number) > 1.8 * (memory[1] as number));
  assert.equal(memory[0], memory[3]);
});
