import assert from "node:assert/strict";
import { TraceSink } from "../../kernel/mod.ts";
import { build, values } from "./fixture_test.ts";
import type { HashMapSystem, SystemOptions } from "./system.ts";
import { tableBytes } from "./table-shape.ts";
import { shapeOf } from "./system.ts";
import { Timeline } from "./timeline.ts";
import { traceSystem } from "./trace.ts";

const MS = 1e6;

interface TraceEvent {
  readonly ph: string;
  readonly name?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args?: Record<string, string | number>;
}
interface Slice {
  readonly group: string;
  readonly track: string;
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  readonly args: Record<string, string | number>;
  readonly children: Slice[];
}
interface Read {
  /** The outermost slices of each track, in order of time. */
  readonly slices: Slice[];
  readonly instants: TraceEvent[];
  readonly counters: TraceEvent[];
  /** What each arrow leaves and reaches. */
  readonly arrows: { readonly from: Slice; readonly to: Slice }[];
}

/** Whole nanoseconds of a time in microseconds, as viewers take it. */
const ns = (us: number) => Math.round(us * 1e3);

/** Order of events of the same time in Perfetto: ends first, then the longer before the shorter. */
function rank(e: TraceEvent): number {
  return e.ph === "E" ? -Infinity : e.ph === "X" ? -(e.dur as number) : 0;
}

/**
 * Reads a trace as Perfetto's importer does, and fails on whatever it counts as an error or draws in another
 * place than meant: a track or group without a name, slices that overlap or end before they begin, an end
 * without a beginning, an arrow that leaves or reaches nothing or goes back in time.
 */
function read(text: string): Read {
  const file = JSON.parse(text);
  assert.equal(file.displayTimeUnit, "ns", "Catapult nests what is a microsecond apart otherwise");
  const events = file.traceEvents as TraceEvent[];
  const names = new Map<string, string>();
  for (const e of events) {
    if (e.ph !== "M") continue;
    if (e.name === "thread_name") names.set(`${e.pid} ${e.tid}`, String(e.args?.name));
    if (e.name === "process_name") names.set(`${e.pid}`, String(e.args?.name));
  }
  const order = events.filter((e) => e.ph !== "M").map((e, i) => ({ e, i, at: ns(e.ts as number) }))
    .sort((a, b) => a.at - b.at || rank(a.e) - rank(b.e) || a.i - b.i || 0);
  const [slices, instants, counters]: [Slice[], TraceEvent[], TraceEvent[]] = [[], [], []];
  const open = new Map<string, (Slice & { end: number })[]>();
  const ends = new Map<number, { from?: Slice; to?: Slice; at: number }>();
  for (const { e, at } of order) {
    const group = names.get(`${e.pid}`);
    assert.ok(group !== undefined, `group ${e.pid} has a name`);
    if (e.ph === "C") {
      counters.push(e);
      continue;
    }
    const track = names.get(`${e.pid} ${e.tid}`);
    assert.ok(track !== undefined, `track ${e.tid} has a name`);
    const stack = open.get(track) ?? [];
    open.set(track, stack);
    // Complete slices end by themselves.
    while (Number.isFinite(stack.at(-1)?.end) && (stack.at(-1) as Slice).end <= at) stack.pop();
    const top = stack.at(-1);
    if (e.ph === "E") {
      assert.ok(top !== undefined && top.end === Infinity, `${track}: an end without a beginning`);
      assert.ok(at > top.begin, `${track}: ${top.name} takes no time`);
      top.end = at;
      Object.assign(top.args, e.args);
      stack.pop();
    } else if (e.ph === "B" || e.ph === "X") {
      const name = e.name as string;
      const end = e.ph === "B" ? Infinity : ns((e.ts as number) + (e.dur as number));
      const slice = { group, track, name, begin: at, end, args: { ...e.args }, children: [] };
      if (e.ph === "X" && top !== undefined) {
        assert.ok(end <= top.end, `${track}: ${name} overlaps ${top.name}`);
      }
      (top?.children ?? slices).push(slice);
      stack.push(slice);
    } else if (e.ph === "i") instants.push(e);
    else {
      const arrow = ends.get(e.id as number) ?? { at };
      ends.set(e.id as number, arrow);
      const side = e.ph === "s" ? "from" : "to";
      assert.ok(top !== undefined && arrow[side] === undefined, `arrow ${e.id} ${side} nothing`);
      arrow[side] = top;
      assert.ok(e.ph === "s" || arrow.from !== undefined, `arrow ${e.id} arrives before it leaves`);
    }
  }
  for (const [track, stack] of open) {
    assert.ok(stack.every((s) => s.end !== Infinity), `${track}: all ends`);
  }
  const arrows = [...ends.values()].map(({ from, to }) => {
    assert.ok(from !== undefined && to !== undefined);
    return { from, to };
  });
  return { slices, instants, counters, arrows };
}

