/**
 * The points that the fitted constants are fitted to, and how badly costs miss them: squared logarithmic
 * errors, each relative to what is aimed at (15 % for NR, 30 % for other maps), roughly read points a
 * quarter. For calibration_test.ts and bench/leave_one_out.ts.
 */
import { MEMORY_PARTS, type MemoryPart, memoryValues } from "../hardware/memory/mod.ts";
import { Simulation } from "../kernel/mod.ts";
import { type CostValues, costValues } from "./costs.ts";
import { HashMapSystem, type StructureName, type SystemOptions } from "./timed/system.ts";

const MS = 1e6;

/** One published point. */
export interface CalibrationPoint {
  /** Share of puts, 0..1. */
  readonly write: number;
  readonly map: StructureName;
  readonly threads: number;
  /** Million operations per second. */
  readonly mops: number;
  readonly weight: number;
}

/** Points of the CSV file's text; single-thread ones that its picture's axis hides are left out. */
export function calibrationPoints(csv: string): CalibrationPoint[] {
  return csv.trim().split(/\r?\n/).slice(1).map((line) => line.split(","))
    .filter(([write, , , , reading]) => !(write === "0" && reading === "rough"))
    .map(([write, map, threads, mops, reading]) => ({
      write: Number(write) / 100,
      map: map as StructureName,
      threads: Number(threads),
      mops: Number(mops),
      weight: (reading === "good" ? 1 : 0.25) * (map === "nr" ? 4 : 1),
    }));
}

/** How a run of the public benchmark differs from the harness's own settings. */
type Harness =
  & Pick<SystemOptions, "structure" | "replicas" | "threads" | "writeShare">
  & Partial<SystemOptions>;

/** The public benchmark as its harness sets it up: 67 M pairs, 4 x 24 cores, hyperthreads, a log of 32 MiB. */
export function harnessSystem(run: Harness): HashMapSystem {
  return new HashMapSystem(new Simulation({ seed: 1 }), {
    values: memoryValues(MEMORY_PARTS.get("xeon-6252-4s") as MemoryPart),
    threadsPerCore: 2,
    costs: costValues(),
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
    ...run,
  });
}

/** Simulated million operations per second of a point, with some costs overwritten. */
export function simulatedPoint(point: CalibrationPoint, over: Partial<CostValues> = {}): number {
  const domains = Array.from({ length: Math.min(4, point.threads) }, (_, d) => d);
  const system = harnessSystem({
    costs: costValues(over),
    structure: point.map,
    replicas: domains,
    placement: domains,
    threads: point.threads,
    writeShare: point.write,
  });
  const span = point.threads === 1 ? 2 * MS : MS;
  system.sim.run(0.2 * MS);
  const before = system.benchmark.operations();
  system.sim.run(0.2 * MS + span);
  return (system.benchmark.operations() - before) / span * 1e3;
}

/** Weighted squared error of some points. */
export function misfit(points: readonly CalibrationPoint[], over: Partial<CostValues>): number {
  return points.reduce(
    (sum, p) => sum + p.weight * Math.log(simulatedPoint(p, over) / p.mops) ** 2,
    0,
  );
}
