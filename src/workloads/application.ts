/** A microservice application as the engine runs it: services and operations by number. */
import { unknownName } from "../units/mod.ts";
import {
  applicationSchema,
  type ApplicationYaml,
  type CallYaml,
  RUNTIME_DEFAULTS,
} from "./application-schema.ts";
import { type Mistake, readInput } from "../yaml/mod.ts";

/** A call to an operation. */
export interface Call {
  readonly operation: number;
  readonly probability: number;
  readonly wait: boolean;
  /** When the caller gives up, ns; Infinity: never. */
  readonly timeout: number;
  /** An error or time-out of it is none of the caller's. */
  readonly optional: boolean;
}

/** One operation of a service. */
export interface Operation {
  /** Its index in `Application.operations`. */
  readonly id: number;
  readonly name: string;
  readonly service: number;
  /** Mean CPU time, ns; half of it is used before the calls if there are any. */
  readonly cpu: number;
  /** Mean CPU time that no request waits for, used when it is over, ns. */
  readonly beside: number;
  /** Steps in order; the calls of a step are made at the same time. */
  readonly steps: readonly (readonly Call[])[];
  /** Which execution of its request makes the calls; 0: each does. */
  readonly afterArrivals: number;
  /** Share of its executions that end with an error. */
  readonly fails: number;
}

/** One service: one container. Bytes and ns. */
export interface Service {
  readonly name: string;
  readonly threads: number;
  readonly cpus: number;
  readonly cpuVariation: number;
  /** CPU time beside the first calls, ns. */
  readonly warmUp: { readonly cpu: number; readonly calls: number } | undefined;
  /** Least time from a restart to readiness, and CPU time used before it on so many threads. */
  readonly start: number;
  readonly startWork: { readonly cpu: number; readonly threads: number } | undefined;
  readonly memory: number;
  readonly requestMemory: number;
  readonly heap: number;
  readonly heapStep: number;
  /** The heap's bound, of the memory limit at the start; 1: none. */
  readonly heapShare: number;
  readonly pageCache: number;
  readonly pageCacheStep: number;
  readonly background:
    | { readonly every: number; readonly cpu: number; readonly threads: number }
    | undefined;
  /** Published peak CPU use, cores. */
  readonly profile: number | undefined;
  readonly profileMemory: number | undefined;
}

/** One type of request. */
export interface RequestType {
  readonly name: string;
  /** Share of all requests, 0 to 1. */
  readonly share: number;
  readonly operation: number;
  readonly errors: number;
  /** HTTP status of those. */
  readonly errorsStatus: number;
  /** ns; Infinity: none */
  readonly timeout: number;
}

/** When the HTTP server that clients are connected to closes a connection. */
export interface Entry {
  /** Behind so many replies on it; Infinity: never. */
  readonly keepAliveRequests: number;
  /** Behind a reply with one of these statuses. */
  readonly closesOn: ReadonlySet<number>;
}

/** A checked application. */
export interface Application {
  readonly id: string;
  readonly title: string;
  readonly services: readonly Service[];
  readonly operations: readonly Operation[];
  readonly requests: readonly RequestType[];
  readonly entry: Entry;
  /** CPU (cores) and memory (bytes) of the whole application, by multiplier. */
  readonly globalLimits: ReadonlyMap<number, { readonly cpu: number; readonly memory: number }>;
}

type Written = Exclude<CallYaml, string>;

const callsOf = (
  step: ApplicationYaml["services"][string]["operations"][string]["calls"][number],
) =>
  (typeof step === "object" && "parallel" in step ? step.parallel : [step]).map(
    (call): Written =>
      typeof call === "string"
        ? { call, times: 1, probability: 1, wait: true, optional: false }
        : call,
  );

/**
 * Reads and checks an application.
 *
 * @throws {InputError} with file, line and column: a call to what is not there, calls in a circle.
 */
export function parseApplication(text: string, file: string): Application {
  return compile(readInput(text, file, FORM));
}

/** Largest file, in bytes: a thousand services fit; the parser takes seconds for more. */
const MOST = 256 * 1024;
const FORM = { what: "application", schema: applicationSchema, review, most: MOST };

/** One CFS bandwidth slice of 5 ms in each period of 100 ms, cores: no CPU can be given less. */
const SLICE_SHARE = 0.05;

function review(yaml: ApplicationYaml): Mistake[] {
  const mistakes: Mistake[] = [];
  if (Object.keys(yaml.services).length === 0) {
    mistakes.push({ path: ["services"], message: "no containers: expected at least one service" });
  }
  if (Object.keys(yaml.requests).length === 0) {
    mistakes.push({ path: ["requests"], message: "expected at least one type of request" });
  }
  const n = Object.keys(yaml.services).length;
  for (const [times, { cpu }] of Object.entries(yaml.global_limits)) {
    if (cpu >= n * SLICE_SHARE) continue;
    mistakes.push({
      path: ["global_limits", times, "cpu"],
      message:
        `${cpu} cores for ${n} containers are less than one slice each (5 ms of a period of ` +
        `100 ms: ${SLICE_SHARE} core); expected at least ${n * SLICE_SHARE} cores`,
    });
  }
  const refers = (target: string, path: (string | number)[]) => {
    const [service, operation] = target.split("/") as [string, string];
    const found = yaml.services[service];
    if (found === undefined) {
      const message = unknownName("service", service, Object.keys(yaml.services));
      mistakes.push({ path, message });
    } else if (found.operations[operation] === undefined) {
      const message = unknownName("operation", operation, Object.keys(found.operations));
      mistakes.push({ path, message: `service "${service}": ${message}` });
    }
  };
  const calls = new Map<string, string[]>();
  for (const [name, service] of Object.entries(yaml.services)) {
    if (service.runtime !== undefined && yaml.runtimes[service.runtime] === undefined) {
      const message = unknownName("runtime", service.runtime, Object.keys(yaml.runtimes));
      mistakes.push({ path: ["services", name, "runtime"], message });
    }
    for (const [op, { calls: steps }] of Object.entries(service.operations)) {
      const targets: string[] = [];
      steps.forEach((step, i) => {
        for (const { call } of callsOf(step)) {
          refers(call, ["services", name, "operations", op, "calls", i]);
          targets.push(call);
        }
      });
      calls.set(`${name}/${op}`, targets);
    }
  }
  for (const [name, request] of Object.entries(yaml.requests)) {
    refers(request.call, ["requests", name, "call"]);
  }
  const circle = findCircle(calls);
  if (circle !== undefined) {
    const [service, operation] = (circle[0] as string).split("/") as [string, string];
    mistakes.push({
      path: ["services", service, "operations", operation, "calls"],
      message: `these calls never end: ${circle.join(" → ")}; break the circle`,
    });
  }
  return mistakes;
}

