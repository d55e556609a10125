/** Where the benchmark pins its threads: balanced over replicas, near their replica (chapter 6.2.3.1). */
import { LdnrError } from "../algorithm/errors.ts";

/** Cores of `threads` threads and the replica of each. */
export interface Placement {
  readonly cores: readonly number[];
  readonly replicas: readonly number[];
}

/**
 * Balance threads over replicas and keep the number of domains that use a replica small: with two
 * replicas on four domains, each serves its own domain first, then one more.
 *
 * @param homes domain of each replica's memory, in order of replica number
 */
export function place(
  threads: number,
  homes: readonly number[],
  domains: number,
  coresPerDomain: number,
  threadsPerCore: number,
): Placement {
  const capacity = domains * coresPerDomain * threadsPerCore;
  if (threads > capacity) {
    throw new LdnrError(
      `${threads} threads are more than the machine's ${capacity} hardware threads ` +
        `(${domains} domains x ${coresPerDomain} cores x ${threadsPerCore}); use at most ${capacity}`,
    );
  }
  const bad = homes.find((d) => !Number.isInteger(d) || d < 0 || d >= domains);
  if (bad !== undefined) {
    throw new LdnrError(
      `affinity ${bad} does not exist; the machine's domains are 0..${domains - 1}`,
    );
  }
  if (homes.length > domains) {
    throw new LdnrError(
      `${homes.length} replicas are more than the machine's ${domains} domains; use at most ${domains}`,
    );
  }
  const others = Array.from({ length: domains }, (_, d) => d).filter((d) => !homes.includes(d));
  // Domains in the order in which each replica's threads fill them.
  const order = homes.map((home, r) => [
    home,
    ...others.filter((_, i) => i % homes.length === r),
  ]);
  const free = new Map<number, number>();
  const cores: number[] = [];
  const replicas: number[] = [];
  for (let t = 0; t < threads; t++) {
    const r = t % homes.length;
    const reachable = [...(order[r] as number[]), ...order.flat()];
    // Whole cores first; sibling hardware threads only when every core is taken.
    const limit = coresPerDomain * (1 + Math.floor(t / (domains * coresPerDomain)));
    const domain = reachable.find((d) => (free.get(d) ?? 0) < limit) as number;
    const used = free.get(domain) ?? 0;
    free.set(domain, used + 1);
    cores.push(domain * coresPerDomain + used % coresPerDomain);
    replicas.push(r);
  }
  return { cores, replicas };
}
