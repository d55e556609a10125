import assert from "node:assert/strict";
import process from "node:process";
import { Simulation } from "../kernel/mod.ts";
import { FluidHost } from "../hardware/mod.ts";
import { parseSendTimes, sendTimes } from "./arrivals.ts";
import { type Application, parseApplication } from "./application.ts";
import { Client } from "./client.ts";
import { Container } from "./container.ts";
import { Engine } from "./engine.ts";

const MS = 1e6;
const head = `id: x
title: X
source: a test
global_limits: { 1x: { cpu: 2 cores, memory: 100MiB } }
`;
const two = `${head}services:
  web:
    cpu_variation: 0 %
    operations:
      page: { cpu: 2ms, calls: [{ parallel: [db/get, db/get] }] }
  db:
    cpus: 1
    cpu_variation: 0 %
    memory: 10MiB
    operations:
      get: { cpu: 3ms }
requests:
  page: { share: 1, call: web/page }
`;

Deno.test("mistakes in an application are told with line and column", () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(() => parseApplication(text, "app.yaml"), message);
  refused(two.replace("db/get, db/get", "bd/get"), /app\.yaml:9:\d+: .*unknown service "bd"/);
  refused(two.replace("get: { cpu: 3ms }", "get: { cpu: 3 }"), /app\.yaml:15:\d+: .*unit/);
  refused(
    two.replace("get: { cpu: 3ms }", "get: { cpu: 3ms, calls: [web/page] }"),
    /never end: .*web\/page/,
  );
  refused(
    `${head}services: {}\nrequests: {}\n`,
    /app\.yaml:5:\d+: no containers.*\(services\)\n.*\(requests\)$/,
  );
  refused(
    two.replace("cpu: 2 cores", "cpu: 90 millicores"),
    /app\.yaml:4:\d+: .*0\.09 cores for 2 containers are less than one slice each/,
  );
  refused("id: [", /app\.yaml:1:/);
  refused(
    `${two}id: again\n`,
    /^InputError: app\.yaml:18:1: the key "id" stands on line 1 already; keep one \(id\)$/,
  );
  refused(
    two.replace("  web:", "\tweb:"),
    /^InputError: app\.yaml:6:1: a tab is used for indentation/,
  );
});

Deno.test("an application made to be slow, or of brackets or aliases without end, is refused soon", () => {
  const layers = Array.from(
    { length: 30 },
    (_, i) => `k${i}: &k${i} [${Array(9).fill(i === 0 ? "x" : `*k${i - 1}`).join(", ")}]\n`,
  ).join("");
  const files: [string, RegExp][] = [
    ["- x\n".repeat(2_500_000), /app\.yaml:1:1: the file has 9766 KiB; at most 256 KiB are read/],
    ["[".repeat(60_000), /app\.yaml:1:\d+: nested too deeply; at most 64 levels/],
    ["- ".repeat(50_000), /app\.yaml:1:\d+: nested too deeply; at most 64 levels are read$/],
    [layers + two, /app\.yaml:\d+:\d+: more than 100 aliases; write the values out/],
    [
      Array.from({ length: 20_000 }, (_, i) => `k${i}: 1\n`).join(""),
      /^InputError: (app\.yaml:\d+:1: (missing|unknown) key "\w+"[^\n]{0,200}(\n|$)){50}$/,
    ],
  ];
  const { user } = process.cpuUsage();
  for (const [text, message] of files) {
    assert.throws(() => parseApplication(text, "app.yaml"), message);
  }
  const took = (process.cpuUsage().user - user) / 1000;
  assert.ok(took < 5000, `took ${took} ms`);
});

function world(application: Application, quota = Infinity) {
  const sim = new Simulation({ seed: 1 });
  const host = new FluidHost(sim, "h", 8);
  const answers: [tag: number, failed: boolean, at: number][] = [];
  const engine = new Engine({
    sim,
    application,
    delay: () => MS,
    answered: (tag, status) => answers.push([tag, status >= 400, sim.now]),
  });
  const containers = application.services.map((service, i) =>
    new Container(i, service, { host, quota, memoryLimit: 2 ** 26, onDone: engine.onDone(i) })
  );
  engine.attach(containers);
  return { sim, engine, containers, answers };
}

