import assert from "node:assert/strict";
import { type Process, Simulation } from "../../kernel/mod.ts";
import { idealHost } from "../parts/network-hosts.ts";
import { ConnectionLost, type ConnectionOptions, TcpConnection } from "./connection.ts";
import { Link } from "./link.ts";
import { MetricsCache } from "./metrics-cache.ts";
import { linkSchema, resolveLink } from "./spec.ts";
import { tlsFlights, tlsRoundTrips } from "./tls.ts";

const MS = 1e6;

/** Runs a process against a fresh link; gives its result. */
function simulate<T>(
  link: { rate: string; rtt: string },
  body: (link: Link, sim: Simulation) => Process<T>,
): T {
  const sim = new Simulation({ seed: 1 });
  const spec = resolveLink(linkSchema.parse({ between: ["function", "store"], ...link }));
  const task = sim.spawn("test", body(new Link(sim, spec), sim));
  sim.run();
  assert.ok(task.done);
  return task.value as T;
}

const wan = { rate: "10Gbps", rtt: "50ms" };
const ideal: ConnectionOptions = { client: idealHost };

Deno.test("a new connection costs one round trip, TLS what its version says", () => {
  const connect = (options: ConnectionOptions) =>
    simulate(wan, (link) => new TcpConnection(link, { ...ideal, ...options }).connect());
  const round = (ns: number) => Math.round(ns / (50 * MS));
  assert.equal(round(connect({})), 1);
  assert.equal(round(connect({ tls: { version: "1.2", handshake: "full" } })), 3);
  assert.equal(round(connect({ tls: { version: "1.3", handshake: "resumed" } }) - 25 * MS), 2);
  assert.deepEqual(
    [["1.2", "full"], ["1.2", "resumed"], ["1.3", "full"], ["1.3", "early"]].map(
      ([version, handshake]) => tlsRoundTrips({ version, handshake } as never),
    ),
    [2, 1, 1, 0],
  );
  assert.throws(() => tlsFlights({ version: "1.2", handshake: "early" }), /no 0-RTT/);
});

Deno.test("windows grow with use, decay in a pause, and can be set within the policy", () => {
  simulate(wan, function* (link) {
    const connection = new TcpConnection(link, { ...ideal, windowPolicy: 1000 });
    yield* connection.connect();
    const cold = yield* connection.request(100, 1e6);
    const used = connection.sender("server").cwnd;
    assert.ok(used > 300, `${used} segments`);
    yield 600 * MS;
    const idle = yield* connection.request(100, 1e6);
    yield 10_000 * MS;
    assert.equal(connection.warmcwnd("server", 5000), 1000);
    const warmed = yield* connection.request(100, 1e6);
    assert.deepEqual(
      [cold, idle, warmed].map((ns) => Math.round(ns / (50 * MS))),
      [7, 3, 1],
    );
  });
});

Deno.test("a connection that the server closed or a NAT forgot is found dead and replaced", () => {
  for (const [kind, cost] of [["closes", 1], ["drops", 1 + 252 / 50]] as const) {
    simulate(wan, function* (link, sim) {
      const idlePolicy = { kind, after: 5000 * MS };
      const connection = new TcpConnection(link, { ...ideal, idlePolicy });
      yield* connection.connect();
      yield 4000 * MS;
      assert.equal(yield* connection.ensure(), false, "probing keeps it alive");
      yield 6000 * MS;
      assert.notEqual(connection.state, "open");
      const began = sim.now;
      assert.equal(yield* connection.ensure(), true);
      assert.equal(Math.round((sim.now - began) / MS), Math.round(cost * 50));
      yield 6000 * MS;
      try {
        yield* connection.send("client", 100);
        assert.fail("sent over a dead connection");
      } catch (error) {
        assert.ok(error instanceof ConnectionLost);
        assert.match(error.message, /"store" is (closed|stale) after 6.* connect\(\) again/);
      }
    });
  }
});

Deno.test("Fast Open saves the round trip once a cookie is known", () => {
  simulate(wan, function* (link) {
    const options = { ...ideal, fastOpen: true, metrics: new MetricsCache() };
    const first = yield* new TcpConnection(link, options).connectWith(400);
    const second = yield* new TcpConnection(link, options).connectWith(400);
    assert.deepEqual([first, second].map((ns) => Math.round(ns / MS)), [75, 25]);
    const forgetful = {
      ...options,
      metrics: new MetricsCache({ noMetricsSave: true, noSsthreshMetricsSave: true }),
    };
    yield* new TcpConnection(link, forgetful).connectWith(400);
    const again = yield* new TcpConnection(link, forgetful).connectWith(400);
    assert.equal(Math.round(again / MS), 75);
  });
});

Deno.test("flows on one link get max-min shares and give them back when they end", () => {
  const sim = new Simulation({ seed: 1 });
  const spec = resolveLink(
    linkSchema.parse({ between: ["a", "b"], rate: "100Mbps", rtt: "1ms" }),
  );
  const link = new Link(sim, spec);
  const ends: number[] = [];
  const bulk = function* (bytes: number): Process {
    const connection = new TcpConnection(link, ideal);
    yield* connection.connect();
    yield* connection.send("server", bytes);
    ends.push(sim.now / MS);
  };
  sim.spawn("long", bulk(20e6));
  sim.spawn("short", bulk(10e6));
  sim.run();
  // 10 MB are about 850 ms of wire: both share until the short one has gone.
  const wire = (bytes: number) => (bytes / 1448) * 1538 * 8 / 100e6 * 1e3;
  assert.ok(Math.abs(ends[0] - 2 * wire(10e6)) < 10, `short ${ends[0]}`);
  assert.ok(Math.abs(ends[1] - wire(30e6)) < 10, `long ${ends[1]}`);
});

Deno.test("an interrupted transfer gives its share back", () => {
  const sim = new Simulation({ seed: 1 });
  const link = new Link(
    sim,
    resolveLink(linkSchema.parse({ between: ["a", "b"], rate: "1Mbps", rtt: "1ms" })),
  );
  const stopped = sim.spawn("stopped", link.up.carry(1e6, 1e6));
  let ended = 0;
  sim.spawn(
    "other",
    (function* (): Process {
      yield* link.up.carry(1e6, 1e6);
      ended = sim.now;
    })(),
  );
  sim.after(1000 * MS, () => stopped.interrupt("enough"));
  sim.run();
  assert.equal(Math.round(ended / MS), 1500);
  assert.equal(link.up.flows, 0);
});

Deno.test("a platform's link loses packets as it says, another seed others, and a full queue too", () => {
  const time = (link: object, seed = 1) => {
    const sim = new Simulation({ seed });
    const spec = resolveLink(linkSchema.parse({ between: ["function", "store"], ...link }));
    const task = sim.spawn(
      "test",
      (function* () {
        const connection = new TcpConnection(new Link(sim, spec), ideal);
        yield* connection.connect();
        return yield* connection.request(100, 2e6);
      })(),
    );
    sim.run();
    return task.value as number;
  };
  const far = { rate: "100Mbps", rtt: "20ms" };
  const clean = time(far), lossy = { ...far, loss: 0.02 };
  assert.ok(time(lossy) > 1.2 * clean);
  assert.equal(time(lossy), time(lossy));
  assert.notEqual(time(lossy), time(lossy, 2));
  assert.ok(time({ ...far, queue: "20KB" }) > 1.05 * clean);
  assert.equal(time({ ...far, queue: "1GB", loss: 0 }), clean);
});
