import assert from "node:assert/strict";
import fc from "fast-check";
import { Simulation } from "../../kernel/mod.ts";
import {
  checkLayout,
  DeadlockError,
  DescriptorError,
  Device,
  type Dim,
  ExhaustedError,
  layoutBytes,
  Npu,
  Router,
  Tile,
  Walker,
} from "./mod.ts";

const at = (col: number, row: number) => ({ col, row });
const device = (id = "npu1_4col") => new Device(id);
const tile = (col: number, row: number, id?: string) =>
  new Tile(new Simulation({ seed: 1 }), device(id), at(col, row));

Deno.test("devices have the tiles and reach the memories of their generation", () => {
  assert.equal(device().tiles("core").length, 16);
  assert.equal(device("npu1_1col").tiles("mem").length, 1);
  assert.equal(device("npu2").tiles("shim").length, 8);
  // The first column of the whole first generation has no way to DDR.
  assert.equal(device("npu1").tiles("shim").length, 4);
  assert.ok(!device("npu1").reachesDdr(at(0, 0)));
  assert.throws(() => device("npu3"), /device "npu3" is not known; use one of npu1_1col/);
  assert.throws(() => device().kind(at(4, 0)), /npu1_4col has no tile \(4, 0\)/);
  const d = device();
  const reached = d.tiles("core").filter((m) => d.reachesMemory(at(1, 3), m)).map((m) =>
    `${m.col},${m.row}`
  );
  assert.deepEqual(reached.sort(), ["0,3", "1,2", "1,3", "1,4"]);
  assert.ok(!d.reachesMemory(at(1, 2), at(1, 1)), "a core does not reach a memory tile");
  assert.ok(d.reachesMemory(at(1, 1), at(2, 1)), "memory tiles reach their neighbours");
});

Deno.test("a tile names what it has run out of", () => {
  const core = tile(0, 2);
  core.allocate("big", 60_000);
  assert.throws(() => core.allocate("more", 8000), /compute tile \(0, 2\) has 65536 .*"more"/);
  core.channel("S2MM", "a");
  core.channel("S2MM", "b");
  assert.throws(
    () => core.channel("S2MM", "c"),
    /2 input DMA channels .* taken by "a", "b": none left for "c"/,
  );
  for (let i = 0; i < 8; i++) core.locks(`"f${i}"`, 2);
  assert.throws(() => core.locks('"f8"', 2), /16 locks: none left for "f8"/);
  const dma = core.channel("MM2S", "out"), memory = { name: "m", bytes: new Uint8Array(64) };
  const layout = { elementBytes: 4, offset: 0, dims: [{ size: 16, stride: 1 }] };
  for (let i = 0; i < 16; i++) core.describe(dma, { memory, layout });
  assert.throws(() => core.describe(dma, { memory, layout }), /16 buffer descriptors/);
  assert.throws(() => tile(0, 0, "npu1").channel("MM2S", "x"), /has no DMA/);
});

Deno.test("a memory tile's even and odd channels have 24 descriptors each", () => {
  const mem = tile(0, 1), memory = { name: "m", bytes: new Uint8Array(64) };
  const layout = { elementBytes: 4, offset: 0, dims: [{ size: 16, stride: 1 }] };
  const even = mem.channel("MM2S", "even"), odd = mem.channel("MM2S", "odd");
  for (let i = 0; i < 24; i++) mem.describe(even, { memory, layout });
  assert.throws(() => mem.describe(even, { memory, layout }), /24 .* even channels/);
  assert.doesNotThrow(() => mem.describe(odd, { memory, layout }));
});

Deno.test("descriptors hold what the verifier of mlir-aie lets through, and no more", () => {
  const check = (
    kind: "shim" | "mem" | "core",
    elementBytes: number,
    dims: number[][],
    offset = 0,
  ) => {
    const where = kind === "shim" ? at(0, 0) : kind === "mem" ? at(0, 1) : at(0, 2);
    const list: Dim[] = dims.map(([size, stride]) => ({ size, stride }));
    checkLayout("transfer", { elementBytes, offset, dims: list }, kind, device().limits(where));
  };
  // Access-equivalent, but only one of each pair can be programmed.
  check("shim", 4, [[1, 0], [1, 0], [1, 0], [2048, 1]]);
  assert.throws(() => check("shim", 4, [[1, 0], [1, 0], [2, 2048], [2048, 1]]), /size 2048/);
  check("core", 4, [[4, 64], [64, 1]]);
  assert.throws(() => check("core", 4, [[2, 256], [2, 512], [2, 64], [2, 1]]), /4 dimensions/);
  check("mem", 2, [[16, 256], [16, 4], [4, 64], [4, 1]]);
  assert.throws(() => check("mem", 2, [[16, 3], [4, 1]]), /stride of 6 bytes/);
  assert.throws(() => check("mem", 1, [[4, 8], [2, 1]]), /innermost size of 2 bytes/);
  assert.throws(() => check("shim", 4, [[1, 0], [2, 0], [4, 1], [1, 1]]), /stride 0/);
  check("shim", 4, [[200, 0], [1, 0], [4, 8], [4, 1]]);
  assert.throws(() => check("shim", 4, [[65, 8], [1, 0], [4, 8], [4, 1]]), /at most 64/);
  assert.throws(() => check("shim", 2, [[1, 0], [1, 0], [1, 0], [4, 1]], 1), /starts at byte 2/);
  assert.throws(() => check("core", 4, [[2, 20_000], [4, 1]]), DescriptorError);
});

