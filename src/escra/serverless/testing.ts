/** For this folder's tests: the shipped cluster, and a run with changed parameters. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { buildPlatform, type Platform, platformSchema } from "../../hardware/mod.ts";
import { Simulation } from "../../kernel/mod.ts";
import { resolve, serverless } from "./parameters.ts";
import { runServerless } from "./run.ts";

const FILE = new URL(
  "../../../scenarios/hardware/cloudlab-escra-serverless.yaml",
  import.meta.url,
);

/** The cluster of section 5.6.5. */
export function cluster(): Platform {
  return buildPlatform(platformSchema.parse(parse(readFileSync(FILE, "utf8"))));
}

/** One run; parameters as a scenario writes them. */
export function run(parameters: Readonly<Record<string, unknown>>, seed = 1) {
  const p = resolve(serverless.parse(parameters));
  const sim = new Simulation({ seed });
  return { sim, p, ...runServerless(sim, cluster(), p) };
}
