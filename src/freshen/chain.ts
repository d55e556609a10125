/**
 * `freshen/chain`: a chain of functions behind a trigger service, under each policy: the evaluation that
 * chapter 4 leaves to future work, lead time against trigger delay and wrong predictions included.
 */
import { z } from "zod";
import { type Process, Tally } from "../kernel/mod.ts";
import { defineExperiment } from "../model/mod.ts";
import {
  type Action,
  type Activation,
  TRIGGER_NAMES,
  triggerDelay,
  type TriggerName,
} from "../serverless/mod.ts";
import { duration, ratio } from "../units/mod.ts";
import { functionAction } from "./function/model.ts";
import { ExplicitChain, LearntEdges, NO_PREDICTOR, type Predictor } from "./predict/mod.ts";
import { checkStore, functionOptions, functionParameters, testbed } from "./testbed.ts";

const MS = 1e6;

const parameters = z.strictObject({
  ...functionParameters,
  trigger: z.enum(TRIGGER_NAMES as ["direct", ...TriggerName[]]).default("direct").describe(
    "service between the functions",
  ),
  functions: z.int("expected a whole number").min(2).max(100).default(8).describe(
    "functions of the chain; default: the chapter's median for orchestration applications",
  ),
  chains: z.int("expected a whole number").min(1).max(100_000).default(100).describe(
    "runs of the chain",
  ),
  interval: duration({ min: 1e6, max: 86_400e9 }).default(120e9).describe(
    "mean time between the end of a run and the next one (exponential)",
  ),
  predictor: z.enum(["none", "explicit", "learnt"]).default("explicit").describe(
    "explicit: the chain is declared. learnt: from who called whom",
  ),
  predict_at: z.enum(["start", "trigger"]).default("trigger").describe(
    "explicit: foretell when the function before begins, or when it sends the trigger",
  ),
  accuracy: ratio({ max: 1 }).default(1).describe(
    "how likely a function calls the declared next one; else it calls another with the same code",
  ),
  freshen_delay: duration({ max: 3600e9 }).default(0).describe(
    "wait between a prediction and the hook: a late platform",
  ),
  confidence_threshold: ratio({ max: 1 }).default(0.5).describe(
    "moving share of right predictions below which hooks are no longer run",
  ),
  category: z.enum(["latency-sensitive", "default", "latency-insensitive"]).default("default")
    .describe("service category that the owner chose"),
  window: duration({ min: 1e6, max: 3600e9 }).default(10e9).describe(
    "a prediction is wrong if nothing came within it",
  ),
});

type Parameters = z.output<typeof parameters>;

function predictorOf(p: Parameters): Predictor {
  if (p.predictor === "none" || !p.policy.startsWith("freshen")) return NO_PREDICTOR;
  if (p.predictor === "learnt") return new LearntEdges({ slack: 2 });
  return new ExplicitChain({ when: p.predict_at, window: p.window });
}

