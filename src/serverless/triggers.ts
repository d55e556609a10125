/**
 * Services between functions: the delay from just before the trigger to the start of the triggered
 * function, without cold starts (Table 4.1). Each is log-normal: the median is the chapter's, the spread
 * is from later measurements of the same or the most alike service.
 */
import type { Rng } from "../kernel/mod.ts";
import type { Constant } from "../hardware/mod.ts";

/** The services of Table 4.1. */
export type TriggerName = "step-functions" | "direct" | "sns" | "s3";

/** A trigger service. */
export interface Trigger {
  readonly title: string;
  /** Median delay, ns. */
  readonly median: Constant;
  /** 90th percentile over median. */
  readonly spread: Constant;
}

const MS = 1e6;
const CHAPTER = "Dissertation Table 4.1: median of 20,000 runs in AWS";
const OTHERS = "bitesizedserverless.com 2022, eu-west-1, 1024 runs";

const trigger = (
  title: string,
  median: number,
  p50: number,
  p90: number,
  how: string,
): Trigger => ({
  title,
  median: { value: median * MS, unit: "ns", mark: "published", source: CHAPTER },
  spread: {
    value: p90 / p50,
    unit: "count",
    mark: how.startsWith("as") ? "assumed" : "published",
    source: `${p50} and ${p90} ms at p50 and p90: ${how}, ${OTHERS}`,
  },
});

/** Trigger services in the order of Table 4.1. */
export const TRIGGERS: Readonly<Record<TriggerName, Trigger>> = {
  "step-functions": trigger("Step Functions", 64, 77, 129, "Step Functions Express, synchronous"),
  direct: trigger("Direct (Boto3)", 60, 77, 129, "as Step Functions Express, synchronous"),
  sns: trigger("SNS Pub/Sub", 253, 73, 125, "SNS"),
  s3: trigger("S3 bucket", 1282, 395, 579, "as EventBridge, which also carries S3 events"),
};

/** Names of the services, in the table's order. */
export const TRIGGER_NAMES = Object.keys(TRIGGERS) as TriggerName[];

/** One delay of a service, ns. */
export function triggerDelay(name: TriggerName, rng: Rng): number {
  const { median, spread } = TRIGGERS[name];
  return Math.round(rng.logNormalByPercentiles(median.value, median.value * spread.value));
}
