/** Parameters of FIRM's loop. */
import type { z } from "zod";
import { duration, ratio } from "../units/mod.ts";
import type { FirmOptions } from "./firm.ts";
import type { Limits } from "./policy.ts";

const MS = 1e6, S = 1e9;

/** FIRM's own parameters: `policy: firm`. */
export const firmShape = {
  firm_period: duration({ min: 100 * MS, max: 3600 * S, column: "s" }).default(10 * S).describe(
    "FIRM: its control loop, which section 5.2 calls coarse-grained; assumed",
  ),
  firm_objective: duration({ min: MS, max: 600 * S }).default(50 * MS).describe(
    "FIRM: the 99th percentile that requests may take within the application; assumed. Traces begin at the " +
      "entry: what waits at the client for one of n connections is not seen, so that an objective above n over " +
      "the offered rate is met by an application that falls behind",
  ),
  firm_sampling: ratio({ min: 0.001, max: 1 }).default(0.1).describe(
    "FIRM: share of requests that are traced; assumed",
  ),
};

/** Those parameters, in canonical units. */
export type FirmParameters = z.output<z.ZodObject<typeof firmShape>>;

/** FIRM's options. @param initial the pods' own limits; those of memory stay. */
export function firmOptions(p: FirmParameters, initial: readonly Limits[]): FirmOptions {
  return {
    initial,
    period: p.firm_period,
    objective: p.firm_objective,
    sampling: p.firm_sampling,
  };
}