function traced(over: Partial<SystemOptions>, play: (system: HashMapSystem) => void): Read {
  let text = "";
  const trace = new TraceSink((piece) => text += piece);
  const system = systemOf(over);
  traceSystem(system, trace, "a phase").sample(0, 1e9);
  play(system);
  trace.close();
  return read(text);
}

/** A small system of LD-NR. */
function systemOf(over: Partial<SystemOptions>): HashMapSystem {
  const small = { structure: "ldnr", replicas: [0], threads: 8, entries: 10_000 } as const;
  return build({ ...small, logBytes: 2 ** 14, ...over });
}

const names = (slices: readonly Slice[]) => slices.map((s) => s.name);

/** The children of a slice fill it from end to end. */
function filled(slice: Slice): void {
  let at = slice.begin;
  for (const child of slice.children) {
    assert.equal(child.begin, at, `${slice.name}: ${child.name} begins where the one before ended`);
    at = child.end;
  }
  assert.equal(at, slice.end);
}

Deno.test("a combining round is one slice, filled by its phases in order", () => {
  for (const structure of ["nr", "ldnr"] as const) {
    const logBytes = structure === "nr" ? 2 ** 20 : 2 ** 14;
    const { slices, counters } = traced(
      { structure, logBytes },
      (system) => system.sim.run(0.2 * MS),
    );
    // The last one may not be over.
    const rounds = slices.filter((s) => s.name === "round").slice(0, -1);
    assert.ok(rounds.length > 10);
    for (const round of rounds) {
      assert.equal(`${round.group}, ${round.track}`, "domain 0, replica 0: combiner");
      assert.ok(Number.isInteger(round.args["by thread"]));
      // With one replica every entry that a round replays is an operation of its own threads.
      assert.equal(round.args["log entries replayed"], round.args["operations of its threads"]);
      filled(round);
    }
    const append = structure === "ldnr" ? "lock,reserve,fill" : "reserve,fill";
    const whole = `collect,${append},lock,replay,answer`;
    const phases = rounds.map((r) => names(r.children).filter((n) => n !== "free").join());
    assert.ok(phases.filter((p) => p === whole).length > 0.8 * rounds.length, phases.join(" | "));
    const replay = rounds.flatMap((r) => r.children).filter((c) => c.name === "replay");
    assert.ok(Math.max(...replay.map((c) => c.end - c.begin)) > 200, "a put takes 0.2 us and more");
    const used = counters.filter((c) => c.name === "log");
    assert.ok(used.length > 10 && used.every((c) => Number(c.args?.["entries in use"]) >= 0));
  }
});

Deno.test("threads are drawn by core and domain, and an arrow leads from each put to its round", () => {
  const { slices, arrows } = traced({ replicas: [0, 1], threads: 8 }, (system) => {
    system.sim.run(0.04 * MS);
  });
  const puts = slices.filter((s) => s.name === "put");
  assert.ok(puts.length > 20 && arrows.length > 0.8 * puts.length);
  for (const { from, to } of arrows) {
    assert.equal(from.name, "put");
    assert.equal(to.name, "fill");
    assert.equal(to.group, from.group, "a thread's replica is on its domain");
    assert.equal(to.track, `replica ${from.group.slice(-1)}: combiner`);
    assert.ok(from.begin < to.begin && to.end < from.end);
  }
  const tracks = new Set(slices.map((s) => `${s.group}, ${s.track}`));
  for (const track of ["domain 0, thread 0 (core 0)", "domain 1, thread 1 (core 24)"]) {
    assert.ok(tracks.has(track), [...tracks].join());
  }
  // Who combines is in a put of its own, or waits for its replica.
  const all = (list: readonly Slice[]): Slice[] => list.flatMap((s) => [s, ...all(s.children)]);
  const combine = slices.flatMap((s) => all(s.children).map((c) => [c.name, s.name] as const))
    .filter(([name]) => name.startsWith("combine for"));
  assert.ok(combine.length > 5);
  const inside = new Set(["put", "gets", "wait for the replica"]);
  assert.ok(combine.every(([, outer]) => inside.has(outer)), combine.join());
  // A wait for the replica is over before the gets that it is part of.
  const waits = slices.filter((s) => s.name === "gets").flatMap((s) => s.children)
    .filter((s) => s.name === "wait for the replica");
  assert.ok(waits.length > 5, `${waits.length}`);
});

