/** Functions per application, for all and for orchestration applications, in each reading. */
import type { Rng } from "../../kernel/mod.ts";
import { AZURE_2019, type CdfPoints, wholeNumbers } from "./distributions.ts";

/** Whose applications. */
export type Population = "all" | "orchestration";

/**
 * trace: what has been published of traces (all: the digitised figure of ATC'20, median 1; orchestration:
 * no table of functions per application is public, so the functions in a run of an Azure Durable
 * application stand in, OSDI'22). chapter: log-normal with the medians that chapter 4 prints.
 */
export type Reading = "trace" | "chapter";

/** Nodes of a run of an Azure Durable DAG: Orion, OSDI 2022, public data set of 2021-10-18 to 31. */
export const DURABLE_NODES: CdfPoints = [[2, 0.56], [3, 0.79], [4, 0.86], [5, 0.92], [7, 0.95], [
  18,
  0.99,
], [100, 1]];

/** Medians of Figure 4.2 as section 4.2 prints them: inputs of the reading `chapter`. */
export const CHAPTER_MEDIANS: Readonly<Record<Population, number>> = { all: 2, orchestration: 8 };

/** Spread of the logarithm in the reading `chapter`: the trace's upper tail over a median of 2. */
export const TAIL_SIGMA = 0.95;

/** A sampler of the number of functions in an application. */
export function functionsPerApp(population: Population, reading: Reading, rng: Rng): () => number {
  if (reading === "chapter") {
    const mu = Math.log(CHAPTER_MEDIANS[population]);
    return () => Math.max(1, Math.round(rng.logNormal(mu, TAIL_SIGMA)));
  }
  return wholeNumbers(
    population === "all" ? AZURE_2019.functionsPerApp : DURABLE_NODES,
    rng,
  );
}
