/** CPU limits as section 5.4.4 writes them, clamped where its formulas would leave the allowed range. */
import type { CpuRules, Decision, Entry, Pools, Telemetry } from "./allocation.ts";

/**
 * Up, if the last period ended throttled: q + T x upsilon x (what nobody has), at most what nobody has.
 * Down, if more than gamma was unused: q - kappa x (mean unused of the window), at least the floor.
 * gamma is given without unit where runtimes are in ms; it is read as a share of the limit, as in the code.
 */
export class TextRules implements CpuRules {
  decide(entry: Entry, message: Telemetry, pools: Pools): Decision | undefined {
    const { upsilon, gamma, kappa, floor } = pools.settings;
    const throttles = message.nrThrottled - entry.lastThrottled;
    entry.lastThrottled = message.nrThrottled;
    const t = entry.throttles.add(Math.min(1, throttles));
    const r = entry.unused.add(message.remaining);
    if (throttles > 0) {
      const free = pools.freeCpu;
      const add = Math.min(free, t * upsilon * free);
      return add > 0 ? { quota: entry.quota + add, overrun: false } : undefined;
    }
    if (message.remaining <= gamma * entry.quota) return undefined;
    const next = Math.max(floor, entry.quota - kappa * r);
    return next < entry.quota ? { quota: next, overrun: false } : undefined;
  }
}
