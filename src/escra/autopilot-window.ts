/** Autopilot's moving-window recommender (EuroSys 2020, section 3.2.1). */

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

/** One resource of one container: CPU of serving jobs by S_p95, memory by the peak. */
export class WindowRecommender {
  readonly #samples: { readonly at: number; readonly usage: number }[] = [];
  readonly #held: { readonly at: number; readonly limit: number }[] = [];

  constructor(private readonly kind: "cpu" | "memory") {}

  /** Usage samples of one update window at `now`; gives the limit. */
  update(samples: readonly number[], now: number): number {
    for (const usage of samples) this.#samples.push({ at: now, usage });
    const statistic = this.kind === "cpu" ? this.#percentile(95, now) : this.#peak();
    const limit = statistic * (1 + WINDOW.margin);
    this.#held.push({ at: now, limit });
    while (now - (this.#held[0] as { at: number }).at > WINDOW.hold) this.#held.shift();
    return Math.max(...this.#held.map((h) => h.limit));
  }

  /** S_pj: a percentile in which a sample weighs its age and its size (load-adjusted). */
  #percentile(j: number, now: number): number {
    const weighted = this.#samples
      .map(({ at, usage }) => ({ usage, weight: usage * 2 ** (-(now - at) / WINDOW.cpuHalfLife) }))
      .sort((a, b) => a.usage - b.usage);
    const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
    let sum = 0;
    for (const { usage, weight } of weighted) if ((sum += weight) >= j / 100 * total) return usage;
    return 0;
  }

  #peak(): number {
    return this.#samples.reduce((most, { usage }) => Math.max(most, usage), 0);
  }
}
