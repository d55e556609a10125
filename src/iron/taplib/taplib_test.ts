import assert from "node:assert/strict";
import fc from "fast-check";
import { TensorAccessPattern, TensorAccessSequence, TensorTiler2D } from "./mod.ts";

const tap = (
  tensorDims: number[],
  offset: number,
  sizes: number[],
  strides: number[],
) => new TensorAccessPattern({ tensorDims, offset, sizes, strides });

/** The definition, access by access: the twin of walk.ts. */
function slowMaps(p: TensorAccessPattern): { order: number[]; count: number[] } {
  const total = p.tensorDims.reduce((a, b) => a * b, 1);
  const order = new Array(total).fill(-1), count = new Array(total).fill(0);
  const accesses = p.sizes.reduce((a, b) => a * b, 1);
  for (let k = 0; k < accesses; k++) {
    let rest = k, at = p.offset;
    for (let d = p.sizes.length - 1; d >= 0; d--) {
      at += (rest % p.sizes[d]) * p.strides[d];
      rest = Math.floor(rest / p.sizes[d]);
    }
    order[at % total] = k;
    count[at % total]++;
  }
  return { order, count };
}

const anyPattern = fc.record({
  tensorDims: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
  offset: fc.nat(200),
  walk: fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(12)), {
    minLength: 1,
    maxLength: 5,
  }),
}).map(({ tensorDims, offset, walk }) => {
  const total = tensorDims.reduce((a, b) => a * b, 1);
  return tap(tensorDims, offset % total, walk.map((w) => w[0]), walk.map((w) => w[1]));
});

Deno.test("maps equal the definition for any pattern, wrapping and repeating ones too", () => {
  fc.assert(
    fc.property(anyPattern, (p) => {
      const slow = slowMaps(p);
      assert.deepEqual([...p.accessOrder().data], slow.order);
      assert.deepEqual([...p.accessCount().data], slow.count);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a sequence's order adds each pattern's numbers behind the largest so far", () => {
  fc.assert(fc.property(fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }), (offsets) => {
    const taps = offsets.map((o) => tap([6, 7], o, [2, 3, 2], [o % 3, 7, o % 5]));
    const acc = new Array(42).fill(0);
    let h = 0;
    for (const t of taps) {
      slowMaps(t).order.forEach((k, i) => acc[i] += k < 0 ? 0 : k + 1 + h);
      h = Math.max(...acc);
    }
    const got = TensorAccessSequence.fromPatterns(taps).accessOrder().data;
    assert.deepEqual([...got], acc.map((k) => k - 1));
  }));
});

Deno.test("a non-overlapping tiling touches every element once, numbered without gaps", () => {
  const dims = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }));
  fc.assert(fc.property(dims, dims, fc.boolean(), fc.boolean(), (tile, tiles, colMajor, iter) => {
    const taps = TensorTiler2D.simpleTiler({
      tensorDims: [tile[0] * tiles[0], tile[1] * tiles[1]],
      tileDims: tile,
      tileColMajor: colMajor,
      iterColMajor: iter,
    });
    assert.ok(taps.accessCount().data.every((n) => n === 1));
    const order = [...taps.accessOrder().data].sort((a, b) => a - b);
    assert.deepEqual(order, order.map((_, i) => i));
  }));
});

Deno.test("a tiling may have more patterns than a call may have arguments", () => {
  const taps = TensorTiler2D.simpleTiler({ tensorDims: [1024, 1024], tileDims: [2, 2] });
  assert.equal(taps.length, 512 * 512);
  assert.equal(taps.at(-1).offset, 1022 * 1024 + 1022);
});

Deno.test("the chapter's example: the corner tiles of a 6 x 4 tensor", () => {
  const tap00 = tap([6, 4], 0, [1, 1, 3, 2], [0, 0, 4, 1]);
  const tap11 = tap([6, 4], 14, [1, 1, 3, 2], [0, 0, 4, 1]);
  const taps0 = TensorAccessSequence.fromPatterns([tap00, tap11]);
  assert.equal(Math.max(...tap00.accessOrder().data), 5);
  assert.equal(tap00.accessCount().data.reduce((a, b) => a + b), 6);
  assert.equal(Math.max(...taps0.accessOrder().data), 11);
  assert.equal(Math.max(...taps0.accessCount().data), 1);
  const { frames, intervalMs } = taps0.frames();
  assert.equal(frames.length, 3);
  assert.equal(intervalMs, 400);
  assert.ok(frames[0].order.data.every((k) => k === -1));
});

