import assert from "node:assert/strict";
import { NOWHERE, type Steps, Wait, Word, Work } from "../algorithm/step.ts";
import { build, values } from "./fixture_test.ts";
import { place } from "./placement.ts";
import type { SystemOptions } from "./system.ts";
import { Timeline } from "./timeline.ts";

const MS = 1e6;
/** Million operations per second over `span` ns after a warm-up. */
function throughput(over: Partial<SystemOptions>, span = 2 * MS, seed = 1): number {
  const system = build(over, seed);
  system.sim.run(0.2 * MS);
  const before = system.benchmark.operations();
  system.sim.run(0.2 * MS + span);
  return (system.benchmark.operations() - before) / span * 1e3;
}

Deno.test("waking on a word without a line touches nothing that other simulations share", () => {
  const { machine, sim } = build({ threads: 1, replicas: [0] });
  const word = new Word(0, NOWHERE);
  let woken = false;
  machine.spawn(
    "waits",
    30,
    (function* (): Steps {
      yield new Wait([word], () => word.value === 1);
      woken = true;
    })(),
  );
  machine.spawn(
    "writes",
    60,
    (function* (): Steps {
      yield new Work("pause", 100, 0);
      yield word.write;
      word.value = 1;
    })(),
  );
  sim.run(MS / 10);
  assert.equal(woken, true);
  assert.equal(word.record, -1);
});

Deno.test("a log with an inactive replica is full after its free entries at the write rate", () => {
  const system = build({ threads: 48, replicas: [0, 1] });
  system.sim.run(MS);
  const idle = system.replicaOfThread.flatMap((r, t) => r === 0 ? [t] : []);
  system.benchmark.setIdle(idle, true);
  system.sim.run(2 * MS);
  const log = system.nr?.log;
  assert.ok(log !== undefined);
  // Replica 0 may still finish what it had begun; then its cursor stands still.
  const stuck = log.cursors[0]?.ltail.value as number;
  const from = { tail: log.tail.value, time: system.sim.now };
  system.sim.run(4 * MS);
  const rate = (log.tail.value - from.tail) / (system.sim.now - from.time);
  const expected = (log.size - log.gcFromHead - (log.tail.value - stuck)) / rate;
  let last = log.tail.value;
  let stalled = system.sim.now;
  while (system.sim.now < 60 * MS) {
    system.sim.run(system.sim.now + 0.1 * MS);
    if (log.tail.value !== last) stalled = system.sim.now;
    last = log.tail.value;
  }
  const simulated = stalled - 4 * MS;
  assert.ok(
    Math.abs(simulated / expected - 1) < 0.05,
    `equation ${expected}, simulated ${simulated} ns`,
  );
  const before = system.benchmark.operations();
  system.sim.run(system.sim.now + 20 * MS);
  assert.equal(system.benchmark.operations(), before, "nothing is done any more");
});

Deno.test("LD-NR goes on with an inactive replica, and NR 0.2 does", () => {
  for (const over of [{ structure: "ldnr" }, { nrVersion: "0.2" }] as const) {
    const system = build({ ...over, threads: 48, replicas: [0, 1] });
    system.sim.run(MS);
    const idle = system.replicaOfThread.flatMap((r, t) => r === 0 ? [t] : []);
    system.benchmark.setIdle(idle, true);
    system.sim.run(20 * MS);
    const before = system.benchmark.operations();
    system.sim.run(35 * MS);
    assert.ok(system.benchmark.operations() - before > 50_000);
  }
});

Deno.test("a clone freezes every thread for the time to copy and fault in the table, then all go on", () => {
  const system = build({ structure: "ldnr", replicas: [0, 1], threads: 48 });
  system.sim.run(MS);
  let done = -1;
  system.change("add", 2, () => done = system.sim.now);
  // A writer left waiting holds the outer lock until it gives up, after 2^24 polls; then all is still.
  system.sim.run(20 * MS);
  const before = system.benchmark.operations();
  system.sim.run(500 * MS);
  assert.equal(system.benchmark.operations(), before, "frozen");
  while (done < 0) system.sim.run(system.sim.now + MS);
  system.sim.run(system.sim.now + 5 * MS);
  const bytes = system.tableBytes;
  const expected = bytes / values.copyRate * 1e9 + bytes / 4096 * values.pageFault;
  const took = done - MS;
  assert.ok(took > expected && took < expected + 18 * MS, `${took} ns, equation ${expected} ns`);
  assert.ok(system.benchmark.operations() > before + 50_000);
  assert.equal(system.dispatcher?.replicaList().length, 3);
});

Deno.test("with the finer freeze the other replicas go on while one is cloned", () => {
  const system = build({
    structure: "ldnr",
    replicas: [0, 1],
    threads: 48,
    freeze: "model",
    writeShare: 0,
  });
  system.sim.run(0.2 * MS);
  system.change("add", 2, () => {});
  system.sim.run(0.5 * MS);
  const before = system.benchmark.operations();
  system.sim.run(MS);
  assert.ok(system.benchmark.operations() - before > 25_000);
});

Deno.test("one shared lock word limits a map to one transfer after the other", () => {
  const std = throughput({ structure: "std", replicas: [], writeShare: 0, threads: 96 }, MS);
  // Three transfers an operation (load, compare-and-swap, subtract) of 47 to 206 ns each.
  assert.ok(
    std > 1e3 / (3 * values.transferHomeThird) && std < 1e3 / (3 * values.transferLocal),
    `${std}`,
  );
  const dash = throughput({ structure: "dashmap", replicas: [], writeShare: 0, threads: 96 }, MS);
  // Four words at a time, and two transfers an operation (it does not load first): at most 4 x 3 / 2.
  assert.ok(dash > 2.5 * std && dash < 6 * std, `four shards: ${dash} against ${std}`);
});

Deno.test("replication pays: reads of 96 threads are faster from four local replicas than from one", () => {
  const four = throughput({ writeShare: 0 }, 0.3 * MS);
  const one = throughput({ writeShare: 0, replicas: [0] }, 0.3 * MS);
  assert.ok(four > 1.2 * one, `${four} against ${one}`);
});

Deno.test("threads are balanced over replicas and stay near them", () => {
  const two = place(96, [0, 1], 4, 24, 1);
  const domains = (r: number) =>
    new Set(two.cores.filter((_, t) => two.replicas[t] === r).map((c) => Math.floor(c / 24)));
  assert.deepEqual([...domains(0)].sort(), [0, 2]);
  assert.deepEqual([...domains(1)].sort(), [1, 3]);
  assert.equal(new Set(two.cores).size, 96, "a core each");
  assert.throws(() => place(97, [0], 4, 24, 1), /97 threads are more than the machine's 96/);
  assert.throws(() => place(4, [7], 4, 24, 1), /affinity 7 does not exist/);
});

Deno.test("a settled second costs a window, an unsettled one is simulated whole", () => {
  const system = build({ threads: 8, replicas: [0] });
  const options = { phase: 3e9, sample: 1e9, window: MS / 2, settle: MS / 10 };
  const samples = [...new Timeline(system, [], options).samples()];
  assert.equal(samples.length, 3);
  assert.ok(system.sim.now < 10 * MS);
  const mean = samples.reduce((s, x) => s + x.rate, 0) / 3;
  for (const sample of samples) assert.ok(Math.abs(sample.rate / mean - 1) < 0.1);
});