Deno.test("a request takes its messages, its CPU time and the wait for one CPU", () => {
  const { sim, engine, answers } = world(parseApplication(two, "x"));
  sim.run(5e9);
  engine.send(0, 7);
  sim.run(6e9);
  // in 1, half of page 1, out 1, two gets in turn 6, back 1, other half 1, back 1
  assert.deepEqual(answers, [[7, false, 5e9 + 12 * MS]]);
  assert.equal(engine.visits, 0);
});

Deno.test("a killed container answers with errors and comes back", () => {
  const { sim, engine, containers, answers } = world(parseApplication(two, "x"));
  sim.run(5e9);
  engine.send(0, 1);
  sim.after(4 * MS, () => (containers[1] as Container).kill());
  sim.run(5.5e9);
  engine.send(0, 2);
  sim.run(6e9);
  assert.deepEqual(answers.map(([tag, failed]) => [tag, failed]), [[1, true], [2, true]]);
  sim.run(20e9);
  engine.send(0, 3);
  sim.run(21e9);
  assert.deepEqual(answers[2]?.slice(0, 2), [3, false]);
  assert.equal(engine.visits, 0);
});

Deno.test("a heap that grows by less than a page a request charges a page when one is full", () => {
  const small = two.replace(
    "memory: 10MiB",
    "memory: 0B\n    request_memory: 0B\n    heap: 10KiB\n    heap_step: 1KiB",
  );
  const { sim, engine, containers } = world(parseApplication(small, "x"));
  sim.run(1e9);
  const db = containers[1] as Container;
  for (let i = 0; i < 2; i++) engine.send(0, i);
  sim.run(2e9);
  assert.equal(db.memory.stat().anonymous, 4096); // four steps of 1 KiB
  for (let i = 0; i < 20; i++) engine.send(0, i);
  sim.run(3e9);
  assert.equal(db.heap, 10 * 1024);
  assert.equal(db.memory.stat().anonymous, 3 * 4096);
});

Deno.test("a caller gives up after its time-out; an optional call's failure is not its own", () => {
  const slow = (call: string) =>
    two.replace("{ parallel: [db/get, db/get] }", call).replace("cpu: 3ms }", "cpu: 300ms }");
  const ends = (call: string) => {
    const { sim, engine, answers } = world(parseApplication(slow(call), "x"));
    sim.run(1e9);
    engine.send(0, 1);
    sim.run(9e9);
    assert.equal(engine.visits, 0);
    return [answers[0]?.[1], ((answers[0]?.[2] ?? 0) - 1e9) / MS];
  };
  // in 1, half of page 1, the call, other half 1, back 1
  assert.deepEqual(ends("db/get"), [false, 306]);
  assert.deepEqual(ends("{ call: db/get, timeout: 100ms }"), [true, 104]);
  assert.deepEqual(ends("{ call: db/get, timeout: 100ms, optional: true }"), [false, 104]);
});

Deno.test("CPU time of a start is longer under a low limit, and requests fail until it is over", () => {
  const work = two.replace(
    "memory: 10MiB",
    "memory: 0B\n    start: 100ms\n    start_work: { cpu: 1s, threads: 2 }",
  );
  const readyAfter = (quota: number) => {
    const { sim, engine, containers, answers } = world(parseApplication(work, "x"), quota);
    engine.send(0, 1);
    sim.run(50 * MS);
    assert.equal(answers[0]?.[1], true);
    while (!(containers[1] as Container).up) sim.run(sim.now + 50 * MS);
    return sim.now / MS;
  };
  assert.ok(Math.abs(readyAfter(Infinity) - 500) <= 50);
  assert.ok(Math.abs(readyAfter(20 * MS) - 4900) <= 100); // a fifth of a core for 1 s of work
});

