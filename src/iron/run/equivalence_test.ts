import assert from "node:assert/strict";
import fc from "fast-check";
import { DescriptorError } from "../../hardware/npu/mod.ts";
import { AnyComputeTile, ndarray, ObjectFifo, Program, Runtime } from "../interface/mod.ts";
import { SequentialPlacer } from "../placers/mod.ts";
import { TensorAccessPattern } from "../taplib/mod.ts";
import { runDesign } from "./run.ts";

const accesses = (tap: TensorAccessPattern) => tap.sizes.reduce((n, s) => n * s, 1);

/** Moves a tensor over a core's memory and back; the host walks as `tap` says where it reads or writes. */
function moved(tap: TensorAccessPattern, way: "fill" | "drain", data: Int32Array): Int32Array {
  const [whole, packed] = [tap.tensorDims.reduce((n, d) => n * d, 1), accesses(tap)];
  const sizes = way === "fill" ? [whole, packed] : [packed, whole];
  const into = new ObjectFifo(ndarray([1], "i32"), { name: "in" });
  const out = into.cons().forward({ placement: AnyComputeTile, name: "out" });
  const rt = new Runtime();
  rt.sequence(sizes.map((n) => ndarray([n], "i32")), (a, b) => {
    rt.fill(into.prod(), a, way === "fill" ? { tap } : {});
    rt.drain(out.cons(), b, way === "drain" ? { tap, wait: true } : { wait: true });
  });
  const result = new Int32Array(sizes[1]).fill(-1);
  const graph = new Program("npu1_1col", rt).resolve(new SequentialPlacer());
  runDesign(graph, [data.slice(0, sizes[0]), result]);
  return result;
}

const numbered = (n: number) => Int32Array.from({ length: n }, (_, i) => 7 * i + 1);

/** What a walk reads, by its definition. */
function stream(tap: TensorAccessPattern, data: Int32Array): number[] {
  let places = [tap.offset];
  tap.sizes.forEach((size, d) => {
    places = places.flatMap((p) => Array.from({ length: size }, (_, i) => p + i * tap.strides[d]));
  });
  return places.map((p) => data[p]);
}

const maps = (tap: TensorAccessPattern) => `${tap.accessOrder().data} ${tap.accessCount().data}`;

/** Every walk over 16 elements of up to three dimensions with these sizes and strides. */
function smallWalks(): TensorAccessPattern[] {
  const found: TensorAccessPattern[] = [];
  const sizes = [1, 2, 3], strides = [1, 2, 3, 4];
  const pairs = sizes.flatMap((n) => n === 1 ? [[1, 1]] : strides.map((s) => [n, s]));
  for (const [a, x] of [...pairs, [2, 0], [3, 0]]) {
    for (const [b, y] of pairs) {
      for (const [c, z] of pairs) {
        if (1 + (a - 1) * x + (b - 1) * y + (c - 1) * z >= 16) continue;
        // The fourth dimension from the innermost is the one that may repeat.
        const walk = { sizes: [a, 1, b, c], strides: [x, 0, y, z] };
        found.push(new TensorAccessPattern({ tensorDims: [16], offset: 1, ...walk }));
      }
    }
  }
  return found;
}

Deno.test("walks with equal maps move the same data in and out; walks with others do not", () => {
  const data = numbered(96), classes = new Map<string, TensorAccessPattern[]>();
  for (const tap of smallWalks()) {
    const key = maps(tap);
    classes.set(key, [...classes.get(key) ?? [], tap]);
  }
  const filled = new Set<string>(), drained = new Set<string>();
  let several = 0;
  for (const [first, ...others] of classes.values()) {
    if (others.length > 0) several++;
    const [read, written] = (["fill", "drain"] as const).map((way) => moved(first, way, data));
    assert.deepEqual([...read], stream(first, data));
    filled.add(String(read));
    drained.add(String(written));
    const { shape, data: order } = first.accessOrder();
    assert.deepEqual(shape, [1, 16]);
    assert.deepEqual([...written], [...order].map((k) => k < 0 ? -1 : data[k]));
    for (const other of others) {
      assert.ok(first.accessEquivalent(other) && first.compareAccessOrders(other));
      assert.deepEqual(moved(other, "fill", data), read, `${first} ${other}`);
      assert.deepEqual(moved(other, "drain", data), written, `${first} ${other}`);
    }
  }
  assert.ok(several > 20, `only ${several} classes of several walks`);
  assert.equal(filled.size, classes.size, "two walks with other maps moved the same data in");
  assert.equal(drained.size, classes.size, "two walks with other maps moved the same data out");
});

