import assert from "node:assert/strict";
import { DeadlockError, ExhaustedError } from "../../hardware/npu/mod.ts";
import { designNamed, DESIGNS, firstDifference } from "../designs/catalogue.ts";
import { design as colorDetect } from "../designs/before/color-detect.ts";
import { design as edgeDetectAfter } from "../designs/after/edge-detect.ts";
import { design as resnet } from "../designs/after/resnet-conv2x.ts";
import { design as gemmAfter } from "../designs/after/gemm.ts";
import { design as mvmulAfter } from "../designs/after/mvmul.ts";
import { design as gemmBefore } from "../designs/before/gemm.ts";
import { design as mvmulBefore } from "../designs/before/mvmul.ts";
import { colorDetected, edgesDrawn } from "../designs/reference.ts";
import { filled } from "../designs/data.ts";
import { ndarray, ObjectFifo, Program, Runtime, Worker } from "../interface/mod.ts";
import { ResourcePlacer, SequentialPlacer } from "../placers/mod.ts";
import { runDesign } from "./run.ts";

// Checked at full size, both versions, by the scenario iron/latency.
const LARGE = ["ColorDetect", "EdgeDetect", "ColorThreshold", "ResNetConv2x", "BBlock", "GEMM"];

Deno.test("both versions of every design give the right output in the same time", () => {
  for (const design of DESIGNS) {
    if (LARGE.includes(design.name)) continue;
    const first = design.buffers(), second = design.buffers();
    const expected = design.expected(first);
    const before = runDesign(design.before(), first);
    const after = runDesign(design.after().resolve(new SequentialPlacer()), second);
    assert.equal(firstDifference(design, first[design.output], expected), undefined);
    assert.equal(firstDifference(design, second[design.output], expected), undefined);
    assert.equal(before.latencyNs, after.latencyNs, design.name);
  }
});

Deno.test("the image pipelines are right on a small image too", () => {
  const [w, h] = [64, 12];
  const image = filled(new Uint8Array(w * h * 4), 5, 0, 255);
  const detected = new Uint8Array(image.length), edges = new Uint8Array(image.length);
  runDesign(colorDetect(w, h), [image, new Int32Array(256), detected]);
  assert.deepEqual(detected, colorDetected(image));
  const program = edgeDetectAfter(w, h).resolve(new SequentialPlacer());
  runDesign(program, [image, new Int32Array(256), edges]);
  assert.deepEqual(edges, edgesDrawn(image, w, h));
});

Deno.test("designs take other sizes: MVMul on three columns, GEMM of other shapes", () => {
  const mv = designNamed("MVMul");
  for (
    const graph of [
      mvmulBefore(288, 288, 32, 32, 3),
      mvmulAfter(288, 288, 32, 32, 3).resolve(new ResourcePlacer()),
    ]
  ) {
    const buffers = mv.buffers();
    runDesign(graph, buffers);
    assert.equal(firstDifference(mv, buffers[2], mv.expected(mv.buffers())), undefined);
  }
  const [M, K, N] = [512, 128, 256];
  const a = filled(new Int16Array(M * K), 1, -5, 5), b = filled(new Int16Array(K * N), 2, -5, 5);
  const expected = Int16Array.from({ length: M * N }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < K; k++) sum += a[Math.floor(i / N) * K + k] * b[k * N + i % N];
    return sum;
  });
  for (const graph of [gemmBefore(M, K, N), gemmAfter(M, K, N).resolve(new SequentialPlacer())]) {
    const c = new Int16Array(M * N);
    runDesign(graph, [a, b, c]);
    assert.deepEqual(c, expected);
  }
});

function window(depth: number, memDepth: number): Program {
  const type = ndarray([16], "i32");
  const input = new ObjectFifo(type, { name: "in" });
  const late = input.cons(memDepth).forward({ name: "late", depth: memDepth });
  const mid = new ObjectFifo(type, { name: "mid", depth }),
    out = new ObjectFifo(type, { name: "out" });
  const first = new Worker((a: any, b: any) => {
    a.acquire(1);
    b.acquire(1);
    a.release(1);
    b.release(1);
  }, [input.cons(), mid.prod()]);
  // Needs three objects of one FIFO before it takes the first of the other.
  const second = new Worker((a: any, b: any, c: any) => {
    a.acquire(3);
    b.acquire(1);
    c.acquire(1);
    a.release(3);
    b.release(1);
    c.release(1);
  }, [mid.cons(), late.cons(), out.prod()]);
  const rt = new Runtime();
  rt.sequence([ndarray([96], "i32"), ndarray([32], "i32")], (a, b) => {
    rt.start(first, second);
    rt.fill(input.prod(), a);
    rt.drain(out.cons(), b, { wait: true });
  });
  return new Program("npu1_1col", rt);
}

Deno.test("a pipeline with too little slack stands still and says who waits for whom", () => {
  const buffers = () => [new Int32Array(96), new Int32Array(32)];
  assert.throws(
    () => runDesign(window(3, 1).resolve(new SequentialPlacer()), buffers()),
    (error: Error) =>
      error instanceof DeadlockError &&
      /host waits for signal "transfer on "out""/.test(error.message) &&
      /core \(0, \d\) waits for \d filled of "mid"/.test(error.message) &&
      /holds/.test(error.message),
  );
});

Deno.test("a worker that was never started is named when its FIFOs stand still", () => {
  const type = ndarray([16], "i32"), input = new ObjectFifo(type, { name: "in" });
  new Worker(() => {}, [input.cons()]);
  const rt = new Runtime();
  rt.sequence([type], (a) => {
    for (let i = 0; i < 2; i++) rt.fill(input.prod(), a, { wait: true });
    rt.fill(input.prod(), a, { wait: true });
  });
  assert.throws(
    () =>
      runDesign(new Program("npu1_1col", rt).resolve(new SequentialPlacer()), [new Int32Array(16)]),
    (error: Error) =>
      error instanceof DeadlockError &&
      /no core runs at \(0, 2\), an end of "in": start its worker/.test(error.message),
  );
});

Deno.test("buffers of other elements than the sequence declares are refused", () => {
  const graph = window(4, 4).resolve(new SequentialPlacer());
  assert.throws(
    () => runDesign(graph, [new Int8Array(384), new Int32Array(32)]),
    /buffer 0 is a Int8Array; the sequence takes memref<96xi32>, elements of 4 bytes/,
  );
});

Deno.test("a design too large for its tiles says which tile, and what lies there", () => {
  assert.throws(
    () =>
      runDesign(resnet(128).resolve(new SequentialPlacer()), [
        new Int8Array(1),
        new Int8Array(1),
        new Int8Array(1),
      ]),
    (error: Error) =>
      error instanceof ExhaustedError &&
      /compute tile \(\d, \d\) has 65536 bytes of memory: no room for ".*_buff_\d"/.test(
        error.message,
      ),
  );
});
