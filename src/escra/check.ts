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

/** A limit of which no CPU could take a slice. */
export function sliceProblem(
  { floor, report_period: period }: { readonly floor: number; readonly report_period: number },
): Problem[] {
  if (floor * period >= SLICE) return [];
  const message = `a limit of ${floor} cores is ${floor * period / 1e6} ms per period: less than ` +
    "one slice of 5 ms, which a CPU takes at a time; raise it";
  return [{ path: ["floor"], message }];
}

/** A fault that a run would end before. @param end of the run, ns. */
export function faultProblem(key: string, at: number, end: number): Problem[] {
  if (at <= end) return [];
  const message = `the fault would come at ${at / 1e9} s, and the run ends at ${end / 1e9} s; ` +
    "times count from the deployment";
  return [{ path: [key], message }];
}

/** A total from which not every container could have its smallest limit. */
export function minimaProblem(
  key: string,
  total: number,
  containers: number,
  floor: number,
  place = "",
): Problem[] {
  const least = containers * floor;
  if (total + 1e-9 >= least) return [];
  const cores = (x: number) => Number(x.toPrecision(6));
  const message = `${place}a global limit of ${cores(total)} cores is under the sum of minima: ` +
    `${containers} containers of at least ${floor} cores are ${cores(least)} cores`;
  return [{ path: [key], message }];
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
  problems.push(...sliceProblem(p));
  if (p.quota_cpu !== undefined && p.quota_cpu < STATIC_FLOOR) {
    add(
      "quota_cpu",
      `a quota of ${p.quota_cpu} cores is less than the smallest pod's limit of ${STATIC_FLOOR}: ` +
        "no pod would ever be created",
    );
  }
  const whole = p.settle + p.duration;
  problems.push(
    ...faultProblem("restart_at", p.restart_at, whole),
    ...faultProblem("fail_worker_at", p.fail_worker_at, whole),
  );
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
  problems.push(
    ...minimaProblem(
      "application",
      limit.cpu,
      services.length,
      p.floor,
      `${place}: at ${p.limit_multiplier}x `,
    ),
  );
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
