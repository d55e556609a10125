/** `freshen/triggers`: from just before a trigger to the start of the triggered function (Table 4.1). */
import { z } from "zod";
import { type Process, Tally } from "../kernel/mod.ts";
import { defineExperiment } from "../model/mod.ts";
import { ServerlessPlatform, TRIGGER_NAMES, triggerDelay, TRIGGERS } from "../serverless/mod.ts";
import { duration } from "../units/mod.ts";

const parameters = z.strictObject({
  trigger: z.enum(TRIGGER_NAMES as ["direct", ...typeof TRIGGER_NAMES]).default("direct").describe(
    "service between the two functions",
  ),
  samples: z.int("expected a whole number").min(1).max(1e6).default(20_000).describe(
    "runs; the chapter's 20k",
  ),
  pause: duration({ min: 0, max: 3600e9 }).default(1e9).describe(
    "time between runs: short enough that the triggered function's container is kept",
  ),
});

/** The chapter's measurement: two functions, the clock read just before the trigger and at the start. */
export const triggers = defineExperiment({
  id: "freshen/triggers",
  says: "Delay between invoking a function through a service and its start, cold starts left out",
  parameters,
  replications: "mean",
  columns: {
    service: { role: "key", says: "name of the service as printed" },
    delay_median_s: { role: "measure", says: "median delay" },
    delay_p10_s: { role: "measure", says: "10th percentile" },
    delay_p90_s: { role: "measure", says: "90th percentile" },
    cold_starts: { role: "measure", says: "runs left out because of a cold start" },
    samples: { role: "measure", says: "runs counted" },
  },
  *run({ parameters: p, simulation }) {
    const sim = simulation();
    // The measured delays end when the function begins: whatever AWS does to thaw it is part of them.
    const platform = new ServerlessPlatform(sim, {
      invokers: [{ name: "invoker" }],
      pauseGrace: 600e9,
    });
    const delays = new Tally();
    const rng = sim.rng("trigger delay");
    let cold = 0;
    const second = platform.register({
      name: "triggered",
      *run(): Process {
        yield 1e6;
      },
    });
    sim.spawn(
      "measurement",
      (function* (): Process {
        for (let i = 0; i < p.samples;) {
          const before = sim.now;
          yield triggerDelay(p.trigger, rng);
          const done = yield* platform.invoke(second, undefined, { overhead: 0 });
          if (done.start !== "warm") cold++;
          else {
            delays.add(done.started - before);
            i++;
          }
          yield p.pause;
        }
      })(),
    );
    sim.run();
    yield {
      service: TRIGGERS[p.trigger].title,
      delay_median_s: delays.quantile(0.5) / 1e9,
      delay_p10_s: delays.quantile(0.1) / 1e9,
      delay_p90_s: delays.quantile(0.9) / 1e9,
      cold_starts: cold,
      samples: delays.count,
    };
  },
});
