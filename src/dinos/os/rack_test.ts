import assert from "node:assert/strict";
import { MEMORY_PARTS, type MemoryPart, memoryValues } from "../../hardware/memory/mod.ts";
import { Simulation, TraceSink } from "../../kernel/mod.ts";
import { makePolicy } from "../scheduler/policies.ts";
import { PlacementError } from "../scheduler/macro.ts";
import { MEMSLICE, Rack } from "./rack.ts";
import { placeCompactly, TooLargeError } from "./two-level.ts";

const values = memoryValues(MEMORY_PARTS.get("xeon-8260-4s") as MemoryPart);

function rack(memslices = 64) {
  let text = "";
  const trace = new TraceSink((more) => text += more);
  const sim = new Simulation({ seed: 1, trace });
  const policy = makePolicy("DCMloc", sim.rng("policy"), { time: 1e9, nodes: 100 });
  const options = {
    hosts: [{ cores: 24, memslices }, { cores: 24, memslices }],
    values,
    every: 3e6,
    batch: 1,
    constraints: [],
  };
  const written = () => {
    trace.close();
    return JSON.parse(text) as { name: string; ts?: number; dur?: number }[];
  };
  return { sim, rack: new Rack(sim, policy, options), written };
}

Deno.test("an allocation takes the twelve steps of Figure 6.6 in order, and the trace shows them", () => {
  const { sim, rack: r, written } = rack();
  sim.spawn("p", r.allocate("p", 1, 5 * MEMSLICE / 2));
  sim.run(50e6);
  const steps = written().filter((e) => /^\d+ /.test(e.name));
  const numbers = steps.map((e) => [e.ts ?? 0, Number.parseInt(e.name)] as const)
    .sort(([a, x], [b, y]) => a - b || x - y).map(([, n]) => n);
  assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert.ok(r.latencies[0] > 3e6 && r.latencies[0] < 10e6, `${r.latencies[0]}`);
});

Deno.test("what is left of a memslice is the process's next memory, without the Ckernel", () => {
  const { sim, rack: r } = rack();
  let [first, second, other] = [0, -1, 0];
  sim.spawn(
    "p",
    function* () {
      first = (yield* r.allocate("p", 1, MEMSLICE / 2)).length;
      second = (yield* r.allocate("p", 1, MEMSLICE / 2)).length;
      other = (yield* r.allocate("q", 1, MEMSLICE / 2)).length;
    }(),
  );
  sim.run(100e6);
  assert.deepEqual([first, second, other, r.fastPaths], [1, 0, 1, 1]);
});

Deno.test("memory that the rack does not have is refused by name", () => {
  const { sim, rack: r } = rack(2);
  let said = "";
  sim.spawn(
    "p",
    function* () {
      try {
        yield* r.allocate("p", 0, 5 * MEMSLICE);
      } catch (error) {
        assert.ok(error instanceof PlacementError);
        said = error.message;
      }
    }(),
  );
  sim.run(1e9);
  assert.match(said, /out of resources.*p 1 memslices.*mem_cap/);
});

Deno.test("DiNOS takes as few hosts as the cores need, and balances over these", () => {
  const hosts = [24, 24, 24].map((cores) => ({ cores, memory: 100 }));
  assert.deepEqual(placeCompactly(24, 90, hosts), { cores: [24, 0, 0], memory: [90, 0, 0] });
  assert.deepEqual(placeCompactly(30, 120, hosts), { cores: [15, 15, 0], memory: [60, 60, 0] });
  assert.deepEqual(placeCompactly(4, 250, hosts).memory, [100, 75, 75]);
  assert.throws(() => placeCompactly(73, 1, hosts), TooLargeError);
  assert.throws(() => placeCompactly(1, 301, hosts), TooLargeError);
});
