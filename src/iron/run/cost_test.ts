import assert from "node:assert/strict";
import { designNamed } from "../designs/catalogue.ts";
import { CoreCosts } from "./cost.ts";
import { runDesign } from "./run.ts";

Deno.test("a vector loop comes near the published cycles of one kernel, plain and pipelined", () => {
  // mlir-aie, programming guide, section 4c: 1024 16-bit products with a scalar, 32 a step.
  const cycles = (cost: CoreCosts) => cost.vector(1024, 32, { multiply: 1, round: 1 });
  const near = (got: number, published: number, share: number) =>
    assert.ok(Math.abs(got / published - 1) < share, `${got} for ${published} cycles`);
  near(cycles(new CoreCosts(1, true)), 72, 0.2);
  // Its compiler ends loops without a branch, which the designs' does not seem to do: see the README.
  near(cycles(new CoreCosts(1, false)), 495, 0.4);
});

Deno.test("a pipelined step costs what its busiest unit takes, and never less than one cycle", () => {
  const cost = new CoreCosts(1, true);
  const steps = (chain: Parameters<CoreCosts["vector"]>[2]) =>
    cost.vector(64 * 101, 64, chain) - cost.vector(64, 64, chain);
  assert.equal(steps({}), 200); // a 512-bit store
  assert.equal(steps({ store: 0 }), 100); // a 512-bit load
  assert.equal(steps({ store: 0, load: 0 }), 100);
  assert.equal(steps({ multiply: 1, accumulate: 8 }), 900);
  assert.equal(steps({ shuffle: 3, alu: 6 }), 900);
});

Deno.test("costs are the run's: scalar designs get slower with the instruction, and none other", () => {
  const latency = (name: string, cost: CoreCosts) => {
    const design = designNamed(name);
    return runDesign(design.before(), design.buffers(), { cost }).latencyNs - 126_000;
  };
  const [half, full] = [0.5, 1].map((cycles) => new CoreCosts(cycles));
  assert.ok(latency("MVMul", full) / latency("MVMul", half) > 1.9);
  assert.equal(latency("Copy(DMA)", full), latency("Copy(DMA)", half));
});
