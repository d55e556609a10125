import assert from "node:assert/strict";
import { MEMORY_PARTS, type MemoryPart, memoryValues } from "../../hardware/memory/mod.ts";
import { Simulation, TraceSink } from "../../kernel/mod.ts";
import { makePolicy } from "../scheduler/policies.ts";
import { PlacementError } from "../scheduler/macro.ts";
import { MEMSLICE, Rack } from "./rack.ts";
import { compactHosts, deal, placeCompactly, TooLargeError } from "./two-level.ts";

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
    return JSON.parse(text).traceEvents as { name: string; ts?: number; dur?: number }[];
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

Deno.test("in the trace the steps lie inside their allocation, one after the other, in Perfetto's form", () => {
  const { sim, rack: r, written } = rack();
  sim.spawn("p", r.allocate("p", 1, 5 * MEMSLICE / 2));
  sim.run(50e6);
  const events =
    written() as (ReturnType<typeof written>[number] & { ph?: string; tid?: number })[];
  const slices = events.filter((e) => e.ph === "X");
  const whole = slices.find((e) => e.name === "allocate memory");
  assert.ok(whole !== undefined);
  const end = (e: { ts?: number; dur?: number }) => (e.ts ?? 0) + (e.dur ?? 0);
  const steps = slices.filter((e) => /^\d+ /.test(e.name));
  for (const e of steps) {
    assert.ok((e.ts ?? 0) >= (whole.ts ?? 0) && end(e) <= end(whole) + 1e-6, e.name);
  }
  // On one track slices either nest or do not touch.
  for (const a of slices) {
    for (const b of slices) {
      if (a === b || a.tid !== b.tid) continue;
      const [from, to] = [a.ts ?? 0, b.ts ?? 0];
      const apart = end(a) <= to + 1e-6 || end(b) <= from + 1e-6;
      const nested = (from <= to && end(b) <= end(a) + 1e-6) ||
        (to <= from && end(a) <= end(b) + 1e-6);
      assert.ok(apart || nested, `${a.name}, ${b.name}`);
    }
  }
  const tracks = events.filter((e) => e.name === "thread_name")
    .map((e) => (e as unknown as { args: { name: string } }).args.name);
  for (const track of ["p on Dkernel 1", "Ckernel", "macro scheduler"]) {
    assert.ok(tracks.includes(track), `${tracks}`);
  }
  assert.deepEqual(steps.map((e) => e.name).sort((a, b) => parseInt(a) - parseInt(b)), [
    "1 request",
    "2 per-process cache",
    "3 RPC to the Ckernel",
    "4 forward to the macro scheduler",
    "5 pending table",
    "6 solve",
    "7 update tables",
    "8 assignment",
    "9 micro scheduler",
    "10 RPC response",
    "11 rest into the cache",
    "12 done",
  ]);
});

Deno.test("identifiers are never used twice, and an ended process leaves nothing behind", () => {
  const { sim, rack: r } = rack();
  const pids: number[] = [];
  let back = { cores: 0, memslices: 0, cached: 0 };
  sim.spawn(
    "shell",
    function* () {
      for (const name of ["a", "b"]) pids.push((yield* r.start(name, 0)).pid);
      yield* r.cores("a", 0, 3);
      yield* r.allocate("a", 0, MEMSLICE / 2);
      yield* r.cores("b", 1, 2);
      assert.equal(r.caches.of("a"), MEMSLICE / 2);
      assert.deepEqual(r.processes.list().map((p) => p.name), ["a", "b"]);
      back = yield* r.end("a");
      pids.push((yield* r.start("a", 1)).pid);
    }(),
  );
  sim.run(1e9);
  assert.deepEqual(pids, [1, 2, 3]);
  assert.deepEqual(back, { cores: 3, memslices: 1, cached: MEMSLICE / 2 });
  assert.deepEqual([r.caches.of("a"), r.caches.on(0)], [0, 0]);
  assert.equal(r.state.held().reduce((sum, h) => sum + h.cores, 0), 2, "b's");
  assert.equal(r.micro[0].take("c", "memslices", 64).length, 64, "all are free again");
});

Deno.test("a process that runs, one that does not and a Dkernel that has left are said by name", () => {
  const { sim, rack: r } = rack();
  const said: string[] = [];
  const attempt = function* (act: Generator<any, unknown, any>): Generator<any, void, any> {
    try {
      yield* act;
    } catch (error) {
      said.push((error as Error).message);
    }
  };
  sim.spawn(
    "shell",
    function* () {
      yield* r.start("a", 0);
      yield* attempt(r.start("a", 1));
      yield* attempt(r.end("b"));
      yield* r.leave(1);
      yield* attempt(r.start("c", 1));
      yield* attempt(r.leave(1));
      yield* r.cores("a", 0, 2);
      yield* attempt(r.leave(0));
    }(),
  );
  sim.run(1e9);
  assert.match(said[0]!, /a runs already \(process 1, started on Dkernel 0\)/);
  assert.match(said[1]!, /no process b runs; running: a/);
  assert.match(said[2]!, /host 1 has left the rack/);
  assert.match(said[3]!, /host 1 has left the rack/);
  assert.match(said[4]!, /host 0 cannot leave the rack while it is used by a \(2 cores/);
});

Deno.test("a request that is refused in part gives back what it got", () => {
  const { sim, rack: r } = rack(2);
  sim.spawn(
    "p",
    function* () {
      try {
        yield* r.allocate("p", 0, 5 * MEMSLICE);
      } catch {
        return;
      }
    }(),
  );
  sim.run(1e9);
  assert.equal(r.state.held().length, 0);
});

Deno.test("DiNOS's own first level keeps a process on its hosts and names what it lacks", () => {
  const hosts = [4, 8, 8].map((cores) => ({ cores, memory: 10 }));
  assert.deepEqual(compactHosts("p", 6, 1, hosts, new Set()), [1]);
  assert.deepEqual(compactHosts("p", 6, 15, hosts, new Set([0])), [0, 1]);
  assert.deepEqual(compactHosts("p", 1, 1, hosts, new Set([0, 2])), [2, 0]);
  assert.throws(
    () => compactHosts("p", 21, 31, hosts, new Set()),
    /p asks for 21 cores, of which the rack has 20 free and 31 memslices, of which the rack has 30/,
  );
  assert.deepEqual(deal(7, [0, 2], () => 4), [4, 0, 3]);
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
