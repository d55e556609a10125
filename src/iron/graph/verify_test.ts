import assert from "node:assert/strict";
import {
  core,
  dmaAwaitTask,
  dmaFreeTask,
  dmaStartTask,
  explicitDesign,
  externalFunction,
  npuRtpWrite,
  objectFifo,
  objectFifoLink,
  range,
  runtimeSequence,
  shimDmaSingleBdTask,
  tile,
} from "../explicit/explicit.ts";
import { runDesign } from "../run/run.ts";
import { ndarray } from "./types.ts";

const type = ndarray([16], "i32");

/** A design around one FIFO from the shim tile into a core and one back. */
function design(body: (f: ReturnType<typeof parts>) => void) {
  return () => explicitDesign("npu1_1col", () => body(parts()));
}
function parts() {
  const shim = tile(0, 0), mem = tile(0, 1), compute = tile(0, 2);
  const input = objectFifo("in", shim, compute, 2, type);
  const output = objectFifo("out", compute, shim, 2, type);
  return { shim, mem, compute, input, output };
}

Deno.test("cores keep to their ends of their FIFOs", () => {
  const withCore = (body: (f: ReturnType<typeof parts>) => void) =>
    design((f) => core(f.compute, undefined, () => body(f)));
  assert.throws(
    withCore((f) => f.input.acquire("Consume", 3)),
    /core \(0, 2\) acquires 3 objects of "in", whose consumer end has 2/,
  );
  assert.throws(
    withCore((f) => f.input.acquire("Produce", 1)),
    /is no producer of object FIFO "in"/,
  );
  assert.throws(withCore((f) => f.output.release("Produce", 0)), /releases 0 objects of "out"/);
  assert.throws(design((f) => core(f.mem, undefined, () => {})), /tile \(0, 1\) has no core/);
  const twice = design((f) => {
    core(f.compute, undefined, () => {});
    core(f.compute, undefined, () => {});
  });
  assert.throws(twice, /two programs; a core runs one/);
});

Deno.test("a release of more than is held is said by whom and of what", () => {
  const graph = design((f) => {
    core(f.compute, undefined, () => {
      f.input.acquire("Consume", 1);
      f.input.release("Consume", 2);
    });
    runtimeSequence([type, type], (a, b) => {
      const inTask = shimDmaSingleBdTask(f.input, a);
      const outTask = shimDmaSingleBdTask(f.output, b, { issueToken: true });
      dmaStartTask(inTask, outTask);
      dmaAwaitTask(outTask);
    });
  })();
  assert.throws(
    () => runDesign(graph, [new Int32Array(16), new Int32Array(16)]),
    /core \(0, 2\) releases 2 objects of "in" at \(0, 2\) but holds 1/,
  );
});

