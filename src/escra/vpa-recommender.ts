/**
 * The recommender of Kubernetes' Vertical Pod Autoscaler (kubernetes/autoscaler,
 * vertical-pod-autoscaler/pkg/recommender, master of 2026): decaying histograms, percentiles, a margin,
 * bounds that close in as history grows, and minima that hold for all of them.
 */

const MIB = 2 ** 20, DAY = 24 * 3600e9;

/** Published constants: flags' defaults, cores, bytes and ns. */
export const VPA = {
  cpuFirst: 0.01,
  memoryFirst: 1e7,
  growth: 1.05,
  halfLife: DAY,
  target: 0.9,
  lower: 0.5,
  upper: 0.95,
  margin: 0.15,
  leastCpu: 0.025,
  leastMemory: 250 * MIB,
  /** Of memory one peak per interval is a sample. */
  memoryInterval: DAY,
  oomFactor: 1.2,
  oomBytes: 100 * MIB,
  /** Least weight of a CPU sample, cores. */
  leastWeight: 0.1,
} as const;

/** A histogram with exponential buckets, in which older samples weigh less. */
export class DecayingHistogram {
  readonly #weights: number[] = [];
  /** Weights are kept as of this time. */
  #reference = 0;
  #total = 0;

  /** @param first width of the first bucket, cores or bytes; each further one is 5 % wider. */
  constructor(private readonly first: number) {}

  /** Adds a sample at `now`, ns. */
  add(value: number, weight: number, now: number): void {
    this.#change(value, weight, now);
  }

  /** Takes back a sample that was added with this value, weight and time. */
  subtract(value: number, weight: number, now: number): void {
    this.#change(value, -weight, now);
  }

  /** The end of the bucket in which the percentile `p` (0 to 1) lies; 0 when empty. */
  percentile(p: number): number {
    if (this.#total <= 0) return 0;
    let sum = 0, last = -1;
    for (let k = 0; k < this.#weights.length; k++) {
      const w = this.#weights[k] ?? 0;
      if (w <= 0) continue;
      sum += w;
      last = k;
      if (sum >= p * this.#total * (1 - 1e-12)) break;
    }
    return last < 0 ? 0 : this.#start(last + 1);
  }

  #change(value: number, weight: number, now: number): void {
    if (now - this.#reference > 50 * VPA.halfLife) this.#move(now);
    const w = weight * 2 ** ((now - this.#reference) / VPA.halfLife);
    const k = this.#bucket(value);
    const rest = (this.#weights[k] ?? 0) + w;
    // What a subtraction leaves of a weight is rounding.
    this.#weights[k] = Math.abs(rest) < 1e-9 * Math.abs(w) ? 0 : rest;
    this.#total = this.#weights.reduce((sum, x) => sum + (x ?? 0), 0);
  }

  #move(now: number): void {
    const factor = 2 ** ((this.#reference - now) / VPA.halfLife);
    for (let k = 0; k < this.#weights.length; k++) {
      this.#weights[k] = (this.#weights[k] ?? 0) * factor;
    }
    this.#reference = now;
  }

  #bucket(value: number): number {
    if (value < this.first) return 0;
    return Math.floor(Math.log(value / this.first * (VPA.growth - 1) + 1) / Math.log(VPA.growth));
  }

  #start(k: number): number {
    return this.first * (VPA.growth ** k - 1) / (VPA.growth - 1);
  }
}

/** A recommendation for one resource, cores or bytes. */
export interface Range {
  readonly target: number;
  readonly lower: number;
  readonly upper: number;
}

/** History of one container, and what is recommended for it. */
export class VpaRecommender {
  readonly #cpu = new DecayingHistogram(VPA.cpuFirst);
  readonly #memory = new DecayingHistogram(VPA.memoryFirst);
  #peak = 0;
  #peakAt = 0;
  #first = NaN;
  #last = NaN;
  #samples = 0;

  /** A sample of CPU use over the last minute, cores. @param request of the container, cores. */
  addCpu(cores: number, request: number, now: number): void {
    this.#cpu.add(cores, Math.max(request, VPA.leastWeight), now);
    if (this.#samples === 0) this.#first = now;
    this.#last = now;
    this.#samples++;
  }

  /** Memory in use, bytes: only an interval's peak counts. */
  addMemory(bytes: number, now: number): void {
    const interval = (at: number) => Math.floor(at / VPA.memoryInterval);
    if (this.#peak > 0 && interval(now) === interval(this.#peakAt)) {
      if (bytes <= this.#peak) return;
      this.#memory.subtract(this.#peak, 1, this.#peakAt);
    }
    this.#peak = bytes;
    this.#peakAt = now;
    this.#memory.add(bytes, 1, now);
  }

  /** An OOM kill with this memory request, bytes: a peak above what there was. */
  addOom(request: number, now: number): void {
    const used = Math.max(request, this.#peak);
    this.addMemory(Math.max(used + VPA.oomBytes, used * VPA.oomFactor), now);
  }

  /** Days of history, or of one sample a minute if those are fewer. */
  get confidence(): number {
    return Math.max(0, Math.min((this.#last - this.#first) / DAY, this.#samples / 1440) || 0);
  }

  /** CPU, cores. */
  cpu(): Range {
    return this.#range(this.#cpu, VPA.leastCpu);
  }
  /** Memory, bytes. */
  memory(): Range {
    return this.#range(this.#memory, VPA.leastMemory);
  }

  #range(histogram: DecayingHistogram, least: number): Range {
    const c = this.confidence;
    const at = (p: number) => histogram.percentile(p) * (1 + VPA.margin);
    // Minima are applied last: a pod with less is outside the range from the first recommendation on.
    return {
      target: Math.max(least, at(VPA.target)),
      lower: Math.max(least, c === 0 ? 0 : at(VPA.lower) * (1 + 0.001 / c) ** -2),
      upper: c === 0 ? Infinity : Math.max(least, at(VPA.upper) * (1 + 1 / c)),
    };
  }
}