Deno.test("CPU time aside is used, and nobody waits for it", () => {
  const { sim, engine, containers, answers } = world(
    parseApplication(two.replace("memory: 10MiB", "memory: 10MiB\n    aside: 200 %"), "x"),
  );
  sim.run(5e9);
  engine.send(0, 7);
  sim.run(6e9);
  assert.deepEqual(answers, [[7, false, 5e9 + 12 * MS]]);
  assert.ok(Math.abs((containers[1] as Container).cpu.usage() - 18 * MS) < 100);
});

Deno.test("compiling is CPU time beside the first calls, after a restart again", () => {
  const compiles = "memory: 10MiB\n    warm_up: { cpu: 40ms, calls: 4 }";
  const { sim, engine, containers } = world(
    parseApplication(two.replace("memory: 10MiB", compiles), "x"),
  );
  const db = containers[1] as Container;
  sim.run(5e9);
  const used = (requests: number) => {
    const before = db.cpu.usage();
    for (let i = 0; i < requests; i++) engine.send(0, i);
    sim.run(sim.now + 30e9);
    return (db.cpu.usage() - before) / MS;
  };
  assert.ok(Math.abs(used(1) - (6 + 20)) < 1e-3); // two gets, a quarter of it each
  assert.ok(Math.abs(used(2) - (12 + 20)) < 1e-3); // four gets, of which two compile
  assert.ok(Math.abs(used(1) - 6) < 1e-3);
  db.restart();
  sim.run(sim.now + 5e9);
  assert.ok(Math.abs(used(1) - (6 + 20)) < 1e-3);
});

Deno.test("a managed heap is bound by the memory limit that the program found at its start", () => {
  const managed = two.replace(
    "memory: 10MiB",
    "memory: 0B\n    heap: 60MiB\n    heap_step: 1MiB\n    heap_share: 25 %",
  );
  const { sim, engine, containers } = world(parseApplication(managed, "x"));
  const db = containers[1] as Container;
  const grown = () => {
    for (let i = 0; i < 30; i++) engine.send(0, i);
    sim.run(sim.now + 5e9);
    return db.heap;
  };
  sim.run(5e9);
  assert.equal(grown(), 2 ** 24); // a quarter of 64 MiB
  db.memory.setLimit(2 ** 27);
  assert.equal(grown(), 2 ** 24); // a raised limit is not seen
  db.restart();
  sim.run(sim.now + 5e9);
  assert.equal(grown(), 2 ** 25);
});

Deno.test("an operation costs its runtime's serve and call, scaled, and known work, not scaled", () => {
  const text = two.replace("source: a test", "source: a test\ncpu_scale: 10")
    .replace(
      "cpu_variation: 0 %\n    operations:\n      page: { cpu: 2ms",
      "serve: 100us\n    call: 50us\n    operations:\n      page: { cpu: 1ms, work: 7ms",
    );
  const [page, get] = parseApplication(text, "x").operations;
  assert.equal(page?.cpu, 10 * (1 + 0.1 + 2 * 0.05) * MS + 7 * MS);
  assert.equal(get?.cpu, 30 * MS);
});

Deno.test("latency counts from the intended time, and one request is on a connection", () => {
  const application = parseApplication(two, "x");
  const { sim, engine } = world(application);
  sim.run(5e9);
  const due = [5e9, 5e9, Infinity];
  const client: Client = new Client({
    sim,
    application,
    schedules: [() => due.shift() as number],
    warmUp: 0,
    duration: 10e9,
    send: (_, tag) => {
      engine.send(0, tag);
      sim.after(12 * MS, () => client.answered(tag, 200));
    },
  });
  client.start();
  sim.run(10e9);
  assert.deepEqual([...client.report().latencies], [12 * MS, 24 * MS]);
});

