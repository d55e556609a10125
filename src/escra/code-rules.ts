/**
 * CPU limits as the published controller sets them (github.com/gregcusack/Escra and ec_gcm,
 * `Manager::handle_cpu_usage_report`), rule by rule in its order.
 */
import type { CpuRules, Decision, Entry, Pools, Telemetry } from "./allocation.ts";

/** Constants of the published controller. Cores are shares of a 100 ms period. */
export const CODE = {
  /** `slice`: 30 ms, also the smallest limit. */
  slice: 0.3,
  /** Mean throttles from which a limit grows. */
  throttled: 0.1,
  /** Mean throttles from which a container below the equal share gets it back. */
  starved: 0.5,
  /** The fixed cut of 5 ms, and the mean unused from which it is made. */
  creep: 0.05,
} as const;

/** A limit that the pool gives or gets. */
const pooled = (quota: number): Decision => ({ quota, overrun: false });

/** The first rule that applies decides; after every change both windows are emptied. */
export class CodeRules implements CpuRules {
  decide(entry: Entry, message: Telemetry, pools: Pools): Decision | undefined {
    pools.repairLeak();
    const throttles = message.nrThrottled - entry.lastThrottled;
    entry.lastThrottled = message.nrThrottled;
    const t = entry.throttles.add(throttles);
    const r = entry.unused.add(message.remaining);
    const next = this.#next(entry, message, pools, t, r);
    if (next === undefined || Math.abs(next.quota - entry.quota) < 1e-9) return undefined;
    entry.throttles.flush();
    entry.unused.flush();
    return next;
  }

  #next(entry: Entry, m: Telemetry, pools: Pools, t: number, r: number): Decision | undefined {
    const { upsilon, gamma, floor } = pools.settings;
    const { slice, throttled, starved, creep } = CODE;
    const q = entry.quota;
    const { freeCpu: free, overrun, fairShare: fair } = pools;
    if (overrun > 1e-9 && q > fair) {
      const over = (q - fair) / fair;
      let less = over > 1 ? over * slice : over * (q - fair);
      if (less < slice / 2) less = q - fair;
      return { quota: Math.max(floor, q - Math.min(less, overrun)), overrun: true };
    }
    if (q < fair && t > starved) {
      const lacks = fair - q;
      const add = lacks > slice / 2 ? lacks / fair * lacks : lacks;
      // With an empty pool the amount is given all the same: the overrun of rule B.
      if (free <= 1e-9) return { quota: q + add, overrun: true };
      return pooled(q + (lacks > slice / 2 ? Math.min(free, add) : add));
    }
    // A mean of exactly one throttle in the window is 0.1.
    if (t >= throttled - 1e-9 && free > 1e-9) {
      return pooled(q + Math.min(free, upsilon * t * slice));
    }
    if (m.remaining / q > gamma && q >= slice) return pooled(Math.max(floor, (1 - gamma) * q));
    if (r > creep && q > slice) return pooled(Math.max(floor, q - creep));
    return undefined;
  }
}
