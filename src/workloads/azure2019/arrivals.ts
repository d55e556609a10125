/** Arrivals with a given mean and coefficient of variation (CV) of the inter-arrival time. */
import type { Rng } from "../../kernel/mod.ts";

/**
 * A sampler of inter-arrival times: periodic below a CV of 0.05, Erlang below 1, exponential at 1, and
 * hyper-exponential with balanced means above (Allen, Probability, Statistics and Queueing Theory).
 *
 * @param mean in any unit of time; the draws are in the same.
 */
export function interArrivals(rng: Rng, mean: number, cv: number): () => number {
  if (!(mean > 0 && cv >= 0)) throw new RangeError(`inter-arrivals of mean ${mean} and CV ${cv}`);
  if (cv < 0.05) return () => mean;
  if (cv < 0.9) {
    const stages = Math.max(2, Math.round(1 / (cv * cv)));
    return () => rng.erlang(stages, mean);
  }
  if (cv < 1.05) return () => rng.exponential(mean);
  const square = cv * cv;
  const often = (1 + Math.sqrt((square - 1) / (square + 1))) / 2;
  return () =>
    rng.bernoulli(often)
      ? rng.exponential(mean / (2 * often))
      : rng.exponential(mean / (2 * (1 - often)));
}
