/** `freshen/applications`: functions per application (Figure 4.2). */
import { z } from "zod";
import { defineExperiment } from "../model/mod.ts";
import { functionsPerApp } from "../workloads/azure2019/mod.ts";

const parameters = z.strictObject({
  population: z.enum(["orchestration", "all"]).default("all").describe("whose applications"),
  reading: z.enum(["trace", "chapter"]).default("trace").describe(
    "trace: published trace figures (all: median 1; orchestration: functions in a DAG run). " +
      "chapter: log-normal with the medians of section 4.2",
  ),
  applications: z.int("expected a whole number").min(10).max(1e6).default(20_000).describe(
    "applications drawn",
  ),
});

/** Points of the CDF: every count to 20, then as the digitised figure has them. */
const COUNTS = [...Array.from({ length: 20 }, (_, i) => i + 1), 25, 30, 40, 50, 60, 80, 100];

/** The distribution of Figure 4.2, drawn as the other experiments draw their applications. */
export const applications = defineExperiment({
  id: "freshen/applications",
  says: "How many functions an application has, over all and over orchestration applications",
  parameters,
  replications: "mean",
  columns: {
    functions_per_app: { role: "key", says: "functions of an application" },
    cdf: { role: "measure", says: "share of applications with at most so many, 0 to 1" },
    median: { role: "measure", says: "median over the applications drawn" },
  },
  *run({ parameters: p, simulation }) {
    const draw = functionsPerApp(p.population, p.reading, simulation().rng("functions per app"));
    const counts = Array.from({ length: p.applications }, draw).sort((a, b) => a - b);
    const median = counts[Math.floor((counts.length - 1) / 2)];
    let below = 0;
    for (const n of COUNTS) {
      while (below < counts.length && counts[below] <= n) below++;
      yield { functions_per_app: n, cdf: below / counts.length, median };
    }
  },
});