Deno.test("equality is strict, stream comparison ignores shapes, access equivalence does not", () => {
  const a = tap([4, 4], 0, [1, 1, 1, 16], [0, 0, 0, 1]);
  const b = tap([4, 4], 0, [1, 1, 4, 4], [0, 0, 4, 1]);
  const c = tap([2, 8], 0, [1, 1, 4, 4], [0, 0, 4, 1]);
  assert.ok(!a.equals(b) && a.accessEquivalent(b) && a.compareAccessOrders(b));
  assert.ok(c.compareAccessOrders(b) && !c.accessEquivalent(b));
  assert.ok(tap([4], 0, [1, 1, 4], [9, 9, 1]).equals(tap([4], 0, [1, 1, 4], [0, 0, 1])));
  // Overlapping: the maps agree though the streams differ (element 1 before or after element 0).
  const d = tap([1, 4], 0, [2, 2], [0, 1]);
  assert.ok(d.accessEquivalent(tap([1, 4], 0, [1, 2, 2], [0, 0, 1])));
  assert.throws(() => a.compareAccessOrders({} as any), TypeError);
});

Deno.test("sequences take constants, functions, or a default that a function carries on", () => {
  const s = new TensorAccessSequence({
    tensorDims: [4, 4],
    numSteps: 3,
    offset: 1,
    offsetFn: (step, previous) => (previous as number) + step,
    sizes: [1, 2],
    stridesFn: (_, previous) => previous ?? [9, 1],
  });
  assert.deepEqual([...s].map((p) => p.offset), [1, 2, 4]);
  assert.deepEqual([...s.at(-1).strides], [0, 1]);
  const make = (o: object) => () => new TensorAccessSequence({ tensorDims: [4], ...o } as any);
  assert.throws(make({ numSteps: -1 }), RangeError);
  assert.throws(make({ numSteps: 0, offset: 1 }), RangeError);
  assert.throws(make({ numSteps: 1, offset: 1, sizes: [1] }), RangeError);
  assert.throws(make({ numSteps: 1.5, offset: 1, sizes: [1], strides: [1] }), TypeError);
  assert.equal(make({ numSteps: 0 })().length, 0);
});

Deno.test("a sequence is a list of patterns over equal dims", () => {
  const p = (offset: number) => tap([4, 4], offset, [1, 2], [0, 1]);
  const s = TensorAccessSequence.fromPatterns([p(0), p(1)]);
  s.push(p(2));
  s.insert(0, p(3));
  s.set(-1, p(5));
  assert.deepEqual([...s].map((t) => t.offset), [3, 0, 1, 5]);
  assert.ok(s.includes(p(1)) && !s.includes(p(9)));
  assert.equal(s.pop().offset, 5);
  s.remove(p(0));
  s.reverse();
  assert.deepEqual(s.slice().map((t) => t.offset), [1, 3]);
  assert.ok(s.equals(TensorAccessSequence.fromPatterns([p(1), p(3)])));
  assert.throws(() => s.push(tap([2, 8], 0, [1], [1])), RangeError);
  assert.throws(() => s.at(2), RangeError);
  assert.throws(() => s.remove(p(7)), RangeError);
  assert.throws(() => TensorAccessSequence.fromPatterns([]), RangeError);
});

Deno.test("wrong types are TypeErrors, wrong values RangeErrors, and both name the argument", () => {
  const make = (o: object) => () =>
    new TensorAccessPattern({ tensorDims: [2, 2], offset: 0, sizes: [1], strides: [1], ...o });
  assert.throws(make({ sizes: null }), /sizes: expected a list/);
  assert.throws(make({ offset: 0.5 }), TypeError);
  assert.throws(make({ offset: "0" }), TypeError);
  assert.throws(make({ sizes: [1.5] }), TypeError);
  assert.throws(make({ sizes: [1, 1] }), /equal lengths/);
  assert.throws(() => new (TensorTiler2D as any)(), TypeError);
  const tiler = (o: object) => () =>
    TensorTiler2D.groupTiler({ tensorDims: [8, 8], tileDims: [2, 2], ...o } as any);
  assert.throws(tiler({ patternRepeat: 1.5 }), TypeError);
  assert.throws(tiler({ allowPartial: "yes" }), TypeError);
  assert.throws(tiler({ tileGroupSteps: [2, 1] }), TypeError);
  assert.throws(tiler({ tileGroupDims: [3, 1] }), /do not divide the tensor's height 8/);
});
