/** When requests are sent: the open-loop schedules of section 5.6.1, one per connection. */
import type { Rng } from "../kernel/mod.ts";
import { InputError } from "../yaml/mod.ts";

const S = 1e9;

/** The workloads of section 5.6.1. */
export const WORKLOADS = ["fixed", "exp", "burst", "alibaba"] as const;

/** One of the workloads of section 5.6.1. */
export type Workload = typeof WORKLOADS[number];

/** What the chapter says of each workload, requests per second and seconds. */
export const WORKLOAD_CONSTANTS = {
  /** "a constant 400 requests per second" */
  fixed: 400,
  /** "an exponential distribution with lambda = 300" */
  exp: 300,
  /** "a fixed 50 req/sec. with an additional 10 second exponential burst, lambda = 600, every 20 s" */
  burst: { base: 50, extra: 600, on: 10, every: 20 },
  /** "sped up by 10x ... rates anywhere from 56-548 req/sec" */
  alibaba: { low: 56, high: 548 },
} as const;

/** Intended send times of one connection: each call gives the next, ns; Infinity: no more. */
export type SendTimes = () => number;

/** Which of the chapter's workloads, how much of it and how long. */
export interface WorkloadOptions {
  readonly workload: Workload;
  /** Multiplies every rate. */
  readonly scale: number;
  /** Mean of burst or alibaba before `scale`, per second; default: what the chapter's rates give. */
  readonly mean?: number | undefined;
  /** Connections that share the rate evenly, as wrk2's do. */
  readonly connections: number;
  /** ns */
  readonly duration: number;
}

/** wrk2 opens one connection after the other, this long apart, and each has a clock of its own from then on, ns. */
const STAGGER = 1e6;

/**
 * Schedules of all connections; the random streams are `rng(name)`. As in wrk2 (`delayed_initial_connect`), a
 * connection's first request is due a gap after it was opened, so that those of a constant rate come close together.
 */
export function sendTimes(options: WorkloadOptions, rng: (name: string) => Rng): SendTimes[] {
  const { workload, scale, connections, duration } = options;
  const trace = workload === "alibaba" ? syntheticTrace(duration, rng("arrivals trace")) : [];
  const share = scale / connections *
    (options.mean === undefined ? 1 : options.mean / ownMean(workload, trace));
  return Array.from({ length: connections }, (_, c) => {
    const opened = c * STAGGER;
    const random = rng(`arrivals ${c}`);
    const until = (times: SendTimes): SendTimes => () => {
      const at = times();
      return at < duration ? at : Infinity;
    };
    if (workload === "fixed") return until(even(() => WORKLOAD_CONSTANTS.fixed * share, opened));
    if (workload === "exp") return until(poisson(WORKLOAD_CONSTANTS.exp * share, opened, random));
    if (workload === "alibaba") {
      return until(even((t) => (trace[Math.floor(t / S)] ?? 0) * share, opened));
    }
    const { base, extra, on, every } = WORKLOAD_CONSTANTS.burst;
    const steady = even(() => base * share, opened);
    const inBurst = poisson(extra * share, opened, random);
    // The burst's own clock stands still between bursts.
    const burst = () => {
      const at = inBurst();
      return Math.floor(at / (on * S)) * every * S + (every - on) * S + at % (on * S);
    };
    return until(merged(steady, burst));
  });
}

/** Mean rate as the chapter writes the workload, per second. */
function ownMean(workload: Workload, trace: readonly number[]): number {
  const { base, extra, on, every } = WORKLOAD_CONSTANTS.burst;
  if (workload === "burst") return base + extra * on / every;
  if (workload === "alibaba") return trace.reduce((a, b) => a + b, 0) / trace.length;
  return WORKLOAD_CONSTANTS[workload];
}

/** Evenly spaced at a rate that may change, from when the connection is opened. */
function even(rate: (t: number) => number, opened: number): SendTimes {
  let at = opened;
  return () => Math.round(at += S / Math.max(1e-3, rate(at)));
}

function poisson(rate: number, opened: number, rng: Rng): SendTimes {
  let at = opened;
  return () => Math.round(at += rng.exponential(S / rate));
}

function merged(a: SendTimes, b: SendTimes): SendTimes {
  let x = a(), y = b();
  return () => {
    const at = Math.min(x, y);
    if (x <= y) x = a();
    else y = b();
    return at;
  };
}

/**
 * Requests per second for each second of a synthetic stand-in for the Alibaba trace, which is not
 * public as request rates: a mean-reverting walk in the logarithm between the published bounds, with
 * steps every second (10 s of the machine trace, sped up by ten).
 */
export function syntheticTrace(duration: number, rng: Rng): number[] {
  const { low, high } = WORKLOAD_CONSTANTS.alibaba;
  const middle = (Math.log(low) + Math.log(high)) / 2, half = Math.log(high) - middle;
  let x = 0;
  return Array.from({ length: Math.ceil(duration / S) + 1 }, () => {
    x = 0.9 * x + 0.45 * rng.normal();
    // tanh keeps to the bounds without sticking to them.
    return Math.exp(middle + half * Math.tanh(x + 0.6));
  });
}

/**
 * Send times from a CSV of one time in ms a line under the header `time_ms`.
 *
 * @throws {InputError} for a negative, unsorted or unreadable time, with its line.
 */
export function parseSendTimes(text: string, file: string): number[] {
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trim() !== "time_ms") {
    throw new InputError(`${file}:1:1: expected the header time_ms`);
  }
  const times: number[] = [];
  lines.slice(1).forEach((line, i) => {
    if (line.trim() === "") return;
    const at = Number(line) * 1e6;
    const place = `${file}:${i + 2}:1`;
    if (!(at >= 0 && at < Infinity)) {
      throw new InputError(`${place}: "${line}" is no time from 0 in ms`);
    }
    const last = times[times.length - 1] ?? 0;
    if (at < last) {
      throw new InputError(`${place}: ${line} ms comes before ${last / 1e6} ms; sort the times`);
    }
    times.push(at);
  });
  if (times.length === 0) throw new InputError(`${file}: no times; expected at least one`);
  return times;
}
