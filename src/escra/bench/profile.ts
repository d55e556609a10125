/**
 * What the profiling run of each application measures, beside the published totals at 1x: sums of the
 * containers' peaks. `deno run -A src/escra/bench/profile.ts`. MediaMicroservice's profile is published.
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { buildPlatform, platformSchema } from "../../hardware/mod.ts";
import { Simulation } from "../../kernel/mod.ts";
import { parseApplication } from "../../workloads/mod.ts";
import { clusterOptions } from "../microservices.ts";
import { microservices } from "../parameters.ts";
import { STATIC_FLOOR } from "../policy.ts";
import { profile } from "../profile.ts";

const file = (path: string) =>
  readFileSync(new URL(`../../../scenarios/${path}`, import.meta.url), "utf8");
const platform = buildPlatform(platformSchema.parse(parse(file("hardware/cloudlab-escra.yaml"))));
const GIB = 2 ** 30;

for (const name of ["hipster", "teastore", "trainticket"]) {
  const application = parseApplication(file(`apps/${name}.yaml`), name);
  const p = microservices.parse({ application: name });
  const peaks = profile({
    ...clusterOptions(p, platform),
    sim: new Simulation({ seed: 1 }),
    application,
    load: {
      workload: p.profile_workload,
      scale: p.profile_rate,
      connections: p.connections,
      duration: p.profile_duration,
      warmUp: 0,
    },
    includeStart: p.profile_start,
    interval: p.profile_interval,
  });
  const sum = (of: (i: number) => number) => peaks.reduce((total, _, i) => total + of(i), 0);
  const at = (i: number) => peaks[i] as typeof peaks[number];
  const published = application.globalLimits.get(1);
  console.log(
    `${name}: CPU ${sum((i) => at(i).cpu).toFixed(1)} of ${published?.cpu.toFixed(1)} cores, ` +
      `${
        peaks.filter((l) => l.cpu <= STATIC_FLOOR).length
      } of ${peaks.length} at or under the floor; memory ` +
      `${(sum((i) => at(i).memory) / GIB).toFixed(1)} of ${
        ((published?.memory ?? 0) / GIB).toFixed(1)
      } GiB`,
  );
}
