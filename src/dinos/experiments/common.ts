/** Parameters that the experiments of this room share. */
import { z } from "zod";
import type { Platform } from "../../hardware/mod.ts";
import { MEMORY_PARTS, type MemoryValues, memoryValues } from "../../hardware/memory/mod.ts";
import type { Problem } from "../../model/mod.ts";
import type { Constraint } from "../scheduler/constraints.ts";

/** A whole number with limits and words. */
export const count = (says: string, min: number, max: number) =>
  z.int(`expected a whole number: ${says}`)
    .min(min, `expected at least ${min}: ${says}`)
    .max(max, `expected at most ${max}: ${says}`)
    .describe(says);

/** Memory system of a platform's first host; undefined when none is known. */
export function valuesOf(platform: Platform): MemoryValues | undefined {
  const part = MEMORY_PARTS.get([...platform.hosts.values()][0].part);
  return part === undefined ? undefined : memoryValues(part);
}

/** The same with or without turbo: without, every core runs as when all of its socket are busy. */
export function clocked(values: MemoryValues, turbo: boolean): MemoryValues {
  return turbo ? values : { ...values, turboSingle: values.turboAll };
}

/** Said when a platform has no memory system to stand on. */
export function noMemory(platform: Platform): Problem {
  return {
    path: [],
    message: `platform "${platform.id}" has no NUMA memory system; use a host of ${
      [...MEMORY_PARTS.keys()].join(", ")
    }`,
  };
}

const constraintName = z.string().min(1).max(60).describe("name in errors and warnings");
const process = z.string().min(1).describe("process that it is about");
const hosts = z.array(count("host, from 0", 0, 1023)).min(1);

/** A user's constraint beside the policy's own. */
export const constraintSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    name: constraintName,
    kind: z.literal("allow"),
    process,
    hosts: hosts.describe("its requests go to these hosts only"),
    weight: count("soft: what each request there counts; without it the constraint is hard", 1, 1e6)
      .optional(),
  }),
  z.strictObject({
    name: constraintName,
    kind: z.literal("at_most"),
    process,
    resource: z.enum(["cores", "memslices"]),
    amount: count("most of the resource on one host", 0, 1e6),
  }),
  z.strictObject({
    name: constraintName,
    kind: z.literal("max_hosts"),
    process,
    hosts: count("most hosts with something of the process", 1, 1024),
  }),
  z.strictObject({
    name: constraintName,
    kind: z.literal("apart"),
    process,
    from: z.string().min(1).describe("process with which it shares no host"),
  }),
]);

/** What is wrong with constraints: names used twice, hosts or processes that do not exist. */
export function constraintProblems(
  list: readonly Constraint[],
  hostCount: number,
  processes: readonly string[],
): Problem[] {
  return list.flatMap((c, i): Problem[] => {
    const at = (key: string, message: string) => ({ path: ["constraints", i, key], message });
    const problems: Problem[] = [];
    if (list.findIndex((o) => o.name === c.name) < i) {
      problems.push(at("name", `a second constraint "${c.name}"; give each its own name`));
    }
    for (const h of c.kind === "allow" ? c.hosts : []) {
      if (h >= hostCount) {
        problems.push(at("hosts", `host ${h} does not exist; the rack has 0..${hostCount - 1}`));
      }
    }
    for (const key of ["process", "from"] as const) {
      const name = (c as unknown as Record<string, string>)[key];
      if (name !== undefined && !processes.includes(name)) {
        problems.push(
          at(key, `no process "${name}" asks for anything; known: ${processes.join(", ")}`),
        );
      }
    }
    return problems;
  });
}
