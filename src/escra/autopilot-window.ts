/** Autopilot's moving-window recommenders (Rzadca et al., EuroSys 2020, section 3.2.1). */
import { BUCKETS } from "./autopilot-ml.ts";

/** Published constants. */
export const WINDOW = {
  /** Half-lives, ns. */
  cpuHalfLife: 12 * 3600e9,
  memoryHalfLife: 48 * 3600e9,
  /** Added to the statistic: "10-15 %". */
  margin: 0.15,
  /** The largest recommendation of this long holds, ns. */
  hold: 3600e9,
} as const;

/** What CPU is for: batch jobs get the average, serving jobs a percentile of the load-adjusted histogram. */
export const JOB_CLASSES = ["batch", "serving"] as const;
/** One of them. */
export type JobClass = typeof JOB_CLASSES[number];

/** How well a job bears an OOM kill: S_max, S_p98, or max(S_p60, S_max / 2). */
export const OOM_TOLERANCES = ["minimal", "low", "intermediate"] as const;
/** One of them. */
export type OomTolerance = typeof OOM_TOLERANCES[number];

/** One resource of one container. */
export type WindowOptions =
  & {
    /** Usage that the last of 400 buckets stands for, cores or bytes. */
    readonly largest: number;
    /** Windows that S_max looks back on; default: all. */
    readonly peakWindows?: number;
  }
  & (
    | { readonly kind: "cpu"; readonly job: JobClass }
    | { readonly kind: "memory"; readonly tolerance: OomTolerance }
  );

/** Weights of the histogram are kept as of this time; moved before they grow out of range. */
const MOVE_AT = 60;

/** Statistics of usage histograms, one a window, that fade with their age. */
export class WindowStatistics {
  readonly #width: number;
  readonly #halfLife: number;
  readonly #peakWindows: number;
  /** Sum over windows of weight x samples, by bucket; weights are 2^((t - reference) / half-life). */
  readonly #histogram = new Float64Array(BUCKETS);
  /** Bucket of the largest sample, with the window's number: falling from the front. */
  readonly #peaks: { readonly window: number; readonly bucket: number }[] = [];
  #reference = 0;
  #weightedMeans = 0;
  #weights = 0;
  #windows = 0;

  constructor(options: { largest: number; halfLife: number; peakWindows?: number | undefined }) {
    this.#width = options.largest / BUCKETS;
    this.#halfLife = options.halfLife;
    this.#peakWindows = options.peakWindows ?? Infinity;
  }

  /** The histogram s[t] of a window that ends at `now`, ns. A window without samples leaves no trace. */
  add(samples: readonly number[], now: number): void {
    if (samples.length === 0) return;
    if ((now - this.#reference) / this.#halfLife > MOVE_AT) this.#move(now);
    const weight = 2 ** ((now - this.#reference) / this.#halfLife);
    let sum = 0, most = 0;
    for (const usage of samples) {
      const k = this.#bucket(usage);
      this.#histogram[k] = (this.#histogram[k] as number) + weight;
      sum += this.#edge(k);
      most = Math.max(most, k);
    }
    this.#weightedMeans += weight * sum / samples.length;
    this.#weights += weight;
    const window = this.#windows++;
    const peaks = this.#peaks;
    while (peaks.length > 0 && (peaks.at(-1) as { bucket: number }).bucket <= most) peaks.pop();
    peaks.push({ window, bucket: most });
    while ((peaks[0] as { window: number }).window <= window - this.#peakWindows) peaks.shift();
  }

  /** S_max: upper edge of the largest bucket in use within the last windows. */
  peak(): number {
    const first = this.#peaks[0];
    return first === undefined ? 0 : this.#edge(first.bucket);
  }

  /** S_avg: windows' means, weighted by age. */
  average(): number {
    return this.#weights === 0 ? 0 : this.#weightedMeans / this.#weights;
  }

  /** S_pj of the load-adjusted histogram h[k] = b[k] x weighted samples. @param j 0 to 100. */
  percentile(j: number): number {
    let total = 0, sum = 0;
    for (let k = 0; k < BUCKETS; k++) total += this.#edge(k) * (this.#histogram[k] as number);
    if (total === 0) return 0;
    for (let k = 0; k < BUCKETS; k++) {
      sum += this.#edge(k) * (this.#histogram[k] as number);
      if (sum >= j / 100 * total && sum > 0) return this.#edge(k);
    }
    return this.peak();
  }

  #bucket(usage: number): number {
    return Math.min(BUCKETS - 1, Math.max(0, Math.ceil(usage / this.#width) - 1));
  }

  #edge(k: number): number {
    return (k + 1) * this.#width;
  }

  #move(now: number): void {
    const factor = 2 ** ((this.#reference - now) / this.#halfLife);
    for (let k = 0; k < BUCKETS; k++) {
      this.#histogram[k] = (this.#histogram[k] as number) * factor;
    }
    this.#weightedMeans *= factor;
    this.#weights *= factor;
    this.#reference = now;
  }
}

/** One resource of one container: the statistic of its class, a margin, and the last hour's largest. */
export class WindowRecommender {
  readonly #statistics: WindowStatistics;
  readonly #options: WindowOptions;
  /** Recommendations of the last hour that none after them exceeds: falling from the front. */
  readonly #held: { readonly at: number; readonly limit: number }[] = [];

  constructor(options: WindowOptions) {
    this.#options = options;
    this.#statistics = new WindowStatistics({
      largest: options.largest,
      halfLife: options.kind === "cpu" ? WINDOW.cpuHalfLife : WINDOW.memoryHalfLife,
      peakWindows: options.peakWindows,
    });
  }

  /** Usage samples of one update window that ends at `now`, ns (memory: its peak); gives the limit. */
  update(samples: readonly number[], now: number): number {
    this.#statistics.add(samples, now);
    const limit = this.#statistic() * (1 + WINDOW.margin);
    const held = this.#held;
    while (held.length > 0 && (held.at(-1) as { limit: number }).limit <= limit) held.pop();
    held.push({ at: now, limit });
    while (now - (held[0] as { at: number }).at > WINDOW.hold) held.shift();
    return (held[0] as { limit: number }).limit;
  }

  #statistic(): number {
    const s = this.#statistics, o = this.#options;
    if (o.kind === "cpu") return o.job === "batch" ? s.average() : s.percentile(95);
    switch (o.tolerance) {
      case "minimal":
        return s.peak();
      case "low":
        return s.percentile(98);
      case "intermediate":
        return Math.max(s.percentile(60), s.peak() / 2);
    }
  }
}