/** Operations that call each other in a circle, the first one repeated at the end. */
function findCircle(calls: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): string[] | undefined => {
    const at = path.indexOf(name);
    if (at >= 0) return [...path.slice(at), name];
    if (done.has(name)) return undefined;
    path.push(name);
    for (const next of calls.get(name) ?? []) {
      const found = visit(next);
      if (found !== undefined) return found;
    }
    path.pop();
    done.add(name);
    return undefined;
  };
  for (const name of calls.keys()) {
    const found = visit(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function compile(yaml: ApplicationYaml): Application {
  const names = Object.keys(yaml.services);
  const numbers = new Map<string, number>();
  for (const name of names) {
    for (const op of Object.keys(yaml.services[name]?.operations ?? {})) {
      numbers.set(`${name}/${op}`, numbers.size);
    }
  }
  const number = (target: string) => numbers.get(target) as number;
  const setting = (name: string) => {
    const own = yaml.services[name] as ApplicationYaml["services"][string];
    const runtime = own.runtime === undefined ? {} : yaml.runtimes[own.runtime];
    return { ...RUNTIME_DEFAULTS, ...defined(runtime ?? {}), ...defined(own) } as
      & typeof RUNTIME_DEFAULTS
      & typeof own;
  };
  const services = names.map((name): Service => {
    const own = yaml.services[name] as ApplicationYaml["services"][string];
    const all = setting(name);
    return {
      name,
      threads: all.threads,
      cpus: all.cpus,
      cpuVariation: all.cpu_variation,
      warmUp: all.warm_up,
      start: all.start,
      startWork: all.start_work,
      memory: all.memory,
      requestMemory: all.request_memory,
      heap: all.heap,
      heapStep: all.heap_step,
      heapShare: all.heap_share,
      pageCache: all.page_cache,
      pageCacheStep: all.page_cache_step,
      background: all.background,
      profile: own.profile,
      profileMemory: own.profile_memory,
    };
  });
  const operations: Operation[] = [];
  names.forEach((name, service) => {
    const { serve, call: ask, aside } = setting(name) as Record<"serve" | "call" | "aside", number>;
    for (const [op, o] of Object.entries(yaml.services[name]?.operations ?? {})) {
      const steps = o.calls.flatMap((step) => {
        const group = callsOf(step);
        const one = group.map((c): Call => ({
          operation: number(c.call),
          probability: c.probability,
          wait: c.wait,
          timeout: c.timeout ?? Infinity,
          optional: c.optional,
        }));
        const times = Math.max(...group.map((c) => c.times));
        return Array.from(
          { length: times },
          (_, i) => one.filter((_, k) => i < (group[k] as Written).times),
        );
      });
      const calls = steps.reduce(
        (sum, step) => sum + step.reduce((n, c) => n + c.probability, 0),
        0,
      );
      operations.push({
        id: operations.length,
        name: `${name}/${op}`,
        service,
        ...demand(o.cpu + serve + ask * calls, aside, yaml, o.work),
        steps,
        afterArrivals: o.after_arrivals ?? 0,
        fails: o.fails,
      });
    }
  });
  const total = Object.values(yaml.requests).reduce((sum, { share }) => sum + share, 0);
  return {
    id: yaml.id,
    title: yaml.title,
    services,
    operations,
    requests: Object.entries(yaml.requests).map(([name, r]) => ({
      name,
      share: r.share / total,
      operation: number(r.call),
      errors: r.errors,
      errorsStatus: r.errors_status,
      timeout: r.timeout ?? Infinity,
    })),
    entry: {
      keepAliveRequests: yaml.entry?.keepalive_requests ?? Infinity,
      closesOn: new Set(yaml.entry?.closes_on),
    },
    globalLimits: new Map(
      Object.entries(yaml.global_limits).map(([times, limits]) => [parseFloat(times), limits]),
    ),
  };
}

/**
 * CPU time of an operation, ns, and how much of it no request waits for: `bare` times `cpu_scale`, of
 * which requests wait for `path_scale` times the bare program's, if that is said and not more.
 */
function demand(
  bare: number,
  aside: number,
  { cpu_scale, path_scale }: ApplicationYaml,
  work: number,
): { cpu: number; beside: number } {
  const path = Math.min(cpu_scale, path_scale ?? cpu_scale);
  const cpu = bare * path + work;
  return { cpu, beside: bare * (cpu_scale * (1 + aside) - path) + work * aside };
}

function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Partial<T>;
}
