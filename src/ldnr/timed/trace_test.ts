import assert from "node:assert/strict";
import { MEMORY_PARTS, type MemoryPart, memoryValues } from "../../hardware/memory/mod.ts";
import { Simulation, TraceSink } from "../../kernel/mod.ts";
import { costValues } from "../costs.ts";
import { HashMapSystem, type SystemOptions } from "./system.ts";
import { tableBytes } from "./table-shape.ts";
import { shapeOf } from "./system.ts";
import { traceRounds } from "./trace.ts";

const MS = 1e6;
const values = memoryValues(MEMORY_PARTS.get("xeon-8260-4s") as MemoryPart);

interface TraceEvent {
  readonly ph: string;
  readonly name?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args?: Record<string, string | number>;
}
interface Slice {
  readonly track: string;
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  readonly args: Record<string, string | number> | undefined;
  readonly children: Slice[];
}

/**
 * Reads a trace as Chrome's Trace Event Format defines it, and fails on whatever a viewer would refuse or
 * draw wrongly: a track without a name or used before it, slices of one track that overlap.
 */
function read(text: string): { slices: Slice[]; instants: TraceEvent[]; counters: TraceEvent[] } {
  const events = JSON.parse(text) as TraceEvent[];
  const names = new Map<number, string>();
  const byTrack = new Map<string, Slice[]>();
  const [instants, counters]: [TraceEvent[], TraceEvent[]] = [[], []];
  for (const event of events) {
    assert.equal(event.pid, 1);
    if (event.ph === "M") {
      if (event.name === "thread_name") names.set(event.tid, String(event.args?.name));
      continue;
    }
    const begin = event.ts as number;
    assert.ok(Number.isFinite(begin) && typeof event.name === "string" && event.name !== "");
    if (event.ph === "C") {
      counters.push(event);
      continue;
    }
    const track = names.get(event.tid);
    assert.ok(track !== undefined, `track ${event.tid} is named before its first event`);
    if (event.ph === "i") instants.push(event);
    else {
      assert.equal(event.ph, "X");
      const end = begin + (event.dur as number);
      assert.ok(end >= begin);
      const slices = byTrack.get(track) ?? [];
      byTrack.set(track, slices);
      slices.push({ track, name: event.name, begin, end, args: event.args, children: [] });
    }
  }
  return { slices: [...byTrack.values()].flatMap(nested), instants, counters };
}

/** Slices of a track inside one another as a viewer draws them; the outermost, in order of time. */
function nested(slices: readonly Slice[]): Slice[] {
  const near = 1e-6;
  // By beginning; what begins at the same time in the order of the file.
  const order = slices.map((slice, i) => ({ slice, i })).sort((a, b) =>
    a.slice.begin - b.slice.begin || a.i - b.i
  );
  const outermost: Slice[] = [];
  const open: Slice[] = [];
  for (const { slice } of order) {
    while (open.length > 0) {
      const outer = open.at(-1) as Slice;
      const last = open.length === 1 && slice.end === slice.begin;
      if (slice.begin < outer.end - near || (last && slice.begin < outer.end + near)) {
        assert.ok(slice.end <= outer.end + near, `${slice.name} overlaps ${outer.name}`);
        break;
      }
      open.pop();
    }
    (open.at(-1)?.children ?? outermost).push(slice);
    open.push(slice);
  }
  return outermost;
}

function traced(
  over: Partial<SystemOptions>,
  play: (system: HashMapSystem) => void,
): ReturnType<typeof read> {
  let text = "";
  const trace = new TraceSink((piece) => text += piece);
  const system = new HashMapSystem(new Simulation({ seed: 1 }), {
    values,
    threadsPerCore: 1,
    costs: costValues(),
    structure: "ldnr",
    replicas: [0],
    threads: 8,
    writeShare: 0.1,
    extraOperations: 0,
    localOperations: 0,
    localEntries: 65_536,
    entries: 10_000,
    pageBytes: 4096,
    logBytes: 2 ** 14,
    nrVersion: "0.1",
    freeze: "all",
    outerLock: "distributed",
    shards: 4,
    exact: false,
    ...over,
  });
  traceRounds(system, trace);
  play(system);
  trace.close();
  return read(text);
}

const names = (slices: readonly Slice[]) => slices.map((s) => s.name);

