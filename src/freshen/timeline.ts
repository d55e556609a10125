/** `freshen/timeline`: what runs when, if the function was predicted and if it was not (Figure 4.3). */
import { z } from "zod";
import type { Process } from "../kernel/mod.ts";
import { defineExperiment } from "../model/mod.ts";
import { duration } from "../units/mod.ts";
import { type Activity, functionAction } from "./function/model.ts";
import { checkStore, functionOptions, functionParameters, testbed } from "./testbed.ts";

const MS = 1e6;

const parameters = z.strictObject({
  ...functionParameters,
  timing: z.enum(["predicted", "unanticipated", "off"]).default("predicted").describe(
    "predicted: freshen is called when the trigger is sent. unanticipated: when the function is called. " +
      "off: never",
  ),
  lead: duration({ max: 3600e9 }).default(1282e6).describe(
    "from the trigger to the function's start; default: S3's median of Table 4.1",
  ),
  pause: duration({ max: 86_400e9 }).default(300e9).describe(
    "time since the function ran last in its container: data and connection are stale",
  ),
});

/** One function after a pause, with its freshen hook. */
export const timeline = defineExperiment({
  id: "freshen/timeline",
  says: "What function and freshen do when, for a predicted and an unanticipated invocation",
  parameters,
  replications: "rows",
  columns: {
    lane: { role: "key", says: "trigger, freshen or function" },
    activity: { role: "key", says: "what is done" },
    start_ms: { role: "measure", says: "begin, from the trigger" },
    end_ms: { role: "measure", says: "end, from the trigger" },
  },
  check: checkStore,
  *run({ parameters: p, platform: hardware, simulation }) {
    const sim = simulation();
    const { network, serverless } = testbed(sim, hardware);
    const platform = serverless({});
    const found: Activity[] = [];
    let [origin, started, ended] = [0, 0, 0];
    const policy = p.timing === "off" && p.policy.startsWith("freshen")
      ? "runtime-reuse"
      : p.policy;
    const action = platform.register(functionAction(sim, network, {
      ...functionOptions({ ...p, policy }, hardware, "function"),
      onActivity: (activity) => found.push(activity),
    }));
    const freshen = () => sim.spawn("freshen", platform.freshen(action, { window: 3600e9 }));
    sim.spawn(
      "client",
      (function* (): Process {
        yield* platform.invoke(action);
        yield p.pause;
        found.length = 0;
        origin = sim.now;
        if (p.timing === "predicted") freshen();
        yield p.lead;
        if (p.timing === "unanticipated") freshen();
        const done = yield* platform.invoke(action, undefined, { overhead: 0 });
        [started, ended] = [done.started, done.ended];
      })(),
    );
    sim.run();
    const at = (t: number) => (t - origin) / MS;
    yield { lane: "trigger", activity: "trigger", start_ms: 0, end_ms: at(started) };
    for (const { lane, activity, start, end } of found.sort((a, b) => a.start - b.start)) {
      // A served wrapper takes no time: nothing to draw.
      if (end > start) yield { lane, activity, start_ms: at(start), end_ms: at(end) };
    }
    yield { lane: "function", activity: "end", start_ms: at(ended), end_ms: at(ended) };
  },
});
