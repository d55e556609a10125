import assert from "node:assert/strict";
import fc from "fast-check";
import { Simulation } from "../kernel/mod.ts";
import type { Telemetry } from "./allocation.ts";
import { type Bare, rig } from "./testing.ts";
import { Wire } from "./wire.ts";

const S = 1e9, MIB = 2 ** 20;

const message = (over: Partial<Telemetry> = {}): Telemetry => ({
  container: 0,
  quota: 1,
  remaining: 0.1,
  nrThrottled: 0,
  sequence: 0,
  ...over,
});

Deno.test("what is logged is each datagram that is used: no stale one, none of a stranger, none while down", () => {
  const { sim, containers: [c], controller, allocator } = rig(1);
  controller.register(c as Bare, 1);
  const logged: number[] = [];
  allocator.log = ({ remaining }) => logged.push(remaining);
  controller.receive(message({ remaining: 0.01 }));
  sim.run(1e6);
  controller.receive(message({ remaining: 0.2, quota: 2 }));
  controller.receive(message({ remaining: 0.3, container: 7 }));
  sim.run(2e6);
  controller.restart(S);
  controller.receive(message({ remaining: 0.4 }));
  sim.run(1.5 * S);
  controller.receive(message({ remaining: 0.02 }));
  sim.run(2 * S);
  assert.deepEqual(logged, [0.01, 0.02]);
  assert.equal(controller.counters.messages, 4);
});

Deno.test("an OOM event while the controller is down is refused: the kernel kills as without Escra", () => {
  const { sim, containers: [c], controller } = rig(1);
  const container = c as Bare;
  controller.register(container, 1);
  const ask = () => {
    const answers: boolean[] = [];
    controller.oom(container, 4096, ({ granted }) => answers.push(granted));
    sim.run(sim.now + 1e6);
    return answers;
  };
  assert.deepEqual(ask(), [true]);
  controller.restart(S);
  const limit = container.memory.limit;
  assert.deepEqual(ask(), [false]);
  assert.equal(container.memory.limit, limit);
  sim.run(sim.now + S);
  assert.deepEqual(ask(), [true]);
  // Its books were kept: the limit that the restart found is the one that grows.
  assert.equal(
    controller.allocator.pools.entries.get(0)?.memory,
    128 * MIB + 2 * controller.allocator.options.memoryStep,
  );
});

Deno.test("peak rates over one and more seconds are those of a twin that adds up every window", () => {
  const times = fc.array(fc.integer({ min: 0, max: 12_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 15 }), (at, width) => {
      const sim = new Simulation({ seed: 1 });
      const wire = new Wire(sim);
      const sorted = [...at].sort((a, b) => a - b);
      for (const ms of sorted) sim.after(ms * 1e6, () => wire.telemetry(56, undefined, 0));
      sim.run(13 * S);
      const seconds = Math.floor((sorted.at(-1) as number) / 1000) + 1;
      const window = Math.min(width, seconds);
      let most = 0;
      for (let from = 0; from + window <= seconds; from++) {
        const within = sorted.filter((ms) => ms >= 1000 * from && ms < 1000 * (from + window));
        most = Math.max(most, within.length);
      }
      // 56 bytes, and 66 of Ethernet, IPv4 and UDP.
      assert.equal(wire.peakRate(width), 8 * most * 122 / window);
    }),
    { numRuns: 200, seed: 1 },
  );
});
