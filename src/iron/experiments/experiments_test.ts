import assert from "node:assert/strict";
import { readGolden } from "./golden.ts";
import { Simulation } from "../../kernel/mod.ts";
import { XDNA } from "../../hardware/npu/mod.ts";
import type { Experiment, Row } from "../../model/mod.ts";
import { experiments } from "../mod.ts";

function run(id: string, parameters: object, platform: object = { id: "p", npu: XDNA }): Row[] {
  const experiment = experiments.find((e) => e.id === id) as Experiment;
  const parsed = experiment.parameters.parse(parameters);
  const problems = experiment.check?.(parsed, platform as any) ?? [];
  if (problems.length > 0) throw new Error(problems.map((p) => p.message).join("; "));
  const rows = [...experiment.run({
    parameters: parsed,
    platform: platform as any,
    seed: 1,
    simulation: () => new Simulation({ seed: 1 }),
    input: (text) => text,
    warn: () => {},
  })];
  const columns = experiment.columnsFor?.(parsed) ?? Object.keys(experiment.columns);
  for (const row of rows) assert.deepEqual(Object.keys(row).sort(), [...columns].sort());
  return rows;
}

Deno.test("access-pattern draws patterns, tilers and frames, and refuses what is wrong", () => {
  const taps = { a: [{ offset: 14, sizes: [1, 1, 3, 2], strides: [0, 0, 4, 1] }] };
  const rows = run("iron/access-pattern", { patterns: taps });
  assert.equal(rows.length, 24);
  assert.deepEqual(rows[23], {
    pattern: "a",
    row: 5,
    column: 3,
    access_order: 5,
    access_count: 1,
  });
  const tiler = { patterns: { t: { tile_dims: [3, 2] } }, frames: true };
  assert.equal(run("iron/access-pattern", tiler).length, 24 * 5);
  const far = { patterns: { a: [{ offset: 24, sizes: [1], strides: [1] }] } };
  assert.throws(() => run("iron/access-pattern", far), /offset: expected 0 to 23/);
  assert.throws(() => run("iron/access-pattern", { patterns: {} }), /at least one pattern/);
});

Deno.test("access-pattern refuses what would fill the memory, at once", () => {
  const huge: [Record<string, unknown>, RegExp][] = [
    [
      { tensor_dims: [999999999999, 4], patterns: { t: { tile_dims: [3, 2] } } },
      /a tensor of 3999999999996 elements; a map shows at most 262144/,
    ],
    [
      { patterns: { a: [{ sizes: [1e6, 1e6], strides: [0, 0] }] } },
      /1000000000000 accesses; at most/,
    ],
    [{ patterns: { t: { tile_dims: [3, 2], pattern_repeat: 1e9 } } }, /24000000000 accesses/],
    [
      { tensor_dims: [512, 512], patterns: { t: { tile_dims: [1, 1] } }, frames: true },
      /frames of 68719738880 rows together; at most/,
    ],
  ];
  for (const [parameters, message] of huge) {
    assert.throws(() => run("iron/access-pattern", parameters), message);
  }
});

Deno.test("golden vectors that differ are told apart from those that agree", () => {
  const golden = {
    taps: [
      {
        tensor_dims: [1, 2],
        offset: 0,
        sizes: [2],
        strides: [1],
        clean_sizes: [2],
        clean_strides: [1],
        access_order: [0, 1],
        access_count: [1, 1],
      },
      { tensor_dims: [1, 2], offset: 2, sizes: [2], strides: [1], raises: "ValueError" },
      { tensor_dims: [1, 2], offset: 0, sizes: [2], strides: [1], raises: "ValueError" },
    ],
    sequences: [{
      desc: "one",
      taps: [{ tensor_dims: [1, 2], offset: 0, sizes: [1], strides: [1] }],
      len: 1,
      access_order: [0, 0],
      access_count: [1, 0],
    }],
  };
  const rows = run("iron/access-pattern", { golden: JSON.stringify(golden) });
  assert.deepEqual(rows.map((row) => row.agrees), [true, true, false, false]);
  assert.match(String(rows[3].difference), /^got \[1,\[0,-1\],\[1,0\]\], expected \[1,\[0,0\]/);
});

Deno.test("a file that holds no golden vectors is refused by name", () => {
  for (const text of ["", "a,b\n", "null", "[]", "{}", '{ "taps": 1 }', '{ "taps": [null] }']) {
    assert.throws(() => readGolden(text, "g.json"), /^Error: g\.json: (is no JSON|expected lists)/);
  }
});

Deno.test("a design's latency follows the NPU's constants", () => {
  const [base] = run("iron/design", { design: "VReLU" });
  assert.equal(base.output_correct, true);
  const [slow] = run("iron/design", { design: "VReLU", ddr_rate: "1GB/s" });
  const [bare] = run("iron/design", { design: "VReLU", launch_floor: "0us" });
  const [fast] = run("iron/design", { design: "VReLU", launch_floor: "0us", clock: "2GHz" });
  assert.ok(Number(slow.latency_us) > Number(base.latency_us) + 200, "262 KB at 1 GB/s");
  assert.ok(Math.abs(Number(base.latency_us) - Number(bare.latency_us) - 126) < 0.1);
  assert.ok(Number(fast.latency_us) < 0.85 * Number(bare.latency_us));
  assert.throws(
    () => run("iron/design", {}, { id: "lan" }),
    /platform "lan" has no npu; ryzen-7040 has one/,
  );
});

Deno.test("placement says how much was placed, whether it fits, and why not", () => {
  const [gemm] = run("iron/placement", { design: "GEMM" });
  assert.deepEqual([gemm.placed, gemm.valid], ["by hand", true]);
  const [bare] = run("iron/placement", { design: "GEMM", placer: "sequential" });
  assert.equal(bare.valid, false);
  assert.match(String(bare.reason), /shim tile \(0, 0\)/);
  const small = { id: "p", npu: { ...XDNA, coreMemory: { ...XDNA.coreMemory, value: 16384 } } };
  const [tight] = run("iron/placement", { design: "ColorDetect" }, small);
  assert.equal(tight.valid, false);
  assert.match(String(tight.reason), /has 16384 bytes of memory: no room for/);
});