Deno.test("what stands for a plotted second has its place in the trace", () => {
  let text = "";
  const trace = new TraceSink((piece) => text += piece);
  const system = systemOf({ replicas: [0, 1] });
  const observer = traceSystem(system, trace, "phase", 6e9);
  const options = { phase: 4e9, sample: 1e9, window: 100_000, settle: 50_000 };
  const add = { at: 2.5e9, kind: "remove", domain: 1 } as const;
  assert.equal([...new Timeline(system, [add], options, observer).samples()].length, 4);
  trace.close();
  const { slices } = read(text);
  const [phase, ...more] = slices.filter((s) => s.track === "plotted time");
  assert.ok(phase !== undefined && more.length === 0);
  assert.deepEqual(names(phase.children), ["6 to 7 s", "7 to 8 s", "8 to 9 s", "9 to 10 s"]);
  const removal = slices.find((s) => s.track === "dispatcher") as Slice;
  const second = phase.children[2] as Slice;
  assert.ok(removal.begin > second.begin && removal.end <= second.end);
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
    assert.equal(clone.args.domain, 1);
    filled(clone);
    assert.deepEqual(
      names(clone.children),
      freeze === "all"
        ? ["freeze", "select", "clone", "update", "restore"]
        : ["select", "freeze", "clone", "update", "restore"],
    );
    const copy = clone.children.find((c) => c.name === "clone") as Slice;
    assert.equal(copy.args["model: replica on domain"], 0);
    const bytes = tableBytes(shapeOf({ structure: "ldnr", entries: 10_000, pageBytes: 4096 }));
    const expected = bytes / values.copyRate * 1e9 + bytes / 4096 * values.pageFault;
    const took = copy.end - copy.begin;
    assert.ok(took > expected && took < expected + 20_000, `${took} ns, equation ${expected} ns`);
    // The cloning thread's memory comes from domain 1 while it copies, and from its own again after.
    const admin = instants.filter((i) => i.args?.to === 1 && i.args.from === 0);
    assert.ok(
      admin.some((i) => ns(i.ts as number) >= copy.begin && ns(i.ts as number) <= copy.end),
    );
    const restore = clone.children.find((c) => c.name === "restore") as Slice;
    const back = instants.filter((i) => i.args?.to === 0 && i.args.from === 1);
    assert.ok(
      back.some((i) => ns(i.ts as number) >= restore.begin && ns(i.ts as number) <= clone.end),
    );
    assert.equal(removal.name, "remove the replica on domain 0");
    assert.deepEqual(names(removal.children), ["freeze", "release"]);
    filled(removal);
    // With everything frozen the benchmark's threads wait for the copy, inside of an operation.
    const frozen = slices.flatMap((s) => s.children).filter((s) => s.name.startsWith("frozen"));
    const during = frozen.filter((s) => s.begin < copy.end && s.end > clone.end);
    assert.equal(during.length, freeze === "all" ? 2 : 0);
  }
});

Deno.test("a combiner that helps shows in its own round and on the track of the replica it helps", () => {
  const { slices, counters } = traced({ replicas: [0, 1], threads: 48 }, (system) => {
    system.sim.run(0.1 * MS);
    const idle = system.replicaOfThread.flatMap((r, t) => r === 0 ? [t] : []);
    system.benchmark.setIdle(idle, true);
    system.sim.run(3 * MS);
  });
  const helping = slices.filter((s) => s.children.some((c) => c.name === "help"));
  assert.ok(helping.length > 0 && helping.every((s) => s.track === "replica 1: combiner"));
  const helped = slices.filter((s) => s.name === "replay by a helper");
  assert.ok(helped.length > 0 && helped.every((s) => s.track === "replica 0: combiner"));
  // The replica that nobody serves falls behind until somebody helps.
  const behind = counters.filter((c) => c.name === "replica 0: behind the log's tail")
    .map((c) => Number(c.args?.entries));
  assert.ok(Math.max(...behind) > 100, `${Math.max(...behind)}`);
  assert.ok(behind.some((n, i) => i > 0 && n < (behind[i - 1] as number) / 2));
});
