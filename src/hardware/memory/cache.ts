/**
 * Hit ratios of an LRU cache under independent random accesses (Che, Tung and Wang 2002): a line is
 * found if it was used within the cache's characteristic time, the time in which as many distinct lines
 * are touched as the cache holds.
 */

/** A set of equally popular lines. */
export interface LineClass {
  /** Distinct lines. */
  readonly lines: number;
  /** Accesses to the class per operation. */
  readonly accesses: number;
}

/** Hit ratio of each class in an LRU cache of `capacity` lines that all classes share. */
export function hitRatios(classes: readonly LineClass[], capacity: number): number[] {
  const active = classes.filter((c) => c.accesses > 0 && c.lines > 0);
  const total = active.reduce((sum, c) => sum + c.lines, 0);
  if (total <= capacity) return classes.map((c) => c.accesses > 0 ? 1 : 0);
  const held = (time: number) =>
    active.reduce((sum, c) => sum + c.lines * -Math.expm1(-c.accesses * time / c.lines), 0);
  let low = 0;
  let high = capacity;
  while (held(high) < capacity) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (held(middle) < capacity) low = middle;
    else high = middle;
  }
  return classes.map((c) =>
    c.lines > 0 && c.accesses > 0 ? -Math.expm1(-c.accesses * high / c.lines) : 0
  );
}