Deno.test("links meet on a tile, split and join in memory tiles, with an offset per part", () => {
  const linked = (body: (f: ReturnType<typeof parts>) => void) => design(body);
  assert.throws(
    linked((f) => objectFifoLink(f.output, f.input)),
    /is a shim tile and has no memory/,
  );
  const apart = linked((f) =>
    objectFifoLink(f.input, objectFifo("far", f.mem, f.compute, 2, type))
  );
  assert.throws(apart, /link \[in\] -> \[far\]: its FIFOs have no tile in common/);
  const split = (offsets: number[]) =>
    linked((f) => {
      const halves = [0, 1].map((i) =>
        objectFifo(`h${i}`, f.mem, f.compute, 2, ndarray([8], "i32"))
      );
      const whole = objectFifo("whole", f.shim, f.mem, 2, type);
      objectFifoLink(whole, halves, [], offsets);
    });
  assert.throws(split([0]), /needs 2 destination offsets, got 1/);
  assert.doesNotThrow(split([0, 8]));
  const inCore = linked((f) => {
    const parts = [0, 1].map((i) => objectFifo(`h${i}`, f.compute, f.shim, 2, ndarray([8], "i32")));
    objectFifoLink(f.input, parts, [], [0, 8]);
  });
  assert.throws(inCore, /joins and splits need a memory tile, \(0, 2\) is none/);
  const shimLayout = linked((f) =>
    objectFifo("x", f.shim, f.compute, 2, type, { toStream: [[16, 1]] })
  );
  assert.throws(shimLayout, /"x": a shim tile's producer cannot lay out its stream/);
  assert.throws(linked(() => parts()), /object FIFO "in" is declared twice/);
});

Deno.test("a FIFO is linked once at each end, and what is split has no layout of its own", () => {
  const half = ndarray([8], "i32");
  const halves = (f: ReturnType<typeof parts>, name: string) =>
    [0, 1].map((i) => objectFifo(`${name}${i}`, f.mem, f.compute, 2, half));
  const twice = design((f) => {
    const whole = objectFifo("whole", f.shim, f.mem, 2, type);
    objectFifoLink(whole, halves(f, "a"), [], [0, 8]);
    objectFifoLink(whole, halves(f, "b"), [], [0, 8]);
  });
  assert.throws(twice, /link \[whole\] -> \[b0,b1\]: "whole" has another link/);
  const laidOut = design((f) => {
    const mem = f.mem, other = tile(0, 3);
    const whole = objectFifo("whole", other, mem, 2, type, { toStream: [[4, 1], [4, 4]] });
    objectFifoLink(whole, halves(f, "a"), [], [0, 8]);
  });
  assert.throws(laidOut, /"whole" is split and cannot have a layout of its own/);
});

Deno.test("the sequence awaits tokens, writes buffers that exist, and has 16 descriptors", () => {
  const sequence = (body: (f: ReturnType<typeof parts>, a: any) => void) =>
    design((f) => runtimeSequence([type], (a) => body(f, a)));
  assert.throws(
    sequence((f, a) => dmaAwaitTask(shimDmaSingleBdTask(f.input, a))),
    /await of a transfer on "in" that issues no token/,
  );
  assert.throws(sequence(() => npuRtpWrite("nothing", 0, 1)), /there is no buffer "nothing"/);
  const many = (free: boolean) =>
    sequence((f, a) => {
      for (let i = 0; i < 17; i++) {
        const task = shimDmaSingleBdTask(f.input, a);
        dmaStartTask(task);
        if (free) dmaFreeTask(task);
      }
    });
  assert.throws(many(false), /shim tile \(0, 0\) has 16 buffer descriptors, all in use/);
  assert.doesNotThrow(many(true));
  assert.throws(
    sequence((f, a) => shimDmaSingleBdTask(f.input, a, { sizes: [4, 4], strides: [4, 1] })),
    /expected 4 sizes and 4 strides/,
  );
  const inner = design((f) => {
    const local = objectFifo("local", f.mem, f.compute, 2, type);
    runtimeSequence([type], (a) => void shimDmaSingleBdTask(local, a));
  });
  assert.throws(inner, /transfer on "local": the FIFO has no end at a shim tile/);
});

Deno.test("kernels are called with what they declare, and only inside cores", () => {
  const called = (body: (k: (...args: any[]) => void, f: ReturnType<typeof parts>) => void) =>
    design((f) => {
      const kernel = externalFunction("k", [type, "i32"], "k.o");
      core(f.compute, "k.o", () => body(kernel, f));
    });
  assert.throws(called((k) => k(1)), /k takes 2 arguments, got 1/);
  assert.throws(called((k) => k(1, 2)), /argument 0 of k: expected memref<16xi32>/);
  assert.throws(
    () => range(4, () => {}),
    /"for" is only possible inside a core's function/,
  );
  assert.throws(() => tile(0, 0), /only possible inside explicitDesign/);
});

Deno.test("a kernel without a model is named when its design runs", () => {
  const graph = design((f) => {
    const kernel = externalFunction("mystery", [type], "mystery.o");
    core(f.compute, "mystery.o", () => {
      kernel(f.input.acquire("Consume", 1));
      f.input.release("Consume", 1);
    });
    runtimeSequence([type, type], (a, b) => {
      dmaStartTask(shimDmaSingleBdTask(f.input, a), shimDmaSingleBdTask(f.output, b));
    });
  })();
  assert.throws(
    () => runDesign(graph, [new Int32Array(16), new Int32Array(16)]),
    /kernel "mystery" \(mystery\.o\) has no model: it cannot be run/,
  );
});
