/** A hash map as replicated structure, and its operations. */
import type { Structure } from "./replica.ts";

/** get(key) or put(key, value); the answer is the value found or replaced. */
export type MapOp =
  | { readonly kind: "get"; readonly key: number }
  | { readonly kind: "put"; readonly key: number; readonly value: number };

/** A map that also records the domain from which each entry's memory came. */
export class RecordingMap implements Structure<MapOp, number | undefined> {
  private readonly entries = new Map<number, { value: number; domain: number }>();

  apply(op: MapOp, domain: number): number | undefined {
    if (op.kind === "get") return this.read(op);
    const entry = this.entries.get(op.key);
    const replaced = entry?.value;
    if (entry === undefined) this.entries.set(op.key, { value: op.value, domain });
    else entry.value = op.value;
    return replaced;
  }

  read(op: MapOp): number | undefined {
    return this.entries.get(op.key)?.value;
  }

  clone(domain: number): RecordingMap {
    const copy = new RecordingMap();
    for (const [key, { value }] of this.entries) copy.entries.set(key, { value, domain });
    return copy;
  }

  /** Key → value, sorted by key. */
  contents(): [number, number][] {
    return [...this.entries].map(([k, e]): [number, number] => [k, e.value]).sort((a, b) =>
      a[0] - b[0]
    );
  }

  /** Domains in which this map has memory. */
  domains(): number[] {
    return [...new Set([...this.entries.values()].map((e) => e.domain))].sort();
  }
}
