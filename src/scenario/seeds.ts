/** Replication numbers: `20` (1..20), `[3, 7]`, `5..30`. */
import { z } from "zod";

/** Most replications of one scenario. */
export const MAX_SEEDS = 10_000;

const LARGEST = 2 ** 31 - 1;
const FORMS = "expected how many (20), a range (1..30) or a list ([3, 7])";

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/**
 * Reads a count, a range as text, or a list of seeds.
 *
 * @returns rising seeds, or a sentence saying what is wrong with the value.
 */
export function parseSeeds(value: unknown): number[] | string {
  if (typeof value === "number" || (typeof value === "string" && /^\d+$/.test(value))) {
    const n = Number(value);
    if (!Number.isInteger(n)) return `${value} is not a number of seeds; ${FORMS}`;
    if (n < 1) return `${value} seeds give no run; at least 1 is needed`;
    if (n > MAX_SEEDS) return `${value} seeds are too many; at most ${MAX_SEEDS}`;
    return range(1, n);
  }
  if (typeof value === "string") {
    const match = /^(\d+)\s*\.\.\s*(\d+)$/.exec(value.trim());
    if (match === null) return `"${value.slice(0, 40)}" is not a set of seeds; ${FORMS}`;
    const [from, to] = [Number(match[1]), Number(match[2])];
    if (from < 1) return `seeds start at 1, not ${from}`;
    if (to < from) return `the range ${value} is empty; write the smaller number first`;
    if (to > LARGEST) return `a seed is at most ${LARGEST}, not ${match[2]}`;
    const n = to - from + 1;
    return n > MAX_SEEDS ? `${n} seeds are too many; at most ${MAX_SEEDS}` : range(from, to);
  }
  return FORMS;
}

/** `seeds:` of a scenario. Output: rising, distinct, at least one. */
export const seedsSchema: z.ZodType<number[], unknown> = z
  .union([z.number(), z.string(), z.array(z.unknown())], { error: FORMS })
  .describe("Replications: a count (20 means 1..20), a range (1..30) or a list ([3, 7]).")
  .transform((value, context): number[] => {
    const fail = (message: string, path: number[] = []) => {
      context.addIssue({ code: "custom", message, path, input: value });
      return z.NEVER;
    };
    if (!Array.isArray(value)) {
      const seeds = parseSeeds(value);
      return typeof seeds === "string" ? fail(seeds) : seeds;
    }
    if (value.length === 0) {
      return fail("an empty list of seeds gives no run; at least 1 is needed");
    }
    if (value.length > MAX_SEEDS) {
      return fail(`${value.length} seeds are too many; at most ${MAX_SEEDS}`);
    }
    const seen = new Set<number>();
    value.forEach((seed, i) => {
      if (!Number.isInteger(seed) || (seed as number) < 1 || (seed as number) > LARGEST) {
        fail(`a seed is a whole number from 1 to ${LARGEST}`, [i]);
      } else if (seen.has(seed as number)) fail(`the seed ${seed} is listed twice`, [i]);
      seen.add(seed as number);
    });
    return [...seen].sort((a, b) => a - b);
  }) as unknown as z.ZodType<number[], unknown>;
