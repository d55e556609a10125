import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CPU_SECONDS } from "./grid-search.ts";
import { serverless } from "./parameters.ts";

const MIB = 2 ** 20, S = 1e9;
const defaults = serverless.parse({});
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Rows of a measurement: cells by column. */
function rows(file: string): Record<string, string>[] {
  const url = new URL(`../../../data/escra/${file}`, import.meta.url);
  const [head = "", ...lines] = readFileSync(url, "utf8").trim().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((v, i) => [names[i], v])));
}

Deno.test("GridSearch's CPU times and memory are those of the measurement", () => {
  const found = rows("measured_grid_task.csv");
  const of = (what: string, column: string) =>
    found.filter((r) => r["what"]?.startsWith(what)).map((r) => Number(r[column]));
  for (const [ngrams, words] of [["unigrams", "1-grams"], ["bigrams", "2-grams"]] as const) {
    for (const penalty of ["l2", "l1", "elasticnet"] as const) {
      const measured = mean(of(`${words} ${penalty} `, "cpu_s"));
      assert.ok(Math.abs(CPU_SECONDS[ngrams][penalty] - measured) < 0.006, `${words} ${penalty}`);
    }
  }
  // At half the speed, of a task's time.
  const task = 2 * mean([...of("1-grams", "cpu_s"), ...of("2-grams", "cpu_s")]);
  assert.ok(Math.abs(defaults.cpu_share * defaults.task_time / S - task) < 0.05, `${task} s`);
  const [imports = 0] = of("imports", "rss_mib");
  const kept = Math.max(...of("1-grams", "rss_mib"));
  const peak = Math.max(...of("2-grams", "peak_mib"));
  assert.deepEqual(
    [defaults.grid_memory, defaults.grid_heap, defaults.grid_peak].map((bytes) => bytes / MIB),
    [imports, kept - imports, peak - kept],
  );
});

Deno.test("ImageProcess' runtime is the measured one", () => {
  const found = rows("measured_thumbnail.csv");
  const of = (which: (request: string) => boolean, column: string) =>
    mean(found.filter((r) => which(r["request"] ?? "")).map((r) => Number(r[column])));
  const warm = (request: string) => request !== "start" && request !== "0";
  const first = (request: string) => request === "0";
  const near = (value: number, measured: number, by: number) =>
    assert.ok(Math.abs(value - measured) < by, `${value} and ${measured}`);
  near(defaults.helpers, of(warm, "runtime_threads_share"), 0.005);
  near(defaults.first_helpers, of(first, "runtime_threads_share"), 0.005);
  near(defaults.first_run, of(first, "cpu_s") / of(warm, "cpu_s"), 0.05);
  near(defaults.image_memory / MIB, of((r) => r === "start", "rss_kib") / 1024, 1.5);
  near(defaults.image_start_cpu / S, 2 * of((r) => r === "start", "cpu_s"), 0.06);
});
