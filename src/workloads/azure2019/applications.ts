/** Applications drawn from the Azure distributions: functions, chains, times, memory, arrivals. */
import type { Rng } from "../../kernel/mod.ts";
import { AZURE_2019, AZURE_2019_FITS, quantile } from "./distributions.ts";
import { functionsPerApp, type Reading } from "./functions-per-app.ts";

/** A function of an application. */
export interface AppFunction {
  /** Median execution time, ns. */
  readonly execution: number;
  /** Bytes. */
  readonly memory: number;
  /** How likely the function before it in its chain calls it; 1 for the first. */
  readonly follows: number;
}

/** An application: one chain of functions, or functions that are called one by one. */
export interface Application {
  readonly id: number;
  readonly orchestration: boolean;
  /** Whether each function calls the next; else requests go to each of them alike. */
  readonly chained: boolean;
  readonly functions: readonly AppFunction[];
  /** Mean time between requests, ns. */
  readonly interval: number;
  /** CV of the inter-arrival time. */
  readonly cv: number;
}

/** What to draw. */
export interface ApplicationsOptions {
  readonly applications: number;
  readonly functions: Reading;
  /** fit: the published log-normal (median 0.684 s). digitised: the figure itself (0.93 s). */
  readonly execution: "fit" | "digitised";
  /** Share of orchestration applications. */
  readonly orchestration: number;
  /** Share of other applications of several functions in which they call each other. */
  readonly chained: number;
  /** Share of calls within chains that are taken only sometimes. */
  readonly conditional: number;
  /** Most requests of an application in a day: a few applications would be most of the work. */
  readonly mostDaily: number;
  /** Longest median execution, ns. */
  readonly longest: number;
}

const DAY = 86_400e9;

/** Draws applications; `rng` gives a stream by name. */
export function drawApplications(
  options: ApplicationsOptions,
  rng: (name: string) => Rng,
): Application[] {
  const kind = rng("application kind");
  const counts = {
    all: functionsPerApp("all", options.functions, rng("functions of all")),
    orchestration: functionsPerApp(
      "orchestration",
      options.functions,
      rng("functions of orchestrations"),
    ),
  };
  const daily = rng("daily requests");
  const cvs = rng("arrival variation");
  const shape = rng("functions");
  const fit = AZURE_2019_FITS;
  const draw = (): AppFunction => {
    const seconds = options.execution === "fit"
      ? shape.logNormal(fit.execTime.mu, fit.execTime.sigma)
      : quantile(AZURE_2019.execTime, shape.uniform());
    const { c, k, lambda } = fit.appMemory;
    const memory = Math.min(1536, shape.burr12(c, k, lambda)); // the plan's limit
    return {
      execution: Math.min(options.longest, seconds * 1e9),
      memory: memory * 1e6,
      follows: shape.bernoulli(options.conditional) ? shape.uniform() : 1,
    };
  };
  return Array.from({ length: options.applications }, (_, id): Application => {
    const orchestration = kind.bernoulli(options.orchestration);
    const calls = kind.bernoulli(options.chained);
    const count = Math.round(counts[orchestration ? "orchestration" : "all"]());
    const functions = Array.from({ length: count }, draw);
    functions[0] = { ...functions[0], follows: 1 };
    const perDay = Math.min(
      options.mostDaily,
      quantile(AZURE_2019.dailyInvocations, daily.uniform()),
    );
    return {
      id,
      orchestration,
      chained: count > 1 && (orchestration || calls),
      functions,
      interval: DAY / perDay,
      cv: quantile(AZURE_2019.iatCv, cvs.uniform()),
    };
  });
}
