/** Golden vectors of the published taplib, checked one by one. */
import type { Row } from "../../model/mod.ts";
import { TensorAccessPattern, TensorAccessSequence, TensorTiler2D } from "../taplib/mod.ts";

const TILERS: Record<string, (args: any) => TensorAccessSequence> = {
  simple_tiler: TensorTiler2D.simpleTiler,
  group_tiler: TensorTiler2D.groupTiler,
  step_tiler: TensorTiler2D.stepTiler,
};

const pattern = (p: any) => new TensorAccessPattern({ ...p, tensorDims: p.tensor_dims });
const camel = (name: string) => name.replace(/_(.)/g, (_, c) => c.toUpperCase());
const plain = (p: TensorAccessPattern) => ({
  offset: p.offset,
  sizes: p.sizes,
  strides: p.strides,
});

/** What to answer and what was answered, as text; an error on either side reads "refused". */
type Case = (g: any) => [string, () => [unknown, unknown]];

const CASES: Record<string, Case> = {
  taps: (g) => [`${g.tensor_dims} ${g.offset} ${g.sizes} ${g.strides}`, () => {
    const tap = pattern(g);
    return [
      [tap.sizes, tap.strides, [...tap.accessOrder().data], [...tap.accessCount().data]],
      [g.clean_sizes, g.clean_strides, g.access_order, g.access_count],
    ];
  }],
  tilers: (g) => [`${g.fn} ${JSON.stringify(g.args)}`, () => {
    const args = Object.fromEntries(Object.entries(g.args).map(([k, v]) => [camel(k), v]));
    const taps = TILERS[g.fn](args);
    const got: unknown[] = [taps.length, taps.slice(0, g.taps?.length).map(plain)];
    const want: unknown[] = [g.num_taps, g.taps];
    if (g.seq_access_order !== undefined) {
      got.push([...taps.accessOrder().data], [...taps.accessCount().data]);
      want.push(g.seq_access_order, g.seq_access_count);
    }
    return [got, want];
  }],
  pairs: (g) => [`${JSON.stringify(g.a)} and ${JSON.stringify(g.b)}`, () => {
    const a = pattern(g.a), b = pattern(g.b);
    const maps = g.order_and_count_maps_equal;
    return [
      [a.equals(b), a.compareAccessOrders(b), maps === undefined ? null : a.accessEquivalent(b)],
      [g.strict_equal, g.compare_access_orders, maps ?? null],
    ];
  }],
  sequences: (g) => [g.desc, () => {
    const sequence = TensorAccessSequence.fromPatterns(g.taps.map(pattern));
    return [
      [sequence.length, [...sequence.accessOrder().data], [...sequence.accessCount().data]],
      [g.len, g.access_order, g.access_count],
    ];
  }],
  cleans: (g) => [`${g.sizes} ${g.strides}`, () => [
    pattern({ tensor_dims: [64], offset: 0, ...g }).strides,
    g.out_strides,
  ]],
};

/**
 * Golden vectors as a file has them: by kind.
 *
 * @throws {Error} naming the file: no JSON, or no lists of golden vectors by kind.
 */
export function readGolden(text: string, path: string): Record<string, any[]> {
  let golden: unknown;
  try {
    golden = JSON.parse(text);
  } catch {
    throw new Error(`${path}: is no JSON; expected golden vectors by kind`);
  }
  const kinds = Object.keys(CASES);
  const lists = typeof golden === "object" && golden !== null && !Array.isArray(golden)
    ? Object.entries(golden).filter(([kind]) => kinds.includes(kind))
    : [];
  const right = lists.length > 0 &&
    lists.every(([, list]) =>
      Array.isArray(list) && list.every((each) => typeof each === "object" && each !== null)
    );
  if (!right) throw new Error(`${path}: expected lists of golden vectors by ${kinds.join(", ")}`);
  return Object.fromEntries(lists);
}

/** One row per golden vector. */
export function* checkGolden(golden: Record<string, any[]>): Generator<Row> {
  for (const [kind, make] of Object.entries(CASES)) {
    for (const [i, g] of (golden[kind] ?? []).entries()) {
      const [described, answer] = make(g);
      let got: string, want: string;
      try {
        const [a, b] = answer();
        [got, want] = [JSON.stringify(a), g.raises === undefined ? JSON.stringify(b) : "refused"];
      } catch (error) {
        if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
        [got, want] = ["refused", g.raises === undefined ? "an answer" : "refused"];
      }
      const agrees = got === want;
      const difference = agrees ? "" : `got ${got.slice(0, 60)}, expected ${want.slice(0, 60)}`;
      yield { kind, case: i, described: described.slice(0, 100), agrees, difference };
    }
  }
}
