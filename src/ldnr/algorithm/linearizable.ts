/**
 * A linearizability checker for maps (Wing and Gong 1993, with Lowe's memory of visited states). A map's
 * keys are independent objects, and linearizability is local, so each key is checked alone.
 */

/** One operation of a history; times are steps of the machine. */
export interface Call {
  readonly kind: "get" | "put";
  readonly key: number;
  /** Value written (put), or found (get; undefined: absent). */
  readonly value: number | undefined;
  /** Value that a put replaced, as answered. */
  readonly replaced?: number | undefined;
  readonly invoked: number;
  /** Undefined: the operation had not returned when the run ended. */
  readonly returned: number | undefined;
}

/** The first key whose history no sequential order explains, or undefined when there is none. */
export function nonLinearizableKey(history: readonly Call[]): number | undefined {
  const byKey = new Map<number, Call[]>();
  for (const call of history) {
    const list = byKey.get(call.key);
    if (list === undefined) byKey.set(call.key, [call]);
    else list.push(call);
  }
  for (const [key, calls] of byKey) if (!registerIsLinearizable(calls)) return key;
  return undefined;
}

/** Whether one register's calls can be put in an order that keeps real time and explains each answer. */
export function registerIsLinearizable(calls: readonly Call[]): boolean {
  const n = calls.length;
  if (n > 30) {
    throw new RangeError(`history of ${n} calls on one key; use more keys or fewer calls`);
  }
  const seen = new Set<string>();
  const returnsBefore = (mask: number): number => {
    let first = Infinity;
    for (let i = 0; i < n; i++) {
      if ((mask & (1 << i)) === 0) first = Math.min(first, (calls[i] as Call).returned ?? Infinity);
    }
    return first;
  };
  const search = (mask: number, value: number | undefined): boolean => {
    let open = false;
    for (let i = 0; i < n; i++) {
      if ((mask & (1 << i)) === 0 && (calls[i] as Call).returned !== undefined) open = true;
    }
    if (!open) return true;
    const state = `${mask}:${value}`;
    if (seen.has(state)) return false;
    seen.add(state);
    const limit = returnsBefore(mask);
    for (let i = 0; i < n; i++) {
      if ((mask & (1 << i)) !== 0) continue;
      const call = calls[i] as Call;
      if (call.invoked > limit) continue;
      if (call.kind === "get") {
        if (call.returned === undefined || call.value !== value) continue;
        if (search(mask | (1 << i), value)) return true;
      } else {
        if (call.returned !== undefined && call.replaced !== value) continue;
        if (search(mask | (1 << i), call.value)) return true;
      }
    }
    return false;
  };
  return search(0, undefined);
}
