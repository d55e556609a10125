/**
 * How two versions of a design differ (chapter 7, section 7.7.2): not at all once declarations may
 * stand in another order, in transfers whose access patterns are equivalent, or in the order of a
 * broadcast's recipients.
 */
import { TensorAccessPattern } from "../taplib/mod.ts";
import type { DesignGraph, FifoNode, Transfer } from "./graph.ts";
import { emitMlir } from "./mlir.ts";
import type { TensorType } from "./types.ts";

/** The verdict on two versions. */
export interface Comparison {
  /** The same lines, in whatever order. */
  readonly identical: boolean;
  /** Some transfers are written differently, and every one of them walks the same elements in order. */
  readonly accessEquivalent: boolean;
  /** Some broadcasts name the same recipients in another order. */
  readonly broadcastReordered: boolean;
  /** Everything that differs is of these two kinds. */
  readonly equivalent: boolean;
  /** Lines only in the first version. */
  readonly onlyFirst: readonly string[];
  /** Lines only in the second. */
  readonly onlySecond: readonly string[];
}

/** Compares two designs by their MLIR and explains what differs. */
export function compareDesigns(first: DesignGraph, second: DesignGraph): Comparison {
  const [onlyFirst, onlySecond] = unmatched(lines(first), lines(second));
  const fifos = reordered(first, second);
  const transfers = rewritten(first, second);
  const explained = new Set([...fifos.names, ...transfers.names]);
  const identical = onlyFirst.length === 0 && onlySecond.length === 0;
  const all = [...onlyFirst, ...onlySecond].every((line) =>
    // A transfer that repeats ends in "} {repeat_count = ...}", another in "}".
    (line === "}" && transfers.names.length > 0) ||
    [...explained].some((part) => line.includes(part))
  );
  const accessEquivalent = transfers.names.length > 0 && transfers.equivalent;
  const broadcastReordered = fifos.names.length > 0;
  return {
    identical,
    accessEquivalent,
    broadcastReordered,
    equivalent: identical || (all && transfers.equivalent),
    onlyFirst,
    onlySecond,
  };
}

/** The MLIR's lines; the offset 0 of a forward is written by one interface only and means nothing. */
function lines(graph: DesignGraph): string[] {
  return emitMlir(graph).split("\n").map((line) =>
    line.replace(/\(\[\] \[0\]\)$/, "([] [])").trim()
  );
}

/** Lines of each list that the other has not (as multisets). */
function unmatched(a: readonly string[], b: readonly string[]): [string[], string[]] {
  const counts = new Map<string, number>();
  for (const line of b) counts.set(line, (counts.get(line) ?? 0) + 1);
  const onlyA = a.filter((line) => {
    const left = counts.get(line) ?? 0;
    if (left > 0) counts.set(line, left - 1);
    return left === 0;
  });
  const onlyB = [...counts].flatMap(([line, n]) => Array.from({ length: n }, () => line));
  return [onlyA, onlyB];
}

/** Broadcast FIFOs whose recipients, each with its depth and layout, are the same but not in order. */
function reordered(first: DesignGraph, second: DesignGraph): { names: string[] } {
  const ends = (fifo: FifoNode) =>
    fifo.consumers.map((c, i) =>
      JSON.stringify([c, typeof fifo.depth === "number" ? fifo.depth : fifo.depth[i + 1]])
    );
  const names = first.fifos.filter((fifo) => {
    const other = second.fifos.find((f) => f.name === fifo.name);
    if (other === undefined || fifo.consumers.length < 2) return false;
    const a = ends(fifo), b = ends(other);
    return a.join() !== b.join() && a.sort().join() === b.sort().join();
  }).map((fifo) => `@${fifo.name}(`);
  return { names };
}

/** Transfers written differently in the two versions, in the order of their FIFO. */
function rewritten(
  first: DesignGraph,
  second: DesignGraph,
): { names: string[]; equivalent: boolean } {
  const names: string[] = [];
  let equivalent = true;
  for (const { name, type } of first.fifos) {
    const a = transfersOn(first, name), b = transfersOn(second, name);
    if (a.length !== b.length) equivalent = false;
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      if (sameWalk(a[i], b[i])) continue;
      names.push(bdText(a[i]), bdText(b[i]), ...repeatTexts(a[i]), ...repeatTexts(b[i]));
      equivalent &&= equivalentTransfers(a[i], b[i], first.sequence.args[a[i].arg] ?? type);
    }
  }
  return { names, equivalent };
}

function transfersOn(graph: DesignGraph, fifo: string): Transfer[] {
  return graph.sequence.ops.flatMap((op) =>
    op.op === "configure" && op.transfer.fifo === fifo ? [op.transfer] : []
  );
}

function sameWalk(a: Transfer, b: Transfer): boolean {
  return a.offset === b.offset && String(a.sizes) === String(b.sizes) &&
    String(a.strides) === String(b.strides);
}

/** Whether two transfers of one argument walk over it in the same way (access equivalence). */
export function equivalentTransfers(a: Transfer, b: Transfer, type: TensorType): boolean {
  if (a.arg !== b.arg || a.issueToken !== b.issueToken) return false;
  // A transfer may reach beyond the declared argument: the tensor is as large as either reaches.
  const reach = (t: Transfer) =>
    t.sizes.reduce((n, size, d) => n + (size - 1) * t.strides[d], t.offset) + 1;
  const tensorDims = [Math.max(type.elements, reach(a), reach(b))];
  const pattern = ({ offset, sizes, strides }: Transfer) =>
    new TensorAccessPattern({ tensorDims, offset, sizes, strides });
  return pattern(a).accessEquivalent(pattern(b));
}

function bdText({ offset, sizes, strides }: Transfer): string {
  const walk = sizes.map((size, d) => `<size = ${size}, stride = ${strides[d]}>`);
  return `, ${offset}, ${sizes.slice(-3).reduce((n, s) => n * s, 1)}, [${walk.join(", ")}]`;
}

/** How the end of a transfer that repeats is printed. */
function repeatTexts({ sizes }: Transfer): string[] {
  return sizes[0] > 1 ? [`repeat_count = ${sizes[0] - 1} : i32`] : [];
}
