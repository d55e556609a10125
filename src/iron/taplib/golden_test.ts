import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { TensorAccessPattern, TensorAccessSequence, TensorTiler2D } from "./mod.ts";

// What the published Python taplib answers for each input (data/iron/README.md).
const golden = JSON.parse(
  readFileSync(new URL("../../../data/iron/taplib_golden.json", import.meta.url), "utf8"),
);

const refused = (error: unknown) => error instanceof RangeError || error instanceof TypeError;
const pattern = (p: any) => new TensorAccessPattern({ ...p, tensorDims: p.tensor_dims });
const camel = (args: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(args).map(([k, v]) => [k.replace(/_(.)/g, (_, c) => c.toUpperCase()), v]),
  );

Deno.test("every golden pattern gives the published maps, text and refusals", () => {
  for (const g of golden.taps) {
    if (g.raises !== undefined) {
      assert.throws(() => pattern(g), refused, JSON.stringify(g));
      continue;
    }
    const tap = pattern(g);
    assert.deepEqual([...tap.sizes], g.clean_sizes);
    assert.deepEqual([...tap.strides], g.clean_strides);
    assert.deepEqual([...tap.tensorDims], g.clean_tensor_dims);
    // Python writes a list as [..] and a tuple as (..); only the numbers matter here.
    assert.equal(tap.toString().replace(/[()[\]]/g, ""), g.str.replace(/[()[\]]/g, ""));
    assert.deepEqual([...tap.accessOrder().shape], g.shape);
    assert.deepEqual([...tap.accessOrder().data], g.access_order);
    assert.deepEqual([...tap.accessCount().data], g.access_count);
  }
  assert.ok(golden.taps.length > 300);
});

Deno.test("every golden tiler call gives the published patterns, maps and refusals", () => {
  const tilers: Record<string, (args: any) => TensorAccessSequence> = {
    simple_tiler: TensorTiler2D.simpleTiler,
    group_tiler: TensorTiler2D.groupTiler,
    step_tiler: TensorTiler2D.stepTiler,
  };
  for (const g of golden.tilers) {
    const call = () => tilers[g.fn](camel(g.args));
    if (g.raises !== undefined) {
      assert.throws(call, refused, JSON.stringify(g));
      continue;
    }
    const taps = call();
    assert.equal(taps.length, g.num_taps);
    assert.deepEqual([...taps.tensorDims], g.tensor_dims);
    const got = taps.slice(0, g.taps.length).map(({ offset, sizes, strides }) => ({
      offset,
      sizes: [...sizes],
      strides: [...strides],
    }));
    assert.deepEqual(got, g.taps, JSON.stringify(g.args));
    if (g.seq_access_order === undefined) continue;
    assert.deepEqual([...taps.accessOrder().data], g.seq_access_order);
    assert.deepEqual([...taps.accessCount().data], g.seq_access_count);
  }
});

Deno.test("every golden pair is judged as published, strictly, by stream and by maps", () => {
  for (const g of golden.pairs) {
    const a = pattern(g.a), b = pattern(g.b);
    assert.equal(a.equals(b), g.strict_equal);
    assert.equal(a.compareAccessOrders(b), g.compare_access_orders);
    if (g.order_and_count_maps_equal !== undefined) {
      assert.equal(a.accessEquivalent(b), g.order_and_count_maps_equal, JSON.stringify(g));
    }
  }
});

Deno.test("every golden sequence numbers its accesses as published", () => {
  for (const g of golden.sequences) {
    const make = () => TensorAccessSequence.fromPatterns(g.taps.map(pattern));
    if (g.raises !== undefined) {
      assert.throws(make, refused, g.desc);
      continue;
    }
    assert.equal(make().length, g.len);
    assert.deepEqual([...make().accessOrder().data], g.access_order, g.desc);
    assert.deepEqual([...make().accessCount().data], g.access_count, g.desc);
  }
});

Deno.test("golden strides are cleaned as published", () => {
  for (const g of golden.cleans) {
    const tap = new TensorAccessPattern({ tensorDims: [64], offset: 0, ...g });
    assert.deepEqual([...tap.strides], g.out_strides);
  }
});
