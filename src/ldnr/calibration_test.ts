import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { MEMORY_PARTS, type MemoryPart, memoryValues } from "../hardware/memory/mod.ts";
import { Simulation } from "../kernel/mod.ts";
import { type CostValues, costValues } from "./costs.ts";
import { HashMapSystem, type StructureName } from "./timed/system.ts";

const MS = 1e6;
const DATA = new URL("../../data/ldnr/published_hashmap_calibration.csv", import.meta.url);

interface Point {
  readonly write: number;
  readonly map: StructureName;
  readonly threads: number;
  readonly mops: number;
  readonly weight: number;
}

// Single-thread points at 0 % writes cannot be read off a picture whose axis goes to 400 million.
const points: Point[] = readFileSync(DATA, "utf8").trim().split(/\r?\n/).slice(1)
  .map((line) => line.split(","))
  .filter(([write, , , , reading]) => !(write === "0" && reading === "rough"))
  .map(([write, map, threads, mops, reading]) => ({
    write: Number(write) / 100,
    map: map as StructureName,
    threads: Number(threads),
    mops: Number(mops),
    weight: reading === "good" ? 1 : 0.25,
  }));

function throughput(point: Point, costs: CostValues): number {
  const domains = Array.from({ length: Math.min(4, point.threads) }, (_, d) => d);
  const system = new HashMapSystem(new Simulation({ seed: 1 }), {
    values: memoryValues(MEMORY_PARTS.get("xeon-6252-4s") as MemoryPart),
    threadsPerCore: 2,
    costs,
    structure: point.map,
    replicas: domains,
    placement: domains,
    threads: point.threads,
    writeShare: point.write,
    extraOperations: 0,
    localOperations: 0,
    localEntries: 65_536,
    entries: 67_108_864,
    pageBytes: 4096,
    logBytes: 2 ** 25,
    nrVersion: "0.1",
    freeze: "all",
    outerLock: "distributed",
    shards: 4,
    exact: false,
  });
  const span = point.threads === 1 ? 2 * MS : MS;
  system.sim.run(0.2 * MS);
  const before = system.benchmark.operations();
  system.sim.run(0.2 * MS + span);
  return (system.benchmark.operations() - before) / span * 1e3;
}

function error(maps: (map: string) => boolean, over: Partial<CostValues>): number {
  const costs = costValues(over);
  return points.filter((p) => maps(p.map))
    .reduce((sum, p) => sum + p.weight * Math.log(throughput(p, costs) / p.mops) ** 2, 0);
}

Deno.test("the three fitted constants lie where the published points are missed least", () => {
  const committed = costValues();
  const rest = (map: string) => map !== "urcu";
  const urcu = (map: string) => map === "urcu";
  const at = error(rest, {});
  for (const factor of [0.5, 1.6]) {
    const get = error(rest, { getCpu: committed.getCpu * factor });
    const put = error(rest, { putCpu: committed.putCpu * factor });
    assert.ok(at < get + 0.004, `getCpu x ${factor}: ${get} against ${at}`);
    assert.ok(at < put + 0.004, `putCpu x ${factor}: ${put} against ${at}`);
  }
  const period = error(urcu, {});
  for (const factor of [0.7, 1.4]) {
    const other = error(urcu, { gracePeriod: committed.gracePeriod * factor });
    assert.ok(period < other, `gracePeriod x ${factor}: ${other} against ${period}`);
  }
});