/** A linear chain of like functions. */
export const chain = defineExperiment({
  id: "freshen/chain",
  says: "Latency, cost and accuracy of a function chain without reuse, with reuse and with freshen",
  parameters,
  replications: "mean_ci",
  columns: {
    latency_ms_p50: { role: "measure", says: "run of a function after the first, median" },
    latency_ms_p99: { role: "measure", says: "the same, 99th percentile" },
    run_ms: { role: "measure", says: "the same, mean" },
    latency_ms_stddev: { role: "measure", says: "the same, standard deviation" },
    chain_ms_p50: { role: "measure", says: "the chain from request to end, median" },
    lead_ms: {
      role: "measure",
      says: "from a right prediction to the request, mean; 0 without any",
    },
    in_time_percent: {
      role: "measure",
      says: "functions after the first whose hook had ended when they began",
    },
    precision_percent: { role: "measure", says: "predictions that came true" },
    recall_percent: { role: "measure", says: "functions after the first that had been foretold" },
    hook_ms: { role: "measure", says: "run of a hook, mean" },
    wasted_bytes: {
      role: "measure",
      says: "bytes moved for predictions that were wrong, per chain",
    },
    billed_ms: { role: "measure", says: "billed to the owner per chain, hooks included" },
  },
  check(p, platform) {
    if (p.predict_at === "start" && p.predictor !== "explicit") {
      return [{ path: ["predict_at"], message: "predict_at applies to predictor: explicit" }];
    }
    return checkStore(p, platform);
  },
  *run({ parameters: p, platform: hardware, simulation }) {
    const sim = simulation();
    const { network, serverless } = testbed(sim, hardware);
    const gate = p.confidence_threshold;
    const platform = serverless({
      confidence: {
        threshold: gate,
        sensitiveThreshold: Math.min(gate, 0.1),
        weight: 0.1,
        initial: 1,
      },
    });
    const deploy = (name: string) =>
      platform.register({
        ...functionAction(sim, network, functionOptions(p, hardware, name)),
        category: p.category,
      });
    const usual = Array.from({ length: p.functions }, (_, i) => deploy(`f${i}`));
    const other = usual.map((_, i) => deploy(`g${i}`));
    const predictor = predictorOf(p);
    if (predictor instanceof ExplicitChain) {
      // What follows the other branch is declared, too: only the choice is uncertain.
      predictor.declare(usual);
      for (let i = 0; i + 1 < p.functions; i++) predictor.declare([other[i], usual[i + 1]]);
    }
    const [latency, whole] = [new Tally(), new Tally()];
    let [inTime, later] = [0, 0];
    const hookEnded = new Map<Action, number>();
    const foretell = (forecasts: ReturnType<Predictor["requested"]>) => {
      for (const { action, window } of forecasts) {
        sim.spawn(
          "freshen",
          (function* (): Process {
            const outcome = yield* platform.freshen(action, {
              window: Math.max(window, p.window),
              delay: p.freshen_delay,
            });
            if (outcome === "done") hookEnded.set(action, sim.now);
          })(),
        );
      }
    };
    const choice = sim.rng("branch");
    const delays = sim.rng("trigger delay");
    const arrivals = sim.rng("arrivals");
    const step = function* (
      action: Action,
      by: Action | undefined,
      overhead: number | undefined,
    ): Process<Activation> {
      foretell(predictor.requested(action, by, sim.now));
      const done = yield* platform.invoke(
        action,
        undefined,
        overhead === undefined ? {} : { overhead },
      );
      foretell(predictor.ended(action, sim.now));
      return done;
    };
    const once = function* (count: boolean): Process {
      const began = sim.now;
      let by: Action | undefined;
      for (let i = 0; i < p.functions; i++) {
        const action = i === 0 || choice.bernoulli(p.accuracy) ? usual[i] : other[i];
        if (i > 0) yield triggerDelay(p.trigger, delays);
        const asked = sim.now;
        const done = yield* step(action, by, i === 0 ? undefined : 0);
        by = action;
        if (!count || i === 0) continue;
        latency.add(done.ended - done.started);
        later++;
        const hook = hookEnded.get(action);
        if (hook !== undefined && hook <= done.started && hook > asked - p.window) inTime++;
        hookEnded.delete(action);
      }
      if (count) whole.add(sim.now - began);
    };
    sim.spawn(
      "client",
      (function* (): Process {
        for (const action of [...usual, ...other]) yield* platform.invoke(action);
        for (let i = 0; i < p.chains; i++) {
          yield arrivals.exponential(p.interval);
          yield* once(true);
        }
        yield 2 * p.window; // what has not come by now does not come
      })(),
    );
    sim.run();
    platform.predictions.settle();
    const { right, wrong, lead } = platform.predictions.scores;
    const account = platform.ledger.total();
    const part = (n: number, of: number) => (of === 0 ? 0 : (100 * n) / of);
    yield {
      latency_ms_p50: latency.quantile(0.5) / MS,
      latency_ms_p99: latency.quantile(0.99) / MS,
      run_ms: latency.mean() / MS,
      latency_ms_stddev: latency.stddev() / MS,
      chain_ms_p50: whole.quantile(0.5) / MS,
      lead_ms: right === 0 ? 0 : lead / right / MS,
      in_time_percent: part(inTime, later),
      precision_percent: part(right, right + wrong),
      recall_percent: part(right, later),
      hook_ms: account.freshens === 0 ? 0 : account.freshenTime / account.freshens / MS,
      wasted_bytes: account.wastedBytes / p.chains,
      billed_ms: (account.runTime + account.freshenTime) / p.chains / MS,
    };
  },
});
