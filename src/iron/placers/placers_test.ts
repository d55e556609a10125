import assert from "node:assert/strict";
import fc from "fast-check";
import { ExhaustedError } from "../../hardware/npu/mod.ts";
import { designNamed, DESIGNS, firstDifference } from "../designs/catalogue.ts";
import {
  AnyComputeTile,
  ndarray,
  ObjectFifo,
  PlacementError,
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

/** Parallel branches of some workers each, all fed by one broadcast or by FIFOs of their own. */
function branches(device: string, widths: number[], broadcast: boolean, bytes: number): Program {
  const type = ndarray([bytes / 4], "i32"), rt = new Runtime();
  const common = new ObjectFifo(type);
  const inputs: ObjectFifo[] = [], outputs: ObjectFifo[] = [], workers: Worker[] = [];
  const pass = (a: any, b: any) => {
    const x = a.acquire(1), y = b.acquire(1);
    y.set([0], x.at(0).plus(1));
    a.release(1);
    b.release(1);
  };
  for (const width of widths) {
    let from = broadcast ? common : new ObjectFifo(type);
    if (!broadcast) inputs.push(from);
    for (let i = 0; i < width; i++) {
      const to = new ObjectFifo(type);
      workers.push(new Worker(pass, [from.cons(), to.prod()]));
      from = to;
    }
    outputs.push(from);
  }
  if (broadcast) inputs.push(common);
  rt.sequence([type, ...outputs.map(() => type)], (a, ...results) => {
    rt.start(workers);
    const group = rt.taskGroup();
    for (const fifo of inputs) rt.fill(fifo.prod(), a, { taskGroup: group });
    outputs.forEach((fifo, i) =>
      rt.drain(fifo.cons(), results[i], { taskGroup: group, wait: true })
    );
    rt.finishTaskGroup(group);
  });
  return new Program(device, rt);
}

Deno.test("any program that the resource placer accepts runs within limits, and right", () => {
  const program = fc.record({
    device: fc.constantFrom("npu1_2col", "npu1_3col", "npu1_4col", "npu1", "npu2"),
    widths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
    broadcast: fc.boolean(),
    bytes: fc.constantFrom(64, 4096, 15000, 30000),
  });
  let placed = 0;
  fc.assert(
    fc.property(program, ({ device, widths, broadcast, bytes }) => {
      let graph;
      try {
        const placer = new ResourcePlacer({ moves: 1500, attempts: 3 });
        graph = branches(device, widths, broadcast, bytes).resolve(placer);
      } catch (error) {
        assert.ok(error instanceof PlacementError, String(error));
        return;
      }
      placed++;
      checkDesign(graph);
      const input = new Int32Array(bytes / 4).fill(5);
      const results = widths.map(() => new Int32Array(bytes / 4));
      runDesign(graph, [input, ...results]);
      widths.forEach((width, i) => assert.equal(results[i][0], 5 + width));
    }),
    { numRuns: 40, seed: 7 },
  );
  assert.ok(placed >= 20, `only ${placed} of 40 programs were placed`);
});
