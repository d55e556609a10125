/**
 * `freshen/day`: a day of applications drawn from the Azure distributions on a serverless platform:
 * how well activations are foretold and how long before, what freshen saves and what it wastes.
 */
import { z } from "zod";
import { LINUX_TCP, NETWORK_HOSTS, type Platform, runTransfer } from "../hardware/mod.ts";
import { type Process, Tally } from "../kernel/mod.ts";
import { defineExperiment } from "../model/mod.ts";
import {
  type Action,
  type Activation,
  type Container,
  type FreshenWork,
  ServerlessPlatform,
  type StartKind,
  TRIGGER_NAMES,
  triggerDelay,
  type TriggerName,
} from "../serverless/mod.ts";
import { bytes, duration, ratio } from "../units/mod.ts";
import { type Application, drawApplications, interArrivals } from "../workloads/azure2019/mod.ts";
import {
  ExplicitChain,
  type Forecast,
  HybridHistogram,
  LearntEdges,
  NO_PREDICTOR,
  type Predictor,
} from "./predict/mod.ts";
import { FrState, simDriver, type SimWait } from "./runtime/mod.ts";

const MS = 1e6;

const parameters = z.strictObject({
  applications: z.int("expected a whole number").min(1).max(100_000).default(1000).describe(
    "applications drawn",
  ),
  length: duration({ min: 1e9, max: 14 * 86_400e9 }).default(86_400e9).describe("simulated time"),
  functions: z.enum(["trace", "chapter"]).default("trace").describe(
    "functions per application: as digitised from the trace, or with the chapter's medians",
  ),
  execution: z.enum(["fit", "digitised"]).default("fit").describe(
    "execution times: the published fit (median 0.684 s) or the digitised figure (0.93 s)",
  ),
  orchestration: ratio({ max: 1 }).default(0.05).describe(
    "share of orchestration applications (6.9 % of functions have that trigger; per application unknown)",
  ),
  chained: ratio({ max: 1 }).default(0.27).describe(
    "share of other applications whose functions call each other: 27 % of functions have a queue, event, " +
      "storage or orchestration trigger",
  ),
  conditional: ratio({ max: 1 }).default(0.3).describe(
    "share of calls within chains that are made only sometimes (assumed)",
  ),
  most_daily: z.number().min(1).max(1e7).default(5000).describe(
    "most requests of an application in a day: the busiest tenth would be nearly all of the work",
  ),
  trigger: z.enum(TRIGGER_NAMES as ["direct", ...TriggerName[]]).default("sns").describe(
    "service between the functions of a chain",
  ),
  predictor: z.enum(["none", "explicit", "learnt", "histogram"]).default("learnt").describe(
    "explicit: chains of orchestration applications are known. learnt: from who called whom. histogram: " +
      "each function's own inter-arrival times",
  ),
  file_size: bytes({ min: 1, max: 1e9 }).default(1e6).describe("object that a function fetches"),
  ttl: duration({ max: 86_400e9 }).default(60e9).describe("how long fetched data holds"),
  confidence_threshold: ratio({ max: 1 }).default(0.5).describe(
    "moving share of right predictions below which hooks are no longer run",
  ),
  invokers: z.int("expected a whole number").min(1).max(1000).default(8).describe("invokers"),
  invoker_memory: bytes({ min: 2 ** 30, max: 2 ** 44 }).default(64 * 2 ** 30).describe(
    "memory of an invoker for containers",
  ),
});

type Parameters = z.output<typeof parameters>;

/** What a fetch costs, by the state of the connection; from the substrate's TCP, once per run. */
interface FetchTimes {
  readonly cold: number;
  readonly warm: number;
  readonly idle: number;
}

/** Idle time after which the window is back at its start (RTO times the halvings of a large window). */
const DECAYED = 2e9;
/** Idle time after which the store's front end has closed the connection. */
const CLOSED = 60e9;

