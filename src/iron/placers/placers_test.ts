import assert from "node:assert/strict";
import { ExhaustedError } from "../../hardware/npu/mod.ts";
import { designNamed, DESIGNS, firstDifference } from "../designs/catalogue.ts";
import {
  AnyComputeTile,
  ndarray,
  ObjectFifo,
  type Placer,
  Program,
  Runtime,
  Tile,
  Worker,
} from "../interface/mod.ts";
import { checkDesign, runDesign } from "../run/run.ts";
import { pinned, ResourcePlacer, SequentialPlacer, unpin } from "./mod.ts";

Deno.test("24 designs leave placement to a placer, one pins some tiles, two pin all", () => {
  const found: Record<string, string[]> = { full: [], partial: [], hand: [] };
  for (const { name, after } of DESIGNS) {
    const { tiles, of } = pinned(after());
    found[tiles === 0 ? "full" : tiles === of ? "hand" : "partial"].push(name);
  }
  assert.equal(found.full.length, 24);
  assert.deepEqual(found.partial, ["BBlock"]);
  assert.deepEqual(found.hand, ["GEMM", "ResNetConv2x"]);
});

Deno.test("without their tiles GEMM and ResNetConv2x overuse what the sequential placer gives", () => {
  for (const name of ["GEMM", "ResNetConv2x"]) {
    const program = designNamed(name).after();
    unpin(program);
    assert.throws(() => checkDesign(program.resolve(new SequentialPlacer())), ExhaustedError, name);
  }
});

Deno.test("whatever the resource placer accepts fits the device", () => {
  for (const { name, after } of DESIGNS) {
    const program = after();
    unpin(program);
    const graph = program.resolve(new ResourcePlacer());
    assert.doesNotThrow(() => checkDesign(graph), name);
  }
});

Deno.test("designs that only the resource placer can place compute the same there", () => {
  // ResNetConv2x too, in the scenario iron/placement.
  for (const name of ["GEMM", "BBlock"]) {
    const design = designNamed(name);
    const program = design.after();
    unpin(program);
    const buffers = design.buffers(), expected = design.expected(buffers);
    runDesign(program.resolve(new ResourcePlacer({ seed: 2 })), buffers);
    assert.equal(firstDifference(design, buffers[design.output], expected), undefined);
  }
});

function chain(length: number, placements: (Tile | undefined)[] = []): Program {
  const type = ndarray([16], "i32");
  const fifos = Array.from({ length: length + 1 }, () => new ObjectFifo(type));
  const pass = (a: any, b: any) => {
    a.acquire(1);
    b.acquire(1);
    a.release(1);
    b.release(1);
  };
  const workers = Array.from(
    { length },
    (_, i) =>
      new Worker(pass, [fifos[i].cons(), fifos[i + 1].prod()], {
        placement: placements[i] ?? AnyComputeTile,
      }),
  );
  const rt = new Runtime();
  rt.sequence([type, type], (a, b) => {
    rt.start(workers);
    rt.fill(fifos[0].prod(), a);
    rt.drain(fifos[length].cons(), b, { wait: true });
  });
  return new Program("npu1_1col", rt);
}

Deno.test("placers refuse what has no tile, and keep the designer's tiles", () => {
  for (const placer of [new SequentialPlacer(), new ResourcePlacer()]) {
    assert.throws(() => chain(5).resolve(placer), /ran out of compute tiles: npu1_1col has 4/);
    const graph = chain(2, [new Tile(0, 5)]).resolve(placer);
    assert.deepEqual(graph.cores[0].tile, { col: 0, row: 5 });
  }
  const twice = [new Tile(0, 3), new Tile(0, 3)];
  assert.throws(() => chain(2, twice).resolve(new SequentialPlacer()), /partial placement/);
});

/** Where the sequential placer puts the shim end of FIFOs that feed some of `count` workers. */
function shimColumns(device: string, count: number, fed: number[][], pinned?: Tile): number[] {
  const type = ndarray([16], "i32"), rt = new Runtime();
  const inputs = fed.map((_, i) => new ObjectFifo(type, { name: `in${i}` }));
  const workers = Array.from({ length: count }, (_, w) => {
    const handles = inputs.filter((_, i) => fed[i].includes(w)).map((fifo) => fifo.cons());
    return new Worker(() => {}, handles, { placement: pinned ?? AnyComputeTile });
  });
  rt.sequence([type], (a) => {
    rt.start(workers);
    for (const fifo of inputs) rt.fill(fifo.prod(), a);
  });
  const { fifos } = new Program(device, rt).resolve(new SequentialPlacer());
  return inputs.map(({ name }) => fifos.find((f) => f.name === name)?.producer.col as number);
}

Deno.test("the sequential placer's columns: means rounded to even, pinned workers not counted", () => {
  // Workers 0-3 stand in column 0, 4-7 in column 1, 8-11 in column 2.
  const fed = [[0, 1], [3, 4], [7, 8], [5, 11], [0, 1, 8]];
  assert.deepEqual(shimColumns("npu1_3col", 12, fed), [0, 0, 2, 2, 1]);
  assert.deepEqual(shimColumns("npu1_2col", 1, [[0]], new Tile(1, 2)), [0]);
});

Deno.test("the sequential placer finds no shim tile in a column that has none", () => {
  // The whole first generation's first column has no way to memory.
  const type = ndarray([16], "i32"), input = new ObjectFifo(type);
  const output = input.cons().forward({ placement: AnyComputeTile });
  const rt = new Runtime();
  rt.sequence([type, type], (a, b) => {
    rt.fill(input.prod(), a);
    rt.drain(output.cons(), b, { wait: true });
  });
  const program = new Program("npu1", rt);
  assert.throws(() => program.resolve(new SequentialPlacer()), /npu1 has no shim tile in column 0/);
});

Deno.test("a user's own placer needs nothing but the interface", () => {
  const topDown: Placer = {
    name: "top-down",
    makePlacement(device, _runtime, workers, handles) {
      const cores = device.tiles("core").reverse();
      workers.forEach((worker, i) => worker.place(new Tile(cores[i].col, cores[i].row)));
      for (const { endpoint } of handles) {
        if (!(endpoint.placement instanceof Tile)) endpoint.place(new Tile(0, 0));
      }
    },
  };
  const graph = chain(2).resolve(topDown);
  assert.deepEqual(graph.cores.map((core) => core.tile.row), [5, 4]);
});
