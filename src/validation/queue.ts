/** The kernel against queueing theory: `kernel/queue`. */
import { z } from "zod";
import { defineExperiment, type Row } from "../model/mod.ts";
import { duration, ratio } from "../units/mod.ts";
import { jackson } from "./queue-jackson.ts";
import { md1, type Measured, mg1ps, mm1, mmc, type QueueParameters } from "./queue-models.ts";

const MODELS: Record<string, (p: QueueParameters) => Measured[]> = {
  "mm1": mm1,
  "mmc": mmc,
  "md1": md1,
  "mg1-ps": mg1ps,
  "jackson": jackson,
};

const NAMES = Object.keys(MODELS) as [string, ...string[]];

/** Steady-state means of textbook queues beside their formulas; one row per model and measure. */
export const queue = defineExperiment({
  id: "kernel/queue",
  says: "Means of M/M/1, M/M/c, M/D/1, M/G/1-PS and an open Jackson network beside queueing theory",
  parameters: z.strictObject({
    models: z.array(z.enum(NAMES)).min(1).default([...NAMES]).describe(
      "which models to run, each with its own streams",
    ),
    rho: ratio({ min: 0, exclusive: true, max: 0.99 }).default(0.8)
      .describe("utilisation of a server; of the busiest node of the network"),
    service: duration({ min: 1000, max: 1e9 }).default(1e6)
      .describe("mean service time"),
    servers: z.int().min(1).max(1000).default(4).describe("servers of the M/M/c queue"),
    customers: z.int().min(100).max(100_000_000).default(100_000)
      .describe(
        "customers measured, per model; a tenth of them in the network, where each makes ten visits",
      ),
    warm_up: z.int().min(0).default(10_000)
      .describe("customers that arrive before the first one measured"),
  }),
  columns: {
    model: { role: "key", says: "queueing model" },
    measure: { role: "key", says: "what is averaged, with its unit" },
    theory: { role: "key", says: "its value in steady state by queueing theory" },
    value: { role: "measure", says: "its value in the simulation" },
  },
  replications: "mean_ci",
  *run({ parameters, simulation }): Iterable<Row> {
    for (const model of parameters.models) {
      for (const row of MODELS[model]({ ...parameters, warmUp: parameters.warm_up, simulation })) {
        yield { model, ...row };
      }
    }
  },
});
