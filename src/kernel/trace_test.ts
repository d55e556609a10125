import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Process, Resource, Simulation, traceFile, TraceSink } from "./mod.ts";

interface TraceEvent {
  ph: string;
  name: string;
  ts?: number;
  id?: number;
  pid: number;
  tid: number;
  args?: Record<string, unknown>;
}

function traced(options?: { limit?: number }, write?: (text: string) => void) {
  let text = "";
  const trace = new TraceSink((piece) => {
    text += piece;
    write?.(piece);
  }, options);
  const sim = new Simulation({ seed: 1, trace });
  const server = new Resource(sim, 'the "server"', 1);
  function* job(): Process {
    yield* server.use(1500);
    trace.complete("disk", "write", sim.now - 500, sim.now, { bytes: 4096 });
    trace.instant("disk", "flush", sim.now);
  }
  sim.spawn("a", job());
  sim.spawn("b", job());
  const outcome = sim.run();
  return { trace, outcome, text: () => text };
}

Deno.test("a trace is valid JSON with tasks, waits, counters and named tracks", () => {
  const { trace, text } = traced();
  trace.close();
  const events = JSON.parse(text()).traceEvents as TraceEvent[];
  const of = (ph: string) => events.filter((e) => e.ph === ph);
  assert.deepEqual(of("b").map((e) => [e.name, e.ts]), [
    ["a", 0],
    ["b", 0],
    ['waits for resource "the "server""', 0],
  ]);
  // Every slice that begins also ends, the waiting inside the task.
  assert.deepEqual(of("e").map((e) => [e.id, e.ts]), [[1, 1.5], [2, 1.5], [2, 3]]);
  assert.deepEqual(of("X").map((e) => [e.name, e.ts, e.args?.bytes]), [
    ["write", 1, 4096],
    ["write", 2.5, 4096],
  ]);
  const queue = of("C").map((e) => [e.ts, e.args?.busy, e.args?.queue]);
  assert.deepEqual(queue, [[0, 1, 0], [0, 1, 1], [1.5, 1, 0], [3, 0, 0]]);
  const names = of("M").filter((e) => e.name === "thread_name").map((e) => e.args?.name);
  assert.deepEqual(names, ["disk"]);
});

Deno.test("a trace stops at its limit and says how much it dropped", () => {
  const { trace, text } = traced({ limit: 5 });
  trace.close();
  const file = JSON.parse(text());
  const events = file.traceEvents as TraceEvent[];
  assert.equal(events.filter((e) => e.ph !== "M").length, 5);
  assert.deepEqual(file.otherData, { written: 5, dropped: trace.dropped });
  assert.ok(trace.dropped > 0);
});

Deno.test("a trace cut off at any line is readable once its array is closed", () => {
  const { trace, text } = traced();
  trace.close();
  const lines = text().split("\n");
  for (let n = 2; n < lines.length - 2; n++) {
    const cut = lines.slice(0, n).join("\n").replace(/,$/, "");
    assert.ok(Array.isArray(JSON.parse(`${cut}]}`).traceEvents));
  }
});

function written(write: (trace: TraceSink) => void, options?: { limit?: number }): TraceEvent[] {
  let text = "";
  const trace = new TraceSink((piece) => text += piece, options);
  write(trace);
  trace.close();
  return JSON.parse(text).traceEvents;
}

Deno.test("the simulations of a run follow each other in a trace, and what is open ends with its own", () => {
  const events = written((trace) => {
    trace.simulationBegins();
    trace.begin("a", "first", 1000);
    trace.complete("b", "x", 2000, 5000);
    trace.simulationBegins();
    trace.begin("a", "second", 1000);
    trace.instant("b", "i", 4000);
  });
  const times = events.filter((e) => e.ph !== "M").map((e) => [e.ph, e.ts]);
  assert.deepEqual(times, [["B", 1], ["X", 2], ["E", 5], ["B", 6], ["i", 9], ["E", 9]]);
});

Deno.test("whatever the limit, each beginning in a trace has its end", () => {
  for (let limit = 0; limit < 8; limit++) {
    const events = written((trace) => {
      for (let i = 0; i < 3; i++) {
        trace.begin("a", "outer", 10 * i);
        trace.begin("a", "inner", 10 * i + 1);
        trace.end("a", 10 * i + 2);
        trace.end("a", 10 * i + 3, { count: i });
      }
      trace.end("a", 99);
    }, { limit });
    let open = 0;
    for (const { ph } of events) {
      open += ph === "B" ? 1 : ph === "E" ? -1 : 0;
      assert.ok(open >= 0);
    }
    assert.equal(open, 0);
  }
});

Deno.test("tracks and counters of a group share a process, and arrows keep their numbers apart", () => {
  const events = written((trace) => {
    trace.place("core 0", 1, "domain 0");
    trace.place("core 1", 1, "domain 1");
    trace.complete("core 1", "put", 0, 10);
    for (let i = 0; i < 2; i++) {
      const arrow = trace.newFlow();
      trace.flow("from", "to the log", arrow, "core 1", 5);
      trace.flow("to", "to the log", arrow, "core 0", 7);
    }
    trace.counter("lag", 3, { entries: 4 }, "domain 1");
    trace.counter("log", 3, { entries: 4 });
  });
  const pid = new Map(
    events.filter((e) => e.name === "process_name").map((e) => [e.args?.name, e.pid]),
  );
  assert.equal(pid.size, 3);
  const put = events.find((e) => e.name === "put") as TraceEvent;
  assert.equal(put.pid, pid.get("domain 1"));
  const arrows = events.filter((e) => e.ph === "s" || e.ph === "f");
  assert.deepEqual(arrows.map((e) => [e.ph, e.id, e.pid]), [
    ["s", 1, put.pid],
    ["f", 1, pid.get("domain 0")],
    ["s", 2, put.pid],
    ["f", 2, pid.get("domain 0")],
  ]);
  const counters = events.filter((e) => e.ph === "C");
  assert.deepEqual(counters.map((e) => e.pid), [put.pid, 1]);
});

Deno.test("tracing changes no trajectory", () => {
  const { outcome } = traced();
  const sim = new Simulation({ seed: 1 });
  const server = new Resource(sim, "x", 1);
  sim.spawn("a", server.use(1500));
  sim.spawn("b", server.use(1500));
  assert.equal(sim.run().hash, outcome.hash);
});

Deno.test("a trace file streams out while the run goes on", () => {
  const folder = mkdtempSync(join(tmpdir(), "trace-"));
  try {
    const path = join(folder, "run.trace.json");
    const trace = traceFile(path, { process: "fig" });
    for (let i = 0; i < 5000; i++) trace.instant("track", `event ${i}`, i);
    assert.ok(readFileSync(path, "utf8").length > 100_000);
    trace.close();
    trace.close();
    const events = JSON.parse(readFileSync(path, "utf8")).traceEvents as TraceEvent[];
    assert.equal(events[0].args?.name, "fig");
    assert.equal(events.filter((e) => e.ph === "i").length, 5000);
    assert.throws(() => traceFile(join(folder, "no", "such.json")), /ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
