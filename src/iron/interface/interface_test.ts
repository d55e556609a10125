import assert from "node:assert/strict";
import { emitMlir } from "../graph/mlir.ts";
import { SequentialPlacer } from "../placers/mod.ts";
import { TensorAccessPattern } from "../taplib/mod.ts";
import {
  AlreadyPlacedError,
  AnyComputeTile,
  CoreFunction,
  GlobalBuffer,
  Kernel,
  localBuffer,
  ndarray,
  NotResolvedError,
  ObjectFifo,
  ObjectFifoLink,
  Program,
  range,
  Runtime,
  Tile,
  Worker,
} from "./mod.ts";

const type = ndarray([16], "i32");
const fifo = (name: string, options = {}) => new ObjectFifo(type, { name, ...options });
const idle = () => {};

/** A program in which one worker passes `input` on to `output`. */
function program(routine: (...args: any[]) => void, more: unknown[] = [], options = {}) {
  const input = fifo("in"), output = fifo("out");
  const worker = new Worker(routine, [input.cons(), output.prod(), ...more], options);
  const rt = new Runtime();
  rt.sequence([type, type], (a, b) => {
    rt.start(worker);
    rt.fill(input.prod(), a);
    rt.drain(output.cons(), b, { wait: true });
  });
  return { program: new Program("npu1_1col", rt), rt, worker, input, output };
}

const pass = (a: any, b: any) => {
  a.acquire(1);
  b.acquire(1);
  a.release(1);
  b.release(1);
};

Deno.test("depths: a default of 2, one producer whose depth is fixed, a broadcast per cons()", () => {
  const f = fifo("f");
  assert.equal(f.prod(), f.prod(5));
  assert.equal(f.prod().depth, 2);
  assert.notEqual(f.cons(), f.cons());
  assert.throws(() => fifo("f", { depth: 0 }), /"f": depth must be >= 1/);
  assert.throws(() => f.cons(0), RangeError);
  assert.throws(() => f.prod(-1), RangeError);
  assert.throws(() => fifo("f", { depth: null }).prod(), /no default depth/);
  assert.throws(() => fifo("f", { depth: null }).cons(), /no default depth/);
  assert.equal(fifo("f", { depth: null }).cons(3).depth, 3);
  assert.match(new ObjectFifo(type).name, /^of\d+$/);
});

