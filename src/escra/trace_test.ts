/** The trace of Figure 5.2's run, read as Chrome's Trace Event Format defines it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { Simulation, TraceSink } from "../kernel/mod.ts";
import { tracking } from "./tracking.ts";

interface Slice {
  readonly track: string;
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  readonly args: Readonly<Record<string, number | string | boolean>>;
}

/** Times in us, to a tenth of a ns. */
const round = (us: number) => Math.round(us * 1e4) / 1e4;

/** Reads complete events, instants and counters; fails on whatever a viewer would refuse. */
function read(text: string) {
  const events = JSON.parse(text).traceEvents as Record<string, unknown>[];
  const names = new Map<unknown, string>();
  const slices: Slice[] = [];
  const instants: Slice[] = [];
  const counters: { name: string; at: number; values: Record<string, number> }[] = [];
  for (const event of events) {
    assert.equal(event["pid"], 1);
    const args = (event["args"] ?? {}) as Slice["args"];
    if (event["ph"] === "M") {
      if (event["name"] === "thread_name") names.set(event["tid"], String(args["name"]));
      continue;
    }
    // Simulated processes are asynchronous slices on the simulation's own track.
    if (event["ph"] === "b" || event["ph"] === "e") continue;
    const begin = round(event["ts"] as number), name = String(event["name"]);
    assert.ok(Number.isFinite(begin) && begin >= 0 && name !== "" && name !== "undefined");
    if (event["ph"] === "C") {
      counters.push({ name, at: begin, values: args as Record<string, number> });
      continue;
    }
    const track = names.get(event["tid"]);
    assert.ok(track !== undefined, `track ${event["tid"]} is named before its first event`);
    if (event["ph"] === "X") {
      const lasts = event["dur"] as number;
      assert.ok(Number.isFinite(lasts) && lasts >= 0);
      slices.push({ track, name, begin, end: round(begin + lasts), args });
    } else {
      assert.equal(event["ph"], "i");
      assert.equal(event["s"], "t");
      instants.push({ track, name, begin, end: begin, args });
    }
  }
  return { slices, instants, counters };
}

function traced(parameters: Record<string, unknown>) {
  const file = new URL("../../scenarios/hardware/cloudlab-escra.yaml", import.meta.url);
  const platform = buildPlatform(platformSchema.parse(parse(readFileSync(file, "utf8"))));
  let text = "";
  const trace = new TraceSink((piece) => text += piece);
  const rows = [...tracking.run({
    parameters: tracking.parameters.parse({ duration: "10s", heap: "64MiB", ...parameters }),
    platform,
    seed: 1,
    simulation: () => new Simulation({ seed: 1, trace }),
    input: () => "",
    warn: () => {},
  })];
  trace.close();
  return { rows, ...read(text) };
}

Deno.test("telemetry, decision, RPC and applied limit follow each other in the trace", () => {
  const { slices, instants, rows, counters } = traced({ duration: "30s" });
  const of = (name: string) => slices.filter((s) => s.name === name);
  const datagrams = of("datagram"), decisions = of("decide"), rpcs = of("CPU limit");
  assert.ok(datagrams.every((s) => s.track === "sysbench: telemetry"));
  assert.ok(decisions.every((s) => s.track === "controller: telemetry thread"));
  // The last may be on its way when the run ends.
  assert.ok(datagrams.length - decisions.length <= 1 && decisions.length > 290);
  decisions.forEach((decision, i) => {
    const datagram = datagrams[i] as Slice;
    assert.equal(decision.begin, round(datagram.end + Number(decision.args["waited_us"])));
    assert.equal(decision.args["unused_cores"], datagram.args["unused_cores"]);
    assert.equal(decision.args["stale"], false);
  });
  const changes = decisions.filter((d) => d.args["decided_cores"] !== d.args["limit_cores"]);
  assert.ok(changes.length > 20);
  const applied = instants.filter((s) => s.name === "CPU limit applied");
  const waits = of("wait for RPC");
  changes.forEach((change, i) => {
    const [rpc, limit, wait] = [rpcs[i] as Slice, applied[i] as Slice, waits[i] as Slice];
    assert.equal(rpc.begin, change.end);
    assert.deepEqual([wait.begin, wait.end], [rpc.begin, rpc.end], "the thread waits for the RPC");
    assert.ok(
      limit.begin > rpc.begin && limit.begin < rpc.end && limit.track === "sysbench: kernel",
    );
    const cores = Number(limit.args["cores"]);
    assert.ok(Math.abs(cores - Number(change.args["decided_cores"])) < 1e-6);
  });
  // A counter per period, as in the table.
  const limits = counters.filter((c) => c.name === "sysbench: CPU").map((c) => c.values["limit"]);
  assert.deepEqual(limits, rows.map((r) => r["cpu_limit_cores"]));
  const throttled = instants.filter((s) => s.name === "throttled").map((s) => s.begin / 1e6);
  assert.deepEqual(throttled, rows.filter((r) => r["throttled"]).map((r) => r["time_s"]));
});

Deno.test("slices of one track never overlap: a viewer draws each", () => {
  const { slices } = traced({});
  const last = new Map<string, Slice>();
  for (const slice of [...slices].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const before = last.get(slice.track);
    assert.ok(
      before === undefined || before.end <= slice.begin,
      `${slice.track}: ${slice.name} at ${slice.begin}`,
    );
    last.set(slice.track, slice);
  }
});

Deno.test("OOM events, cAdvisor's reads and memory limits are in the trace", () => {
  const { slices, rows } = traced({});
  const ooms = slices.filter((s) => s.name === "OOM event");
  assert.ok(ooms.length >= 2 && ooms.every((s) => s.args["granted"] === "yes" && s.end > s.begin));
  assert.deepEqual(ooms.slice(0, 2).map((s) => s.args["MiB"]), [32 + 5000 / 256, 32 + 10000 / 256]);
  assert.ok(Number(rows.at(-1)?.["memory_usage_mib"]) >= 64);
  // The first round of reclamation comes ten seconds after the controller's start.
  const wide = traced({ first_memory: "512MiB", duration: "12s" });
  const reads = wide.slices.filter((s) => s.name === "cAdvisor read");
  const written = wide.instants.filter((s) => s.name === "memory limit applied");
  assert.ok(reads.length >= 1 && written.length >= 1);
  assert.ok((written[0] as Slice).begin > (reads[0] as Slice).end);
});

Deno.test("lost datagrams are marked and decide nothing; a restart is a slice", () => {
  const { slices } = traced({ telemetry_loss: "30 %", restart_at: "5s", restart_lasts: "1s" });
  const lost = slices.filter((s) => s.name === "datagram, lost");
  const came = slices.filter((s) => s.name === "datagram");
  const decided = slices.filter((s) => s.name === "decide");
  assert.ok(lost.length > 10);
  const [restart, more] = slices.filter((s) => s.name === "restart");
  assert.deepEqual([restart?.begin, restart?.end, more], [5e6, 6e6, undefined]);
  const meanwhile = came.filter((s) => s.end >= 5e6 && s.end < 6e6);
  assert.ok(meanwhile.length > 3 && decided.every((s) => s.begin < 5e6 || s.begin >= 6e6));
  assert.ok(Math.abs(decided.length - (came.length - meanwhile.length)) <= 1);
});
