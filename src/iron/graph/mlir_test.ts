import assert from "node:assert/strict";
import { DESIGNS } from "../designs/catalogue.ts";
import {
  GlobalBuffer,
  localBuffer,
  ndarray,
  ObjectFifo,
  Program,
  range,
  Runtime,
  Worker,
} from "../interface/mod.ts";
import { SequentialPlacer } from "../placers/mod.ts";
import { emitMlir } from "./mlir.ts";
import { problems } from "./mlir-reader.ts";

const texts = DESIGNS.flatMap(({ name, before, after }) => [
  [`${name} before`, emitMlir(before())],
  [`${name} after`, after().resolveProgram(new SequentialPlacer())],
]);

Deno.test("the MLIR of all 54 designs reads as valid", () => {
  for (const [name, text] of texts) assert.deepEqual(problems(text), [], name);
});

Deno.test("numbers, names and local buffers are written as MLIR has them", () => {
  const type = ndarray([2, 2], "f32");
  const [input, output] = ["in", "a b"].map((name) => new ObjectFifo(type, { name }));
  const scale = new GlobalBuffer(type, { name: "1 scale", init: [1, -2, 0.5, 1e-9] });
  const worker = new Worker((a: any, b: any, s: any) => {
    const x = a.acquire(1), y = b.acquire(1), local = localBuffer(ndarray([3], "bf16"), [1, 2, 3]);
    local.set([0], 1e21);
    range(2, (i) => y.set([i, 1], x.at(i, 0).times(1e-7).plus(s.at(0, 1)).max(Infinity)));
    a.release(1);
    b.release(1);
  }, [input.cons(), output.prod(), scale]);
  const rt = new Runtime();
  rt.sequence([type, type], (a, b) => {
    rt.start(worker);
    rt.fill(input.prod(), a);
    rt.drain(output.cons(), b, { wait: true });
  });
  const text = new Program("npu1_1col", rt).resolveProgram(new SequentialPlacer());
  assert.deepEqual(problems(text), []);
  for (
    const part of [
      'aie.objectfifo @"a b"(',
      '%_1_scale = aie.buffer(%tile_0_2) {sym_name = "1 scale"} : memref<2x2xf32> = dense<[[1.0, -2.0], [0.5, 1.0e-9]]>',
      "arith.constant 1.0e-7 : f32",
      "arith.constant 0x7F800000 : f32",
      "arith.constant 1.0e+21 : bf16",
      "arith.maximumf",
    ]
  ) assert.ok(text.includes(part), `${part}\nnot in\n${text}`);
});

Deno.test("the reader finds what is broken: lines lost, moved, doubled, and wrong words", () => {
  const wrong: [line: RegExp, to: string, problem: RegExp][] = [
    [/^.*aie\.tile\(0, 2\)\n/m, "", /%tile_0_2 is not defined here/],
    [/^.*aie\.objectfifo @act_2_3_5.*\n/m, "", /@act_2_3_5 is not declared, not fifo/],
    [/^.*private @conv2dk3_ui8.*\n/m, "", /@conv2dk3_ui8 is not declared, not func/],
    [/^(.*arith\.constant.*\n)/m, "$1$1", /is defined again/],
    [/^ *aie\.end\n/m, "", /core without terminator/],
    [/^ *\}\n/m, "", /indentation/],
    [/acquire @act_2_3_5\(Consume, 3\)/, "acquire @act_2_3_5(Consume, 2)", /element of the view/],
    [/, 69632, \[/, ", 69631, [", /length/],
    [/ \{issue_token = true\}/, "", /await of a task without token/],
    [/step %\d+/, "step %tile_0_2", /%tile_0_2 is tile, not index/],
    [
      /memref\.load %(\w+)\[(%\d+)\] : memref<16xi32>/,
      "memref.load %$1[] : memref<16xi32>",
      /indices/,
    ],
    [/\(memref<32x1x256xi8>, memref<16384xi8>, memref<32x1x64xui8>, i32/, "(i32", /signature/],
    [/aie\.objectfifo\.release/, "aie.objectfifo.free", /no such operation/],
  ];
  const [, text] = texts.find(([name]) => name === "BBlock after") as string[];
  for (const [line, to, problem] of wrong) {
    const broken = text.replace(line, to);
    assert.notEqual(broken, text, String(line));
    assert.match(problems(broken).join("\n"), problem, String(line));
  }
});
