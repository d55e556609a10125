/**
 * Distributions of the Azure Functions trace of 2019 (Shahrad et al., USENIX ATC 2020) as digitised from
 * its figures, and its published fits. Origin and format: data/azure2019, data/README.md.
 */
import type { Rng } from "../../kernel/mod.ts";
import appMemory from "../../../data/azure2019/app_memory_cdf_average.csv" with { type: "text" };
import dailyInvocations from "../../../data/azure2019/daily_invocations_cdf_apps.csv" with {
  type: "text",
};
import execTime from "../../../data/azure2019/exec_time_cdf_average.csv" with { type: "text" };
import functionsPerApp from "../../../data/azure2019/functions_per_app_cdf_apps.csv" with {
  type: "text",
};
import iatCv from "../../../data/azure2019/iat_cv_cdf_all.csv" with { type: "text" };

/** Points (value, cumulative probability), strictly rising in both, the last probability being 1. */
export type CdfPoints = readonly (readonly [value: number, probability: number])[];

/**
 * Reads a digitised CDF. Digitising leaves flat stretches (dropped: nothing lies there) and ends just
 * below or above 1 (set to 1).
 *
 * @throws {Error} for text that holds no CDF.
 */
export function readCdf(csv: string): CdfPoints {
  const points: [number, number][] = [];
  for (const line of csv.trim().split("\n").slice(1)) {
    const [value, probability] = line.split(",").map(Number);
    if (!(Number.isFinite(value) && Number.isFinite(probability))) {
      throw new Error(`a CDF's line is "${line}"; expected two numbers`);
    }
    const last = points[points.length - 1];
    const p = Math.min(1, probability);
    if (last === undefined ? p > 0 : p > last[1] && value > last[0]) points.push([value, p]);
  }
  if (points.length === 0) throw new Error("a CDF needs points");
  points[points.length - 1][1] = 1;
  return points;
}

/** The digitised CDFs. Units: MB, invocations a day, seconds, functions, (none). */
export const AZURE_2019 = {
  appMemory: readCdf(appMemory),
  dailyInvocations: readCdf(dailyInvocations),
  execTime: readCdf(execTime),
  functionsPerApp: readCdf(functionsPerApp),
  iatCv: readCdf(iatCv),
} as const;

/** Published fits: natural log of the average execution time in s; memory in MB (Burr XII). */
export const AZURE_2019_FITS = {
  execTime: { mu: -0.38, sigma: 2.36 },
  appMemory: { c: 11.652, k: 0.221, lambda: 107.083 },
} as const;

/** Value at a probability, between points linearly in log(value). */
export function quantile(cdf: CdfPoints, p: number): number {
  const at = cdf.findIndex(([, probability]) => probability >= p);
  if (at <= 0) return cdf[0][0];
  const [[x0, p0], [x1, p1]] = [cdf[at - 1], cdf[at]];
  return x0 * Math.pow(x1 / x0, (p - p0) / (p1 - p0));
}

/** A sampler of whole numbers from a CDF given at them. */
export function wholeNumbers(cdf: CdfPoints, rng: Rng): () => number {
  return () => {
    const u = rng.uniform();
    return cdf.find(([, probability]) => u < probability)?.[0] ?? cdf[cdf.length - 1][0];
  };
}