Deno.test("acquire and release stay within the depth, and inside a worker", () => {
  const handle = fifo("f").cons(3);
  for (const n of [0, 4, 1.5]) {
    assert.throws(() => handle.acquire(n), /"f": cannot acquire .* this end has 3/);
    assert.throws(() => handle.release(n), /"f": cannot release/);
  }
  assert.throws(() => handle.acquire(1), /only possible inside a core's function/);
});

Deno.test("only consumers are forwarded and split, only producers joined", () => {
  const f = fifo("f");
  assert.throws(() => f.prod().forward(), /only a consumer handle can be forwarded/);
  assert.throws(() => f.prod().split([0, 8]), /only a consumer handle can be split/);
  assert.throws(() => f.cons().join([0, 8]), /only a producer handle can be joined/);
  assert.throws(() => f.cons().split([]), /at least one offset/);
  assert.throws(() => f.cons().split([0, 8], { names: ["one"] }), /2 offsets but 1 names/);
  assert.throws(() => new ObjectFifoLink([], [f.prod()], undefined, [], []), /at least one source/);
  const many = [fifo("a").cons(), fifo("b").cons()];
  const out = [fifo("c").prod(), fifo("d").prod()];
  assert.throws(() => new ObjectFifoLink(many, out, undefined, [], []), /not several of both/);
  assert.throws(
    () => new ObjectFifoLink([fifo("e").cons()], out, undefined, [], [0]),
    /2 destinations but 1 offsets/,
  );
  const parts = fifo("g").cons().split([0, 8]);
  assert.deepEqual(parts.map((p) => p.name), ["g_split0", "g_split1"]);
  assert.equal(fifo("h").cons(5).forward().defaultDepth, 5);
});

Deno.test("an end belongs to one worker, link or the runtime", () => {
  const f = fifo("f"), handle = f.prod();
  new Worker(idle, [handle]);
  assert.throws(() => new Worker(idle, [handle]), /"f": the end is already the worker of idle/);
});

Deno.test("workers refuse a bare FIFO and kernels of two object files", () => {
  assert.throws(() => new Worker(idle, [fifo("f")]), /give it fifo\.prod\(\) or fifo\.cons\(\)/);
  const kernels = ["a.o", "b.o"].map((o) => new Kernel(`k_${o}`, o, [type]));
  assert.throws(() => new Worker(idle, kernels), /2 object files \(a\.o, b\.o\)/);
  assert.equal(new Worker(idle, [kernels[0]]).linkWith, "a.o");
});

Deno.test("what has no tile is named when the program is resolved without a placer", () => {
  const { program: p } = program(pass);
  assert.throws(
    () => p.resolveProgram(),
    (e: Error) =>
      e instanceof NotResolvedError &&
      /the worker of pass is not placed \(AnyComputeTile\)/.test(e.message),
  );
  assert.throws(() => fifo("f").node, NotResolvedError);
  const tile = new Tile(0, 2);
  const worker = new Worker(idle, [], { placement: tile });
  assert.throws(() => worker.place(new Tile(0, 3)), AlreadyPlacedError);
  const other = new Worker(idle, [], { placement: AnyComputeTile });
  other.place(tile);
  assert.ok((other.placement as Tile).equals(tile));
});

Deno.test("a program is resolved once, and gives the same graph again", () => {
  const { program: p } = program(pass);
  const graph = p.resolve(new SequentialPlacer());
  assert.equal(p.resolve(), graph);
  assert.equal(p.resolveProgram(), emitMlir(graph));
});

Deno.test("workers without a name are called by their FIFOs", () => {
  const [a, b] = [fifo("a").cons(), fifo("b").prod()];
  assert.equal(new Worker((() => () => {})(), [a, b]).describe(), 'the worker on "a", "b"');
  assert.equal(new Worker(null).describe(), "the worker of an idle core");
});

Deno.test("FIFOs, functions and buffers share one table of names", () => {
  const named = (name: string, other: unknown) => {
    const p = program((a, b, ..._: unknown[]) => pass(a, b), [other]).program;
    assert.throws(() => p.resolve(new SequentialPlacer()), RegExp(name));
  };
  named('function "in": the name is taken, by object FIFO "in"', new Kernel("in", "k.o", [type]));
  named(
    'buffer "out": the name is taken, by object FIFO "out"',
    new GlobalBuffer(type, { name: "out" }),
  );
});

Deno.test("parts of a split or join lie inside the whole object", () => {
  const input = fifo("in"), half = ndarray([8], "i32");
  const parts = input.cons().split([0, 12], { types: [half, half] });
  const rt = new Runtime();
  rt.sequence([type], (a) => {
    for (const part of parts) rt.drain(part.cons(), a);
    rt.fill(input.prod(), a, { wait: true });
  });
  assert.throws(
    () => new Program("npu1_1col", rt).resolve(new SequentialPlacer()),
    /"in_split1" of 8 elements at offset 12 is not inside memref<16xi32>/,
  );
});

Deno.test("a FIFO without producer or consumer is named", () => {
  const rt = new Runtime(), f = fifo("lonely");
  rt.sequence([type], (a) => rt.fill(f.prod(), a));
  assert.throws(
    () => new Program("npu1_1col", rt).resolve(new SequentialPlacer()),
    /"lonely" has no consumer/,
  );
});

Deno.test("the runtime takes its own buffers, the right handles, and closes its groups", () => {
  const rt = new Runtime(), other = new Runtime(), f = fifo("f");
  let foreign: any;
  other.sequence([type], (a) => {
    foreign = a;
  });
  rt.sequence([type, ndarray([2, 2, 2], "i32")], (a, cube) => {
    assert.throws(() => rt.fill(f.prod(), foreign), /must come from sequence\(\)/);
    assert.throws(() => rt.fill(f.cons(), a), /expected a handle made by prod\(\)/);
    assert.throws(() => rt.drain(f.prod(), a), /expected a handle made by cons\(\)/);
    assert.throws(() => rt.fill(f.prod(), cube), /expected 2 dimensions/);
    assert.throws(() => rt.start({} as any), /expected Workers/);
    const five = { tensorDims: [16], offset: 0, sizes: [1, 1, 1, 1, 4], strides: [0, 0, 0, 0, 1] };
    const tap = new TensorAccessPattern(five);
    assert.throws(() => rt.fill(f.prod(), a, { tap }), /a transfer has at most 4/);
    const group = rt.taskGroup();
    rt.finishTaskGroup(group);
    assert.throws(() => rt.finishTaskGroup(group), /is not open/);
    assert.throws(() => rt.fill(f.prod(), a, { taskGroup: group }), /is closed/);
  });
  assert.throws(() => rt.sequence([type], () => void rt.taskGroup()), /task groups left open: 1/);
});

Deno.test("several drains of one FIFO are one consumer, unless they differ", () => {
  const { program: p, output, rt } = program(pass);
  rt.sequence([type, type], (_a, b) => {
    rt.drain(output.cons(), b, { wait: true });
    rt.drain(output.cons(), b, { wait: true });
  });
  const graph = p.resolve(new SequentialPlacer());
  assert.equal(graph.fifos.find((f) => f.name === "out")?.consumers.length, 1);
  assert.throws(
    () => rt.sequence([type, type], (_a, b) => rt.drain(output.cons(7), b)),
    /drains of "out" differ/,
  );
});

Deno.test("transfers that nobody waits for are freed at the next wait, groups at their end", () => {
  const rt = new Runtime();
  const [a, b, c] = ["a", "b", "c"].map((name) => fifo(name));
  const worker = new Worker(pass, [a.cons(), b.cons(), c.prod()]);
  rt.sequence([type], (x) => {
    rt.start(worker);
    rt.fill(a.prod(), x);
    const group = rt.taskGroup();
    rt.fill(b.prod(), x, { taskGroup: group });
    rt.drain(c.cons(), x, { wait: true });
    rt.fill(a.prod(), x, { taskGroup: group, wait: true });
    rt.finishTaskGroup(group);
  });
  const { ops } = new Program("npu1_1col", rt).resolve(new SequentialPlacer()).sequence;
  const story = ops.filter((op) => op.op !== "configure" && op.op !== "start");
  assert.deepEqual(story, [
    { op: "await", id: 2 },
    { op: "free", id: 0 },
    { op: "await", id: 3 },
    { op: "free", id: 1 },
  ]);
});

Deno.test("buffers: written by the sequence only if asked for, local ones only inside workers", () => {
  const plain = new GlobalBuffer(type, { name: "plain" });
  assert.throws(() => plain.set(0, 1), /only with useWriteRtp/);
  assert.throws(() => new GlobalBuffer(type, { init: [1] }), /needs 16 initial values, got 1/);
  assert.throws(() => localBuffer(type), /only possible inside a worker/);
  const kernel = new Kernel("k", "k.o", [type]);
  assert.throws(() => kernel.call(), NotResolvedError);
  const rtp = new GlobalBuffer(type, { name: "rtp", useWriteRtp: true });
  const { program: p, rt, worker } = program((a, b, r) => {
    const scratch = localBuffer(type);
    scratch.set([0], r.at(3));
    pass(a, b);
  }, [rtp]);
  rt.inlineOps(() => rtp.set(3, 42));
  const text = emitMlir(p.resolve(new SequentialPlacer()));
  assert.match(text, /aiex\.npu\.rtp_write\(@rtp, 3, 42\)/);
  assert.match(text, /aie\.buffer\(%tile_0_2\) \{sym_name = "buf_0_2_0"\}/);
  assert.ok(worker.placement instanceof Tile);
});

Deno.test("MLIR has the shape that mlir-aie prints", () => {
  const double = new CoreFunction("double", [type, type], (x, y) => {
    range(16, (i) => y.set([i], x.at(i).times(2)));
  });
  const { program: p } = program(
    (a, b, f) => {
      const x = a.acquire(1), y = b.acquire(1);
      f.call(x, y);
      a.release(1);
      b.release(1);
    },
    [double],
    { stackSize: 2048 },
  );
  const text = p.resolveProgram(new SequentialPlacer());
  for (
    const line of [
      "aie.device(npu1_1col) {",
      "%shim_noc_tile_0_0 = aie.tile(0, 0)",
      "aie.objectfifo @in(%shim_noc_tile_0_0, {%tile_0_2}, 2 : i32) : !aie.objectfifo<memref<16xi32>>",
      "func.func @double(%arg0: memref<16xi32>, %arg1: memref<16xi32>) {",
      "scf.for %",
      "aie.objectfifo.acquire @in(Consume, 1) : !aie.objectfifosubview<memref<16xi32>>",
      "aie.objectfifo.release @out(Produce, 1)",
      "} {stack_size = 2048 : i32}",
      "aiex.runtime_sequence @sequence(%arg0: memref<16xi32>, %arg1: memref<16xi32>) {",
      "} {issue_token = true}",
    ]
  ) assert.ok(text.includes(line), `${line}\nnot in\n${text}`);
});
