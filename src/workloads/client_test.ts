import assert from "node:assert/strict";
import * as fc from "fast-check";
import { FluidHost } from "../hardware/mod.ts";
import { Simulation, TraceSink } from "../kernel/mod.ts";
import { type Application, parseApplication } from "./application.ts";
import { Client, type ClientReport } from "./client.ts";
import { Connection, type Matching, RING } from "./connection.ts";
import { Container } from "./container.ts";
import { Engine } from "./engine.ts";

const MS = 1e6, S = 1e9;
const page = (entry = "", operation = "cpu: 2ms", request = "") =>
  `id: x
title: X
source: a test
${entry}
global_limits: { 1x: { cpu: 2 cores, memory: 100MiB } }
services:
  web: { cpu_variation: 0 %, operations: { page: { ${operation} } } }
requests:
  page: { share: 1, call: web/page${request} }
`;
const entry = (rules: string) => `entry: { source: a test, ${rules} }`;

/** A server that takes `service(k)` for the k-th request, on one connection. */
interface Case {
  readonly due: readonly number[];
  readonly service: (k: number) => number;
  readonly keepAlive: number;
  readonly failing?: ReadonlySet<number>;
  readonly roundTrip: number;
  readonly matching: Matching;
  readonly until: number;
}

function simulated(c: Case, trace?: TraceSink): ClientReport {
  const sim = new Simulation({ seed: 1, ...(trace === undefined ? {} : { trace }) });
  const rules = `keepalive_requests: ${c.keepAlive}, closes_on: [500]`;
  const due = [...c.due];
  let k = 0;
  const client: Client = new Client({
    sim,
    application: parseApplication(page(entry(rules)), "x"),
    schedules: [() => due.shift() ?? Infinity],
    warmUp: 0,
    duration: c.until,
    roundTrip: c.roundTrip,
    matching: c.matching,
    send: (_, tag) => {
      const n = k++;
      sim.after(c.service(n), () => client.answered(tag, c.failing?.has(n) ? 500 : 200));
    },
  });
  client.start();
  sim.run(c.until);
  return client.report();
}

/** The same with plain arrays: every send time is kept, every reply takes the next of them. */
function twin(c: Case) {
  const sends: number[] = [], latencies: number[] = [];
  let next = 0, waiting = 0, complete = 0, served = 0, replies = 0, lost = 0, ended = 0;
  let replyAt = Infinity, connectAt = Infinity;
  for (;;) {
    const now = Math.min(c.due[next] ?? Infinity, replyAt, connectAt);
    if (now > c.until) break;
    if (now === connectAt) {
      connectAt = Infinity;
      replies = 0;
    } else if (now === replyAt) {
      const failed = c.failing?.has(served - 1) ?? false;
      latencies.push(now - (sends[complete++] as number));
      replyAt = Infinity;
      waiting--;
      if (++replies === c.keepAlive || failed) {
        lost += waiting;
        if (c.matching === "exact") complete += waiting;
        waiting = 0;
        ended++;
        connectAt = now + c.roundTrip;
      }
    } else next++;
    if (connectAt === Infinity) {
      for (let k = sends.length; k < next; k++) {
        sends.push(now);
        waiting++;
      }
      if (replyAt === Infinity && waiting > 0) replyAt = now + c.service(served++);
    }
  }
  return { latencies: latencies.sort((a, b) => a - b), lost, ended };
}

Deno.test("a connection does what a twin with plain arrays does, whatever is lost on it", () => {
  const cases = fc.record({
    gaps: fc.array(fc.double({ min: 0.1, max: 40, noNaN: true }), { minLength: 5, maxLength: 80 }),
    services: fc.array(fc.double({ min: 0.1, max: 60, noNaN: true }), {
      minLength: 5,
      maxLength: 9,
    }),
    keepAlive: fc.integer({ min: 1, max: 12 }),
    failing: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 6 }),
    roundTrip: fc.double({ min: 0.01, max: 30, noNaN: true }),
    matching: fc.constantFrom<Matching>("by-count", "exact"),
  });
  let lost = 0;
  fc.assert(
    fc.property(cases, ({ gaps, services, keepAlive, failing, roundTrip, matching }) => {
      let at = 0;
      const whole = (ms: number) => Math.round(ms * MS);
      const c: Case = {
        due: gaps.map((gap) => at += whole(gap)),
        service: (k) => whole(services[k % services.length] as number) + k,
        keepAlive,
        failing: new Set(failing),
        roundTrip: whole(roundTrip),
        matching,
        until: 10 * S,
      };
      const expected = twin(c);
      const got = simulated(c);
      assert.deepEqual([...got.latencies], expected.latencies);
      assert.deepEqual([got.lost, got.ended], [expected.lost, expected.ended]);
      lost += got.lost;
    }),
    { numRuns: 300, seed: 7 },
  );
  assert.ok(lost > 1000, `${lost} lost in all`);
});

// 40 requests/s on a connection, 5 ms each; the first takes 10 s.
const stalled = (matching: Matching, keepAlive: number): Case => ({
  due: Array.from({ length: 2400 }, (_, k) => (k + 1) * 25 * MS),
  service: (k) => k === 0 ? 10 * S : 5 * MS,
  keepAlive,
  roundTrip: 0.26 * MS,
  matching,
  until: 60 * S,
});
const latest = (c: Case) => {
  const { latencies, lost } = simulated(c);
  const median = (latencies[latencies.length >> 1] as number) / MS;
  return { median: Math.round(median), lost };
};

