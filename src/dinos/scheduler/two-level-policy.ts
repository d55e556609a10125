/**
 * DiNOS's own first level (chapter 6.4.2) as a policy over the same tables: each process's requests
 * together, on as few hosts as they fit on, balanced over these.
 */
import { compactHosts, deal, TooLargeError } from "../os/two-level.ts";
import { type Decision, LOOKUP, type Policy, type Refusal } from "./policies.ts";
import type { Problem } from "./problem.ts";

/** See the file's comment. */
export class TwoLevel implements Policy {
  readonly name = "TwoLevel";

  decide(p: Problem): Decision {
    const left = p.free.map((f) => ({ cores: f.cores, memory: f.memslices }));
    const placed: [number, number][] = [];
    const refused: Refusal[] = [];
    for (const process of new Set(p.groups.map((g) => g.process))) {
      const groups = p.groups.filter((g) => g.process === process);
      const ids = (resource: "cores" | "memslices") =>
        groups.filter((g) => g[resource] > 0).flatMap((g) => g.ids);
      const [cores, slices] = [ids("cores"), ids("memslices")];
      try {
        const held = new Set(p.held.filter((h) => h.process === process).map((h) => h.host));
        const hosts = compactHosts(process, cores.length, slices.length, left, held);
        for (const [list, resource] of [[cores, "cores"], [slices, "memory"]] as const) {
          const given = deal(list.length, hosts, (h) => left[h]![resource]);
          let next = 0;
          given.forEach((n, host) => {
            left[host]![resource] -= n;
            for (let i = 0; i < n; i++) placed.push([list[next++]!, host]);
          });
        }
      } catch (error) {
        if (!(error instanceof TooLargeError)) throw error;
        for (const id of [...cores, ...slices]) refused.push({ id, constraints: [], error });
      }
    }
    return {
      placed,
      refused,
      time: (placed.length + refused.length) * LOOKUP,
      fallback: undefined,
      nodes: 0,
      iterations: 0,
    };
  }
}
