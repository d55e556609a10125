/** What is wrong with parameters of `escra/microservices` together, or with what their files say. */
import type { Platform } from "../hardware/mod.ts";
import type { Problem } from "../model/mod.ts";
import { type Application, parseApplication, placeIn } from "../workloads/mod.ts";
import type { Microservices } from "./parameters.ts";
import { STATIC_FLOOR } from "./policy.ts";

/** What a CPU takes of a group's quota at a time (`sched_cfs_bandwidth_slice_us`), ns. */
const SLICE = 5e6;
const MIB = 2 ** 20;

const known = new Map<string, Application>();

/** The application of a text that was checked before; parsed once for all settings of a scenario. */
function applicationOf(text: string, path: string): Application {
  let application = known.get(text);
  if (application === undefined) {
    if (known.size > 16) known.clear();
    known.set(text, application = parseApplication(text, path));
  }
  return application;
}

/** Every problem, at the parameter to change. */
export function problemsOf(
  p: Microservices,
  platform: Platform,
  input?: (path: string) => string | undefined,
): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (key: string | undefined, message: string) =>
    problems.push({ path: key === undefined ? [] : [key], message });
  if (platform.hosts.size < 2) {
    add(undefined, `platform "${platform.id}" has no worker beside its first host`);
  }
  if (p.warm_up >= p.duration) add("warm_up", "the warm-up must end before the run's duration");
  if (p.floor * p.report_period < SLICE) {
    const ms = p.floor * p.report_period / 1e6;
    add(
      "floor",
      `a limit of ${p.floor} cores is ${ms} ms per period: less than one slice of 5 ms, which a CPU ` +
        "takes at a time; raise it",
    );
  }
  if (p.quota_cpu !== undefined && p.quota_cpu < STATIC_FLOOR) {
    add(
      "quota_cpu",
      `a quota of ${p.quota_cpu} cores is less than the smallest pod's limit of ${STATIC_FLOOR}: ` +
        "no pod would ever be created",
    );
  }
  const whole = p.settle + p.duration;
  const never = (who: string) =>
    `${who} would not update once in ${whole / 1e9} s of settle and duration`;
  if (p.policy === "autopilot" && p.update_period > whole) {
    add("update_period", never("Autopilot"));
  }
  if (p.policy === "firm" && p.firm_period > whole) add("firm_period", never("FIRM"));
  const text = input?.(p.application);
  if (text === undefined) return problems;
  const { services, globalLimits } = applicationOf(text, p.application);
  const limit = globalLimits.get(p.limit_multiplier);
  if (p.policy !== "escra" || limit === undefined) return problems;
  const place = placeIn(text, p.application, ["global_limits", `${p.limit_multiplier}x`]);
  const least = services.length * p.floor;
  if (limit.cpu < least) {
    add(
      "application",
      `${place}: a global limit of ${limit.cpu} cores at ${p.limit_multiplier}x is under the ` +
        `sum of minima: ${services.length} containers of at least ${p.floor} cores are ${least} cores`,
    );
  }
  const share = p.initial_memory * limit.memory / services.length;
  if (share < MIB) {
    add(
      "application",
      `${place}: a global limit of ${limit.memory / MIB} MiB leaves ${services.length} ` +
        "containers less than 1 MiB each at first",
    );
  }
  return problems;
}
