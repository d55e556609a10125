/** The solver's slow, obvious twin: every placement, one after the other. For tests and small racks. */
import { broken, type Counts, type Problem, worth } from "./problem.ts";

/** Every way to deal `n` requests to `hosts` hosts. */
function* deals(n: number, hosts: number): Generator<number[]> {
  if (hosts === 1) yield [n];
  else for (let k = 0; k <= n; k++) for (const rest of deals(n - k, hosts - 1)) yield [k, ...rest];
}

/** The best worth of any placement that breaks nothing; undefined when there is none. */
export function enumerate(p: Problem): { worth: number; counts: Counts } | undefined {
  let best: { worth: number; counts: Counts } | undefined;
  const go = (counts: number[][]): void => {
    const group = p.groups[counts.length];
    if (group !== undefined) {
      for (const deal of deals(group.ids.length, p.hosts.length)) go([...counts, deal]);
      return;
    }
    if (broken(p, counts).length > 0) return;
    const value = worth(p, counts);
    if (best === undefined || value > best.worth) best = { worth: value, counts: [...counts] };
  };
  go([]);
  return best;
}