function fetchTimes(p: Parameters, platform: Platform): FetchTimes {
  const hosts = [...platform.hosts.keys()];
  const link = platform.link(hosts[0], hosts[hosts.length - 1]);
  const setting = { link, host: NETWORK_HOSTS.get("linux-server")!, options: LINUX_TCP };
  const once = (connection: "cold" | "warm" | "idle") =>
    Math.round(
      runTransfer(setting, {
        direction: "get",
        bytes: p.file_size,
        connection,
        idle: connection === "idle" ? 2 * DECAYED : 0,
      }).total,
    );
  return { cold: once("cold"), warm: once("warm"), idle: once("idle") };
}

function predictorOf(p: Parameters): Predictor {
  if (p.predictor === "explicit") return new ExplicitChain({ when: "start" });
  if (p.predictor === "learnt") return new LearntEdges();
  return p.predictor === "histogram" ? new HybridHistogram() : NO_PREDICTOR;
}

/** The container's data and connection. */
interface Held {
  readonly state: FrState<SimWait>;
  /** When its connection was last used, ns. */
  used: number;
}

/** A day on the platform. */
export const day = defineExperiment({
  id: "freshen/day",
  says: "A day of Azure-like applications: accuracy and lead time of predictors, gain and waste",
  parameters,
  replications: "mean",
  columns: {
    invocations: { role: "measure", says: "activations" },
    cold_percent: { role: "measure", says: "activations that waited for a container to be made" },
    predictions: { role: "measure", says: "activations foretold" },
    precision_percent: { role: "measure", says: "predictions that came true" },
    recall_percent: { role: "measure", says: "activations that had been foretold" },
    lead_ms_p50: { role: "measure", says: "from a right prediction to the start, median" },
    in_time_percent: {
      role: "measure",
      says: "right predictions with a lead longer than a cold fetch",
    },
    hooks: { role: "measure", says: "hooks that ran to their end" },
    hit_percent: { role: "measure", says: "fetches served from fr_state" },
    fetch_ms: { role: "measure", says: "time of a function's fetch, mean" },
    wasted_bytes: { role: "measure", says: "bytes fetched by hooks and never used" },
    freshen_gbs_percent: { role: "measure", says: "hooks' share of the GB-seconds billed" },
  },
  *run({ parameters: p, platform: hardware, simulation }) {
    const sim = simulation({ horizon: p.length });
    const times = fetchTimes(p, hardware);
    const [fetching, leads] = [new Tally(), new Tally()];
    const starts: Record<StartKind, number> = { warm: 0, prewarmed: 0, cold: 0, recreated: 0 };
    let [hits, wasted] = [0, 0];
    const platform = new ServerlessPlatform(sim, {
      invokers: Array.from({ length: p.invokers }, (_, i) => ({ name: `invoker${i}` })),
      userMemory: p.invoker_memory,
      stemCells: [],
      confidence: {
        threshold: p.confidence_threshold,
        sensitiveThreshold: p.confidence_threshold,
        weight: 0.1,
        initial: 1,
      },
      onActivation: (a: Activation) => void starts[a.start]++,
      onRight: (lead: number) => leads.add(lead),
    });
    const driver = simDriver(sim);
    const held = (container: Container): Held =>
      container.scoped("held", () => {
        const mine: Held = {
          used: -Infinity,
          state: new FrState<SimWait>(driver, [{
            name: "object",
            kind: "fetch",
            ttl: p.ttl,
            size: () => p.file_size,
            *run() {
              const idle = sim.now - mine.used;
              yield idle > CLOSED ? times.cold : idle > DECAYED ? times.idle : times.warm;
              mine.used = sim.now;
            },
          }], {
            onEvent: ({ kind, bytes: size }) => {
              if (kind === "hit") hits++;
              else if (kind === "wasted") wasted += size ?? 0;
            },
          }),
        };
        container.onRemoved.push(() => mine.state.dispose());
        return mine;
      });
    const noise = sim.rng("execution");
    const delays = sim.rng("trigger delay");
    const branch = sim.rng("branch");
    const predictor = predictorOf(p);
    const hooked = p.predictor !== "none";
    const deploy = (app: Application, i: number, execution: number, memory: number) =>
      platform.register({
        name: `app${app.id}/f${i}`,
        namespace: `app${app.id}`,
        memory,
        timeout: Infinity,
        *run({ container }): Process {
          const began = sim.now;
          yield* held(container).state.fetch(0);
          fetching.add(sim.now - began);
          yield noise.logNormal(0, 0.5) * execution;
        },
        ...(hooked
          ? {
            *freshen(container: Container): Process<FreshenWork> {
              return { bytes: (yield* held(container).state.hook()).bytes };
            },
          }
          : {}),
      });
    const foretell = (forecasts: readonly Forecast[]) => {
      for (const { action, after, window } of forecasts) {
        // Chains are freshened at once; what is minutes ahead, shortly before its earliest time.
        const wait = after > 60e9 ? Math.max(0, after - 5e9) : 0;
        if (wait === 0) sim.spawn("freshen", platform.freshen(action, { window }));
        else {
          sim.after(wait, () => {
            sim.spawn("freshen", platform.freshen(action, { window: window - wait }));
          });
        }
      }
    };
    const invoke = function* (
      app: Application,
      actions: readonly Action[],
      i: number,
      by: Action | undefined,
    ): Process {
      const action = actions[i];
      foretell(predictor.requested(action, by, sim.now));
      yield* platform.invoke(action, undefined, by === undefined ? {} : { overhead: 0 });
      foretell(predictor.ended(action, sim.now));
      const next = app.chained ? app.functions[i + 1] : undefined;
      if (next === undefined || !(next.follows === 1 || branch.bernoulli(next.follows))) return;
      yield triggerDelay(p.trigger, delays);
      yield* invoke(app, actions, i + 1, action);
    };
    const applications = drawApplications({
      applications: p.applications,
      functions: p.functions,
      execution: p.execution,
      orchestration: p.orchestration,
      chained: p.chained,
      conditional: p.conditional,
      mostDaily: p.most_daily,
      longest: 60e9,
    }, (name) => sim.rng(name));
    for (const app of applications) {
      const actions = app.functions.map((f, i) => deploy(app, i, f.execution, f.memory));
      if (predictor instanceof ExplicitChain && app.orchestration) predictor.declare(actions);
      const rng = sim.rng(`arrivals of app ${app.id}`);
      const next = interArrivals(rng, app.interval, app.cv);
      const entries = app.chained ? 1 : actions.length;
      const arrive = () => {
        const i = entries === 1 ? 0 : rng.uniformInt(entries);
        sim.spawn("request", invoke(app, actions, i, undefined));
        sim.after(next(), arrive);
      };
      sim.after(rng.uniform() * app.interval, arrive);
    }
    sim.run();
    platform.predictions.settle();
    const { predictions, right, wrong } = platform.predictions.scores;
    const account = platform.ledger.total();
    const share = (n: number, of: number) => (of === 0 ? 0 : (100 * n) / of);
    const all = starts.warm + starts.prewarmed + starts.cold + starts.recreated;
    let inTime = 0;
    for (const lead of leads.values()) if (lead >= times.cold) inTime++;
    yield {
      invocations: all,
      cold_percent: share(all - starts.warm, all),
      predictions,
      precision_percent: share(right, right + wrong),
      recall_percent: share(right, all),
      lead_ms_p50: leads.count === 0 ? 0 : leads.quantile(0.5) / MS,
      in_time_percent: share(inTime, right),
      hooks: platform.outcomes.get("done") ?? 0,
      hit_percent: share(hits, fetching.count),
      fetch_ms: fetching.mean() / MS,
      wasted_bytes: wasted,
      freshen_gbs_percent: share(account.freshenGbs, account.freshenGbs + account.runGbs),
    };
  },
});
