/** An NPU as a platform YAML writes it, and as the models read it. */
import { z } from "zod";
import { byteRate, bytes, duration, frequency } from "../../units/mod.ts";
import { type NpuConstant, type NpuPart, XDNA } from "./part.ts";

/** Named NPUs. */
export const NPU_PARTS: ReadonlyMap<string, NpuPart> = new Map([["xdna", XDNA]]);

/** What a platform YAML may say of its NPU: a part, and what differs from it. */
export const npuSchema = z.strictObject({
  part: z.enum([...NPU_PARTS.keys()] as [string, ...string[]])
    .describe(`named NPU: ${[...NPU_PARTS.keys()].join(", ")}`),
  clock: frequency({ min: 1e8, max: 5e9 }).describe("clock of array and streams").optional(),
  ddr_rate: byteRate({ min: 1e8, max: 1e12 }).describe("all shim DMA traffic together").optional(),
  launch_floor: duration({ max: 1e9 }).describe("what the smallest launch takes").optional(),
  core_memory: bytes({ min: 4096, max: 2 ** 24 }).describe("L1 of a compute tile").optional(),
  mem_memory: bytes({ min: 4096, max: 2 ** 28 }).describe("L2 of a memory tile").optional(),
});

/** What `npuSchema` gives: canonical units, still by part name. */
export type NpuYaml = z.output<typeof npuSchema>;

/** The constants of an NPU with some set to other values; undefined ones stay. */
export function changedNpu(
  base: NpuPart,
  values: { readonly [K in keyof NpuPart]?: number | undefined },
): NpuPart {
  const changed: Record<string, NpuConstant> = { ...base };
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    changed[name] = { ...changed[name], value, mark: "assumed", source: "set by the scenario" };
  }
  return changed as NpuPart;
}

/** The constants of an NPU, with what the platform says differently. */
export function resolveNpu(yaml: NpuYaml): NpuPart {
  return changedNpu(NPU_PARTS.get(yaml.part) as NpuPart, {
    clock: yaml.clock,
    ddrRate: yaml.ddr_rate,
    launchFloor: yaml.launch_floor,
    coreMemory: yaml.core_memory,
    memMemory: yaml.mem_memory,
  });
}
