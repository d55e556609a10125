import assert from "node:assert/strict";
import { rig } from "./testing.ts";

const MS = 1e6, MIB = 2 ** 20;

Deno.test("an Agent looks every 10 ms until it has a container, then every 100 ms, and inspects in turn", () => {
  const { sim, Agent, options } = rig(1);
  const agent = new Agent(sim, options, sim.rng("polls"));
  const found: number[] = [];
  sim.after(15 * MS, () => {
    for (let k = 0; k < 3; k++) agent.notice(() => found.push(sim.now));
  });
  sim.after(500 * MS, () => agent.notice(() => found.push(sim.now)));
  sim.run(2000 * MS);
  const [first, second, third, late] = found as [number, number, number, number];
  const look = first - 30 * MS;
  assert.ok(look >= 15 * MS && look < 25 * MS, `${look}`);
  assert.deepEqual([second, third], [look + 60 * MS, look + 90 * MS]);
  // The first look that is whole 100 ms later, and not before the container is there.
  assert.equal((late - 30 * MS - look) % (100 * MS), 0);
  assert.ok(late - 30 * MS >= 500 * MS && late - 30 * MS < 600 * MS);
});

Deno.test("a raise holds after both system calls, a cut after the first", () => {
  for (const [cores, after] of [[2, 40_000], [0.5, 20_000]] as const) {
    const { sim, containers: [c], controller } = rig(1, { globalCpu: cores });
    assert.ok(c !== undefined);
    controller.register(c);
    sim.run(after - 1);
    assert.equal(c.cpu.quota, 100 * MS);
    sim.run(after);
    assert.equal(c.cpu.quota, cores * 100 * MS);
  }
});

Deno.test("code: an update that fails leaves 10 cores outside the books, found after three messages", () => {
  const { sim, containers: [c], controller, allocator } = rig(1, { agentFailures: 1 });
  assert.ok(c !== undefined);
  controller.register(c, 1);
  const tell = (quota: number, remaining: number) => {
    controller.receive({ container: 0, quota, remaining, nrThrottled: 0, sequence: 0 });
    sim.run(sim.now + MS);
  };
  tell(1, 0.5);
  assert.equal(c.cpu.quota, 1000 * MS);
  const { pools } = allocator;
  assert.equal(pools.entries.get(0)?.quota, 1, "the change is not booked");
  assert.equal(pools.freeCpu, 3);
  assert.equal(controller.counters.failedUpdates, 1);
  assert.ok(Math.abs(controller.counters.worstEnforced - 6) < 1e-9);
  for (let k = 0; k < 2; k++) tell(10, 0);
  assert.equal(pools.entries.get(0)?.quota, 1);
  tell(10, 0);
  assert.equal(pools.entries.get(0)?.quota, 10, "now the kernel is believed");
  assert.equal(pools.freeCpu, 0);
  assert.ok(Math.abs(pools.overrun - 6) < 1e-9, "what the pool did not have is overrun");
});

Deno.test("text: an update that fails leaves the old limit, and the books say so", () => {
  const { sim, containers: [c], controller, allocator } = rig(1, {
    agentFailures: 1,
    mode: "text",
  });
  assert.ok(c !== undefined);
  controller.register(c, 1);
  controller.receive({ container: 0, quota: 1, remaining: 0.5, nrThrottled: 0, sequence: 0 });
  sim.run(MS);
  assert.equal(c.cpu.quota, 100 * MS);
  assert.equal(allocator.pools.entries.get(0)?.quota, 1);
  assert.equal(allocator.pools.freeCpu, 3);
});

Deno.test("code: the answer to an OOM event holds the limit; text: the Agent sets it first", () => {
  for (const [mode, rpcs] of [["code", 0], ["text", 1]] as const) {
    const { sim, containers: [c], controller, wire, install } = rig(1, { mode });
    assert.ok(c !== undefined);
    install(c);
    controller.register(c, 1);
    sim.run(MS);
    const before = wire.bytes;
    let retried: number | undefined;
    c.oomHook?.(c, 4096, (retry) => retried = retry ? sim.now - MS : undefined);
    sim.run(2 * MS);
    assert.equal(c.memory.limit, 128 * MIB + 5000 * 4096);
    assert.equal(retried, rpcs * 20_000, "one system call");
    const [request, rpc] = [2 * (64 + 90) + 90, 120 + 60 + 3 * 90];
    assert.equal(wire.bytes - before, request + rpcs * rpc);
  }
});