/** Rewrites a walk without changing what it touches: dimensions cut, merged, added, dropped. */
function rewritten(tap: TensorAccessPattern, choices: readonly number[]): TensorAccessPattern {
  let dims = tap.transformationDims;
  for (const choice of choices) {
    const at = choice % dims.length, [size, stride] = dims[at];
    const divisors = [2, 3, 5].filter((d) => size % d === 0 && size > d);
    const next = dims[at + 1];
    if (choice % 5 === 0) dims = dims.toSpliced(at, 0, [1, choice]);
    else if (size === 1 && dims.length > 1) dims = dims.toSpliced(at, 1);
    else if (next !== undefined && stride === next[0] * next[1]) {
      dims = dims.toSpliced(at, 2, [size * next[0], next[1]]);
    } else if (divisors.length > 0) {
      const inner = divisors[choice % divisors.length];
      dims = dims.toSpliced(at, 1, [size / inner, stride * inner], [inner, stride]);
    }
  }
  const used = dims.filter(([size]) => size > 1);
  if (used.length > 3 || dims.length > 4) dims = used;
  return new TensorAccessPattern({
    tensorDims: tap.tensorDims,
    offset: tap.offset,
    sizes: dims.length === 0 ? [1] : dims.map(([size]) => size),
    strides: dims.length === 0 ? [1] : dims.map(([, stride]) => stride),
  });
}

Deno.test("a walk rewritten with other dimensions moves the same data, over any tensor", () => {
  const dim = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 12 }));
  const walk = fc.record({
    dims: fc.array(dim, { minLength: 1, maxLength: 3 }),
    repeat: fc.integer({ min: 1, max: 3 }),
    offset: fc.nat(9),
    pad: fc.nat(20),
    choices: fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 }),
  });
  let different = 0;
  fc.assert(
    fc.property(walk, ({ dims, repeat, offset, pad, choices }) => {
      const total = dims.reduce((n, [size, stride]) => n + (size - 1) * stride, offset + pad + 1);
      const plain = new TensorAccessPattern({
        tensorDims: [total],
        offset,
        sizes: dims.map(([size]) => size),
        strides: dims.map(([, stride]) => stride),
      });
      const repeated = ({ sizes, strides }: TensorAccessPattern) => {
        const fill = Array.from({ length: 3 - sizes.length }, () => 1);
        return new TensorAccessPattern({
          tensorDims: [total],
          offset,
          sizes: [repeat, ...fill, ...sizes],
          strides: [0, ...fill.map(() => 0), ...strides],
        });
      };
      const other = rewritten(plain, choices);
      if (other.sizes.length > 3) return;
      const [a, b] = [repeated(plain), repeated(other)];
      if (!a.equals(b)) different++;
      assert.ok(a.accessEquivalent(b) && a.compareAccessOrders(b), `${a} ${b}`);
      const data = numbered(Math.max(total, accesses(a)));
      for (const way of ["fill", "drain"] as const) {
        assert.deepEqual(moved(a, way, data), moved(b, way, data), `${a} ${b}`);
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(different > 30, `only ${different} walks were really rewritten`);
});

Deno.test("of two access-equivalent patterns one may be beyond the hardware", () => {
  const [linear, folded] = [[[1, 1, 1, 4096], [0, 0, 0, 1]], [[1, 1, 2, 2048], [0, 0, 2048, 1]]]
    .map(([sizes, strides]) =>
      new TensorAccessPattern({ tensorDims: [4096], offset: 0, sizes, strides })
    );
  assert.ok(linear.accessEquivalent(folded));
  assert.doesNotThrow(() => moved(linear, "fill", new Int32Array(4096)));
  assert.throws(() => moved(folded, "fill", new Int32Array(4096)), DescriptorError);
});