/** The children of a slice fill it from end to end. */
function filled(slice: Slice): void {
  let at = slice.begin;
  for (const child of slice.children) {
    const gap = Math.abs(child.begin - at);
    assert.ok(gap < 1e-6, `${slice.name}: ${child.name} begins where the one before ended`);
    at = child.end;
  }
  assert.ok(Math.abs(at - slice.end) < 1e-6);
}

Deno.test("a combining round is one slice, filled by its phases in order", () => {
  const { slices, counters } = traced({}, (system) => system.sim.run(0.2 * MS));
  const rounds = slices.filter((s) => s.name === "round");
  assert.ok(rounds.length > 10);
  for (const round of rounds) {
    assert.equal(round.track, "replica 0: combiner");
    assert.ok(Number.isInteger(round.args?.["by thread"]));
    // With one replica every entry that a round replays is an operation of its own threads.
    assert.equal(round.args?.["log entries replayed"], round.args?.["operations of its threads"]);
    filled(round);
    const phases = names(round.children).filter((n) => n !== "append").join();
    assert.equal(phases, "collect,replay,answer");
  }
  assert.ok(rounds.some((r) => names(r.children).join() === "collect,append,replay,answer"));
  const replay = rounds.flatMap((r) => r.children).filter((c) => c.name === "replay");
  assert.ok(Math.max(...replay.map((c) => c.end - c.begin)) > 0.2, "a put takes 0.2 us and more");
  assert.ok(counters.every((c) => Number(c.args?.["entries in use"]) >= 0));
});

Deno.test("a clone is one slice with its five steps; removal has its own", () => {
  for (const freeze of ["all", "model"] as const) {
    const { slices, instants } = traced({ freeze, threads: 2, writeShare: 0.5 }, (system) => {
      system.sim.run(0.05 * MS);
      for (const [kind, domain] of [["add", 1], ["remove", 0]] as const) {
        let done = false;
        system.change(kind, domain, () => done = true);
        while (!done) system.sim.run(system.sim.now + 0.05 * MS);
      }
    });
    const [clone, removal, ...more] = slices.filter((s) => s.track === "dispatcher");
    assert.ok(clone !== undefined && removal !== undefined);
    assert.deepEqual(more, []);
    assert.equal(clone.name, "add the replica on domain 1");
    assert.equal(clone.args?.domain, 1);
    filled(clone);
    assert.deepEqual(
      names(clone.children),
      freeze === "all"
        ? ["freeze", "select", "clone", "update", "restore"]
        : ["select", "freeze", "clone", "update", "restore"],
    );
    const copy = clone.children.find((c) => c.name === "clone") as Slice;
    const bytes = tableBytes(shapeOf({ structure: "ldnr", entries: 10_000, pageBytes: 4096 }));
    const expected = (bytes / values.copyRate * 1e9 + bytes / 4096 * values.pageFault) / 1e3;
    const took = copy.end - copy.begin;
    assert.ok(took > expected && took < expected + 20, `${took} us, equation ${expected} us`);
    // The cloning thread's memory comes from domain 1 while it copies, and from its own again after.
    const admin = instants.filter((i) => i.args?.to === 1 && i.args.from === 0);
    assert.ok(admin.some((i) => (i.ts as number) >= copy.begin && (i.ts as number) <= copy.end));
    const restore = clone.children.find((c) => c.name === "restore") as Slice;
    const back = instants.filter((i) => i.args?.to === 0 && i.args.from === 1);
    assert.ok(back.some((i) => (i.ts as number) >= restore.begin && (i.ts as number) <= clone.end));
    assert.equal(removal.name, "remove the replica on domain 0");
    assert.deepEqual(names(removal.children), ["freeze", "release"]);
    filled(removal);
  }
});

Deno.test("a combiner that helps shows in its own round and on the track of the replica it helps", () => {
  const { slices } = traced({ replicas: [0, 1], threads: 48 }, (system) => {
    system.sim.run(0.1 * MS);
    const idle = system.replicaOfThread.flatMap((r, t) => r === 0 ? [t] : []);
    system.benchmark.setIdle(idle, true);
    system.sim.run(3 * MS);
  });
  const helping = slices.filter((s) => s.children.some((c) => c.name === "help"));
  assert.ok(helping.length > 0 && helping.every((s) => s.track === "replica 1: combiner"));
  const helped = slices.filter((s) => s.name === "replay by a helper");
  assert.ok(helped.length > 0 && helped.every((s) => s.track === "replica 0: combiner"));
});