Deno.test("a walker's runs are the definition's addresses, however they are cut", () => {
  const dims = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat(9)), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(fc.property(dims, fc.constantFrom(1, 2, 4), fc.nat(5), fc.integer({ min: 1, max: 7 }), (
    list,
    elementBytes,
    offset,
    cut,
  ) => {
    const walk = list.map(([size, stride]) => ({ size, stride }));
    const memory = Uint8Array.from({ length: 1024 }, (_, i) => i * 7 + (i >> 8));
    const expected: number[] = [];
    const visit = (d: number, index: number) => {
      if (d === walk.length) {
        for (let b = 0; b < elementBytes; b++) expected.push(memory[index * elementBytes + b]);
      } else {
        for (let i = 0; i < walk[d].size; i++) visit(d + 1, index + i * walk[d].stride);
      }
    };
    visit(0, offset);
    const layout = { elementBytes, offset, dims: walk };
    assert.equal(layoutBytes(layout), expected.length);
    const walker = new Walker(layout), got: number[] = [], out = new Uint8Array(cut);
    while (walker.remaining > 0) {
      const n = Math.min(cut, walker.remaining);
      walker.gather(memory, out, n);
      got.push(...out.subarray(0, n));
    }
    assert.deepEqual(got, expected);
  }));
});

Deno.test("the router takes ports, shares a broadcast's common part, and says which are full", () => {
  const router = new Router(device("npu1_1col"));
  router.connect("b", at(0, 1), [at(0, 3), at(0, 5)]);
  assert.deepEqual(router.taken(at(0, 2), "north"), ["b"]);
  for (let i = 0; i < 5; i++) router.connect(`s${i}`, at(0, 1), [at(0, 2)]);
  assert.throws(
    () => router.connect("last", at(0, 1), [at(0, 2)]),
    /no route for stream "last" from \(0, 1\) to \(0, 2\); full ports: \(0, 1\) north \(b, s0/,
  );
});

/** Tile (0,2) copies `words` words of DDR through one buffer of its memory back to DDR. */
function copyNpu(words: number, part?: ConstructorParameters<typeof Device>[1]) {
  const sim = new Simulation({ seed: 1 });
  const npu = new Npu(sim, new Device("npu1_1col", part));
  const shim = npu.tile(at(0, 0)), core = npu.tile(at(0, 2));
  const fill = shim.channel("MM2S", "in"), drain = shim.channel("S2MM", "out");
  const into = core.channel("S2MM", "in"), from = core.channel("MM2S", "out");
  const buffer = core.allocate("buffer", words * 4), locks = core.locks('"buffer"', 1);
  const layout = { elementBytes: 4, offset: 0, dims: [{ size: words, stride: 1 }] };
  core.describe(into, { memory: buffer, layout, locks, side: "free" });
  core.describe(from, { memory: buffer, layout, locks, side: "filled" });
  npu.connect("in", fill, [into]);
  npu.connect("out", from, [drain]);
  return { npu, fill, drain, layout };
}

Deno.test("16 KiB from DDR into a core's memory take what the board measured", () => {
  const { npu, fill, drain, layout } = copyNpu(4096);
  const source = Int32Array.from({ length: 4096 }, (_, i) => i * i);
  const target = new Int32Array(4096);
  const memory = (name: string, data: Int32Array) => ({ name, bytes: new Uint8Array(data.buffer) });
  let arrived = 0;
  npu.run((function* () {
    const began = npu.sim.now;
    const a = npu.configure(fill, memory("a", source), layout);
    const b = npu.configure(drain, memory("b", target), layout);
    npu.start(a);
    npu.start(b);
    yield a.finished;
    arrived = npu.sim.now - began;
    yield b.finished;
  })());
  assert.deepEqual(target, source);
  // Published: 4437 +- 154 cycles (mlir-aie, test/benchmarks).
  assert.ok(Math.abs(arrived - 4437) < 154, `${arrived} cycles`);
});

Deno.test("who waits for what, and who holds it, is said when a program stands still", () => {
  const { npu, drain, layout } = copyNpu(64);
  const memory = { name: "b", bytes: new Uint8Array(256) };
  assert.throws(
    () =>
      npu.run((function* () {
        const task = npu.configure(drain, memory, layout);
        npu.start(task);
        yield task.finished;
      })()),
    (error: Error) =>
      error instanceof DeadlockError && /host waits for .*transfer on "out"/.test(error.message) &&
      /stream "out" waits for 1 filled of "buffer" at \(0, 2\) \(1 free, 0 filled/.test(
        error.message,
      ),
  );
});

Deno.test("a shim tile's descriptors run out by name, and come back when freed", () => {
  const { npu, fill, layout } = copyNpu(64);
  const memory = { name: "a", bytes: new Uint8Array(256) };
  const tasks = Array.from({ length: 16 }, () => npu.configure(fill, memory, layout));
  assert.throws(() => npu.configure(fill, memory, layout), ExhaustedError);
  npu.freeShimDescriptor(tasks[3]);
  assert.equal(npu.configure(fill, memory, layout).id, 3);
  const far = { ...layout, offset: 1 };
  assert.throws(() => npu.configure(fill, memory, far), /reaches element 64, byte 260/);
});