Deno.test("what a closing server loses after a stall stays in all later latencies, by count", () => {
  // Of 401 requests at the first reply 99 more are answered, while 20 come; the rest is lost: 8 s at 40/s.
  const by = latest(stalled("by-count", 100));
  assert.ok(by.lost >= 315 && by.lost <= 325, `${by.lost}`);
  assert.equal(by.median, 5 + 25 * by.lost);
  // Each with its own send, or on a connection that stays, the backlog is gone within seconds.
  assert.equal(latest(stalled("exact", 100)).median, 5);
  assert.deepEqual(latest(stalled("by-count", 1e6)), { median: 5, lost: 0 });
});

Deno.test("requests that are lost are those that are not answered", () => {
  for (const keepAlive of [3, 100, 1e6]) {
    const c = { ...stalled("by-count", keepAlive), until: 80 * S };
    const { due, answered, lost } = simulated(c);
    assert.equal(answered + lost, due);
  }
});

Deno.test("errors are counted from the begin, and a listed status closes the connection", () => {
  const c: Case = {
    due: [1, 1.5, 2, 30, 60].map((ms) => ms * MS),
    service: () => 10 * MS,
    keepAlive: 1e6,
    failing: new Set([0, 1]),
    roundTrip: 4 * MS,
    matching: "by-count",
    until: 1 * S,
  };
  let text = "";
  const trace = new TraceSink((piece) => text += piece);
  const { errors, answered, lost, ended } = simulated(c, trace);
  trace.close();
  // The first reply closes the connection on two more requests; so does the next reply, on none.
  assert.deepEqual([errors, answered, lost, ended], [2, 3, 2, 2]);
  assert.equal(text.match(/"connection closed"/g)?.length, 2);
});

Deno.test("send times are kept in a ring of 16,384, as wrk2 has", () => {
  const by = new Connection(() => Infinity, "by-count");
  for (let k = 0; k < RING + 5; k++) by.write(k);
  by.lose();
  // The first five were written over by the last five.
  assert.deepEqual([by.reply(), by.reply()], [RING, RING + 1]);
  for (let k = 0; k < 3; k++) by.reply();
  assert.equal(by.reply(), 5);
});

/** A web server with one or more connections of a client. */
function world(application: Application, connections: number[][], until: number) {
  const sim = new Simulation({ seed: 1 });
  const host = new FluidHost(sim, "h", 8);
  const schedules = connections.map((due) => () => due.shift() ?? Infinity);
  const statuses: number[] = [];
  const client: Client = new Client({
    sim,
    application,
    schedules,
    warmUp: 0,
    duration: until,
    roundTrip: 2 * MS,
    send: (type, tag) => engine.send(type, tag),
    accepts: () => (engine.containers[0] as Container).up,
  });
  const engine: Engine = new Engine({
    sim,
    application,
    delay: () => MS,
    answered: (tag, status) => {
      statuses.push(status);
      client.answered(tag, status);
    },
    broken: (tag) => client.broke(tag),
    reset: () => client.reset(),
  });
  engine.attach(application.services.map((service, i) =>
    new Container(i, service, {
      host,
      quota: Infinity,
      memoryLimit: 2 ** 26,
      onDone: engine.onDone(i),
    })
  ));
  client.start();
  return { sim, client, statuses, web: engine.containers[0] as Container };
}

Deno.test("a server that dies resets all its connections; only what was open on them is lost", () => {
  const due = [[5, 5.001, 5.002, 9], [6, 9]].map((list) => list.map((s) => s * S));
  const { sim, client, web } = world(parseApplication(page(), "x"), due, 12 * S);
  sim.run(5 * S + 3.5 * MS); // The first is answered, and on its way back.
  sim.run(5 * S + 6 * MS); // The second is in the server.
  web.evict();
  web.create(); // Up 2 s later.
  sim.run(12 * S);
  const { due: all, answered, lost, ended } = client.report();
  assert.deepEqual([all, answered, lost, ended], [6, 4, 2, 2]);
});

Deno.test("an operation that fails is an error of status 500; an application's own errors have theirs", () => {
  const fails = world(
    parseApplication(page(entry("closes_on: [500]"), "cpu: 2ms, fails: 100 %"), "x"),
    [[5 * S, 5.001 * S]],
    8 * S,
  );
  fails.sim.run(8 * S);
  assert.deepEqual(fails.statuses, [500]);
  assert.equal(fails.client.report().lost, 1);
  const own = world(
    parseApplication(
      page(entry("closes_on: [500]"), "cpu: 2ms", ", errors: 100 %, errors_status: 404"),
      "x",
    ),
    [[5 * S, 5.001 * S]],
    8 * S,
  );
  own.sim.run(8 * S);
  assert.deepEqual(own.statuses, [404, 404]);
  assert.equal(own.client.report().lost, 0);
});

Deno.test("an entry that cannot be is refused with its place", () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(() => parseApplication(text, "app.yaml"), message);
  refused(page(entry("keepalive_requests: 0")), /app\.yaml:4:\d+: .*at least 1/);
  refused(page(entry("keepalive_requests: 1.5")), /app\.yaml:4:\d+: .*whole number/);
  refused(page(entry("closes_on: [200]")), /app\.yaml:4:\d+: .*at least 400/);
  refused(page(entry("closes_on: [5000]")), /app\.yaml:4:\d+: .*at most 599/);
  refused(page("entry: { keepalive_requests: 100 }"), /app\.yaml:4:\d+: .*source/);
  refused(page("", "fails: 200 %"), /app\.yaml:7:\d+: /);
  refused(page("", "cpu: 2ms", ", errors_status: 200"), /app\.yaml:9:\d+: .*at least 400/);
});