Deno.test("a broken connection loses what it sent, tries again, and then sends what became due", () => {
  const application = parseApplication(two, "x");
  const sim = new Simulation({ seed: 1 });
  const host = new FluidHost(sim, "h", 8);
  const due = [5, 5, 6, 6.5, 8].map((s) => s * 1e9);
  const client: Client = new Client({
    sim,
    application,
    schedules: [() => due.shift() ?? Infinity],
    warmUp: 0,
    duration: 10e9,
    send: (_, tag) => engine.send(0, tag),
    accepts: () => entry.up,
  });
  const engine: Engine = new Engine({
    sim,
    application,
    delay: () => MS,
    answered: (tag, status) => client.answered(tag, status),
    broken: (tag) => client.broke(tag),
  });
  const containers = application.services.map((service, i) =>
    new Container(i, service, {
      host,
      quota: Infinity,
      memoryLimit: 2 ** 26,
      onDone: engine.onDone(i),
    })
  );
  engine.attach(containers);
  const entry = containers.find((c) => c.name === "web") as Container;
  client.start();
  sim.after(5e9 + 5 * MS, () => entry.evict());
  sim.after(5.1e9, () => entry.create()); // up 2 s later
  sim.run(10e9);
  const report = client.report();
  assert.deepEqual([report.due, report.lost, report.answered, report.errors], [5, 2, 3, 0]);
  // Two sends were lost: each later reply is held for the oldest send that has none yet.
  const seconds = [...report.latencies].map((l) => Math.round(l / 1e8) / 10);
  assert.deepEqual(seconds, [0.9, 2.1, 2.1]);
});

Deno.test("the calibration is repeated until there is a reply in it", () => {
  const application = parseApplication(two, "x");
  const recorded = (first: number) => {
    const sim = new Simulation({ seed: 1 });
    const due = Array.from({ length: 40 }, (_, i) => i * 1e9);
    const client: Client = new Client({
      sim,
      application,
      schedules: [() => due.shift() ?? Infinity],
      warmUp: 10e9,
      duration: 40e9,
      send: (_, tag) => sim.after(Math.max(MS, first - sim.now), () => client.answered(tag, 200)),
    });
    client.start();
    sim.run(40e9);
    const { answered, recorded } = client.report();
    return [answered, recorded];
  };
  assert.deepEqual(recorded(0), [40, 30]);
  // Nothing in the first ten seconds: those of the next ten go, too.
  assert.deepEqual(recorded(14.5e9), [40, 20]);
});

Deno.test("workloads have the rates of the chapter", () => {
  const count = (workload: "fixed" | "exp" | "burst" | "alibaba", mean?: number) => {
    const sim = new Simulation({ seed: 5 });
    const all = sendTimes(
      { workload, scale: 1, connections: 10, duration: 100e9, mean },
      (n) => sim.rng(n),
    );
    let n = 0;
    for (const next of all) while (next() !== Infinity) n++;
    return n / 100;
  };
  // The first requests are due one gap after the connections are opened.
  assert.equal(count("fixed"), 399.9);
  assert.ok(Math.abs(count("exp") - 300) < 10);
  assert.ok(Math.abs(count("burst") - 350) < 15);
  const alibaba = count("alibaba");
  assert.ok(alibaba > 150 && alibaba < 450, `${alibaba}`);
  assert.ok(Math.abs(count("alibaba", 850) - 850) < 25);
});

Deno.test("a trace with negative or unsorted times is refused with its line", () => {
  assert.deepEqual(parseSendTimes("time_ms\n1\n2.5\n", "t.csv"), [1e6, 2.5e6]);
  assert.throws(() => parseSendTimes("time_ms\n-1\n", "t.csv"), /t\.csv:2:1/);
  assert.throws(() => parseSendTimes("time_ms\n2\n1\n", "t.csv"), /t\.csv:3:1: 1 ms comes before/);
  assert.throws(() => parseSendTimes("ms\n2\n", "t.csv"), /header/);
});
