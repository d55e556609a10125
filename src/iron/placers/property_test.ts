import assert from "node:assert/strict";
import fc from "fast-check";
import { ExhaustedError } from "../../hardware/npu/mod.ts";
import type { DesignGraph } from "../graph/graph.ts";
import {
  localBuffer,
  ndarray,
  ObjectFifo,
  PlacementError,
  type Placer,
  Program,
  Runtime,
  Worker,
} from "../interface/mod.ts";
import { checkDesign, runDesign } from "../run/run.ts";
import { ResourcePlacer, SequentialPlacer } from "./mod.ts";

/** A program of branches side by side; each is a chain of workers that add one to the first element. */
interface Plan {
  readonly device: string;
  /** Workers of each branch. */
  readonly widths: readonly number[];
  /** How the branches get their objects, and where their results go. */
  readonly shape: "apart" | "broadcast" | "split";
  readonly bytes: number;
  readonly depth: number;
  readonly stackSize: number;
  readonly localBytes: number;
}

function build({ device, widths, shape, bytes, ...plan }: Plan): Program {
  const [type, n] = [ndarray([bytes / 4], "i32"), widths.length];
  const whole = ndarray([n * bytes / 4], "i32");
  const fifo = () => new ObjectFifo(type, { depth: plan.depth });
  const offsets = widths.map((_, i) => i * bytes / 4);
  const common = shape === "split" ? new ObjectFifo(whole) : fifo();
  const joined = new ObjectFifo(whole);
  const types = widths.map(() => type);
  const firsts = shape === "split"
    ? common.cons().split(offsets, { types })
    : widths.map(() => shape === "broadcast" ? common : fifo());
  const lasts = shape === "split" ? joined.prod().join(offsets, { types }) : widths.map(fifo);
  const routine = (a: any, b: any) => {
    if (plan.localBytes > 0) localBuffer(ndarray([plan.localBytes], "i8")).set([0], 1);
    const x = a.acquire(1), y = b.acquire(1);
    y.set([0], x.at(0).plus(1));
    a.release(1);
    b.release(1);
  };
  const workers = widths.flatMap((width, branch) => {
    let from = firsts[branch];
    return Array.from({ length: width }, (_, i) => {
      const last = i === width - 1, to = last ? lasts[branch] : fifo();
      const handles = [from.cons(), to.prod()];
      from = to;
      return new Worker(routine, handles, { stackSize: plan.stackSize, whileTrue: false });
    });
  });
  const rt = new Runtime(), split = shape === "split";
  const inputs = split || shape === "broadcast" ? [common] : firsts;
  const outputs = split ? [joined] : lasts;
  rt.sequence(
    [split ? whole : type, ...outputs.map(() => split ? whole : type)],
    (a, ...results) => {
      rt.start(workers);
      const group = rt.taskGroup();
      for (const each of inputs) rt.fill(each.prod(), a, { taskGroup: group });
      outputs.forEach((each, i) =>
        rt.drain(each.cons(), results[i], { taskGroup: group, wait: true })
      );
      rt.finishTaskGroup(group);
    },
  );
  return new Program(device, rt);
}

const plans: fc.Arbitrary<Plan> = fc.record({
  device: fc.constantFrom("npu1_1col", "npu1_2col", "npu1_3col", "npu1_4col", "npu1", "npu2"),
  widths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
  shape: fc.constantFrom("apart" as const, "broadcast" as const, "split" as const),
  bytes: fc.constantFrom(64, 4096, 15000, 20476, 30000),
  depth: fc.integer({ min: 1, max: 4 }),
  stackSize: fc.constantFrom(1024, 1024, 8192, 30000),
  localBytes: fc.constantFrom(0, 0, 52, 4000, 20001),
});

/** What a placer makes of a plan; undefined if it refuses. */
function placed(plan: Plan, placer: Placer): DesignGraph | undefined {
  try {
    return build(plan).resolve(placer);
  } catch (error) {
    assert.ok(error instanceof PlacementError, String(error));
    return undefined;
  }
}

function runsRight(plan: Plan, graph: DesignGraph): void {
  const { widths, bytes, shape } = plan;
  const [n, split] = [bytes / 4, shape === "split"];
  const input = new Int32Array(split ? n * widths.length : n).fill(5);
  const results = split ? [new Int32Array(n * widths.length)] : widths.map(() => new Int32Array(n));
  runDesign(graph, [input, ...results]);
  widths.forEach((width, i) =>
    assert.equal(split ? results[0][i * n] : results[i][0], 5 + width, JSON.stringify(plan))
  );
}

Deno.test("any program that the resource placer accepts runs within limits, and right", () => {
  let accepted = 0, refused = 0;
  fc.assert(
    fc.property(plans, (plan) => {
      const graph = placed(plan, new ResourcePlacer({ moves: 1500, attempts: 3 }));
      if (graph === undefined) return void refused++;
      accepted++;
      checkDesign(graph);
      runsRight(plan, graph);
    }),
    { numRuns: 120, seed: 7 },
  );
  assert.ok(accepted >= 40 && refused >= 10, `${accepted} accepted, ${refused} refused`);
});

Deno.test("the same programs, placed without looking at resources, often do not fit", () => {
  // So that the property above could fail: limits are met because the placer sees to it.
  const wrong: Record<string, number> = {};
  fc.assert(
    fc.property(plans, (plan) => {
      const graph = placed(plan, new SequentialPlacer());
      if (graph === undefined) return;
      let message = "";
      try {
        checkDesign(graph);
      } catch (error) {
        assert.ok(error instanceof ExhaustedError, String(error));
        message = /DMA channels|of memory|locks|descriptors|route/.exec(error.message)?.[0] ?? "?";
        wrong[message] = (wrong[message] ?? 0) + 1;
        assert.throws(() => runsRight(plan, graph), ExhaustedError);
      }
    }),
    { numRuns: 120, seed: 7 },
  );
  const memory = wrong["of memory"] ?? 0, channels = wrong["DMA channels"] ?? 0;
  assert.ok(memory > 20 && channels > 0, JSON.stringify(wrong));
});
