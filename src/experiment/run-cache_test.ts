import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunDone } from "./run.ts";
import { RunCache } from "./run-cache.ts";

function run(x: number, milliseconds = 1): RunDone {
  return {
    ok: true,
    rows: { columns: ["x", "s"], count: 2, cells: [Float64Array.of(x, 0.1 + x), ["a", null]] },
    events: x,
    hash: "00000000",
    warnings: [],
    milliseconds,
  };
}

async function inFolder(test: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cache-"));
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const quiet = (message: string) => assert.fail(message);

Deno.test("a run comes back from the cache as it was", () =>
  inFolder((folder) => {
    const cache = new RunCache(folder, quiet);
    cache.put("a", run(1));
    cache.flush();
    cache.put("b", run(2));
    cache.flush();
    const again = new RunCache(folder, quiet);
    assert.deepEqual([again.get("a"), again.get("b")], [run(1), run(2)]);
    assert.equal(again.get("c"), undefined);
  }));

Deno.test("a finished scenario keeps its own runs in one segment", () =>
  inFolder((folder) => {
    const cache = new RunCache(folder, quiet);
    for (const key of ["a", "b", "stale"]) {
      cache.put(key, run(1));
      cache.flush();
    }
    cache.put("c", run(3));
    cache.finish([["a", run(1)], ["c", run(3)]]);
    assert.equal(readdirSync(folder).length, 2 - 1);
    const again = new RunCache(folder, quiet);
    assert.deepEqual(again.get("c"), run(3));
    assert.equal(again.get("stale"), undefined);
  }));

Deno.test("a scenario that took no time leaves no cache, one that took long does", () =>
  inFolder((folder) => {
    const quick = new RunCache(join(folder, "quick"), quiet);
    quick.put("a", run(1));
    quick.finish([["a", run(1)]]);
    const long = new RunCache(join(folder, "long"), quiet);
    long.put("a", run(1, 5000));
    long.finish([["a", run(1, 5000)]]);
    assert.deepEqual(readdirSync(folder), ["long"]);
  }));

Deno.test("every way of damaging a segment loses that segment only", () =>
  inFolder((folder) => {
    const damages: ((text: string) => string)[] = [
      () => "",
      () => "\n",
      (text) => text.slice(0, -5),
      (text) => text.replace('"events":1', '"events":2'),
      (text) => "0".repeat(64) + text.slice(64),
      () => "\u0000".repeat(1000),
    ];
    for (const [i, damage] of damages.entries()) {
      const at = join(folder, String(i));
      const cache = new RunCache(at, quiet);
      cache.put("a", run(1));
      cache.flush();
      const [name] = readdirSync(at);
      cache.put("b", run(2));
      cache.flush();
      writeFileSync(join(at, name), damage(readFileSync(join(at, name), "utf8")));
      const told: string[] = [];
      const again = new RunCache(at, (message) => told.push(message));
      assert.equal(again.get("a"), undefined);
      assert.deepEqual(again.get("b"), run(2));
      assert.equal(told.length, 1);
      assert.ok(told[0].includes(name));
      assert.equal(readdirSync(at).length, 1);
    }
  }));

Deno.test("a cache that cannot be written is told once and given up", () =>
  inFolder((folder) => {
    writeFileSync(join(folder, "in-the-way"), "");
    const told: string[] = [];
    const cache = new RunCache(join(folder, "in-the-way"), (message) => told.push(message));
    for (const key of ["a", "b"]) {
      cache.put(key, run(1));
      cache.flush();
    }
    cache.finish([["a", run(1)]]);
    assert.equal(told.length, 1);
    assert.match(told[0], /not kept for a later resume: cannot write/);
  }));

Deno.test("what is no segment is left alone", () =>
  inFolder((folder) => {
    mkdirSync(join(folder, "sub.runs"));
    writeFileSync(join(folder, "notes.txt"), "mine");
    const told: string[] = [];
    new RunCache(folder, (message) => told.push(message));
    assert.equal(told.length, 1);
    assert.deepEqual(readdirSync(folder), ["notes.txt"]);
  }));
