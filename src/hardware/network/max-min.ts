/** Max-min fair sharing: what many TCP flows with equal round trips settle on (Bertsekas, Gallager 6.5.2). */

/** A flow as the allocation sees it. */
export interface Demand {
  /** Indices of the links that it crosses. */
  readonly links: readonly number[];
  /** Most that it can use, bit/s: its window over its round trip; Infinity if only links limit it. */
  readonly most: number;
}

/**
 * Rates of flows over links of the given capacities (bit/s), max-min fair: no flow's rate can grow
 * without that of a flow with no higher rate shrinking. Fills progressively from one bottleneck to
 * the next; a step ends with a full link or a satisfied flow.
 */
export function maxMinRates(capacities: readonly number[], flows: readonly Demand[]): number[] {
  const rates = new Array<number>(flows.length).fill(0);
  const left = [...capacities];
  const crossing = capacities.map(() => 0);
  for (const flow of flows) for (const link of flow.links) crossing[link]++;
  // Satisfied flows leave in order of demand, so one sorted pass finds each step's smallest.
  const open = flows.map((_, i) => i).sort((a, b) => flows[b].most - flows[a].most || b - a);
  const frozen = new Array<boolean>(flows.length).fill(false);
  const freeze = (i: number, rate: number) => {
    rates[i] = rate;
    frozen[i] = true;
    for (const link of flows[i].links) {
      left[link] -= rate;
      crossing[link]--;
    }
  };
  for (;;) {
    while (open.length > 0 && frozen[open[open.length - 1]]) open.pop();
    if (open.length === 0) return rates;
    let share = Infinity, bottleneck = -1;
    for (let link = 0; link < left.length; link++) {
      if (crossing[link] === 0) continue;
      const fair = Math.max(0, left[link]) / crossing[link];
      if (fair < share) [share, bottleneck] = [fair, link];
    }
    const least = open[open.length - 1];
    if (flows[least].most <= share) {
      freeze(least, flows[least].most);
      continue;
    }
    for (const i of open) {
      if (!frozen[i] && flows[i].links.includes(bottleneck)) freeze(i, share);
    }
  }
}

/** The same for one link, in O(n log n): small demands are met, the rest share equally. */
export function shareLink(capacity: number, demands: readonly number[]): number[] {
  const order = demands.map((_, i) => i).sort((a, b) => demands[a] - demands[b] || a - b);
  const rates = new Array<number>(demands.length).fill(0);
  let left = capacity;
  order.forEach((i, k) => {
    rates[i] = Math.min(demands[i], left / (order.length - k));
    left -= rates[i];
  });
  return rates;
}
