import assert from "node:assert/strict";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { type Process, Rng, Simulation, Tally } from "../kernel/mod.ts";
import {
  Network,
  scopedClient,
  ServerlessPlatform,
  TRIGGER_NAMES,
  triggerDelay,
  TRIGGERS,
} from "./mod.ts";

const MS = 1e6;

const hardware = () =>
  buildPlatform(platformSchema.parse({
    id: "two",
    title: "two hosts",
    source: "test",
    hosts: { invoker: { part: "cloudlab-m510" }, store: { part: "edge-site" } },
    links: [{ between: ["invoker", "store"], rate: "10Gbps", rtt: "50ms" }],
  }));

Deno.test("a container's connection lives across activations and pauses, ages, and is replaced when dead", () => {
  const sim = new Simulation({ seed: 1 });
  const network = new Network(sim, hardware());
  const p = new ServerlessPlatform(sim, { invokers: [{ name: "invoker" }], stemCells: [] });
  const a = p.register({
    name: "a",
    *run({ container }): Process<number> {
      const client = scopedClient(container, network, "invoker", "store", {
        idlePolicy: { kind: "closes", after: 60_000 * MS },
      });
      yield* client.request(100, 1e6);
      return client.connects;
    },
  });
  const rounds: [number, unknown][] = [];
  sim.spawn(
    "client",
    (function* (): Process {
      for (const pause of [0, 5, 30_000, 90_000]) {
        yield pause * MS;
        const { started, ended, result } = yield* p.invoke(a);
        rounds.push([Math.round((ended - started) / (50 * MS)), result]);
      }
    })(),
  );
  sim.run();
  // New: connect and seven rounds; warm: the window is nearly there; idle for 30 s: slow start again;
  // closed: as new.
  assert.ok(rounds[1][0] <= 2, `${rounds[1][0]} rounds on a warm connection`);
  rounds[1][0] = 1;
  assert.deepEqual(rounds, [[8, 1], [1, 1], [7, 1], [8, 2]]);
});

Deno.test("trigger delays have the median and the 90th percentile that they are given", () => {
  for (const name of TRIGGER_NAMES) {
    const { median, spread } = TRIGGERS[name];
    const rng = new Rng(1, name);
    const tally = new Tally();
    for (let i = 0; i < 20_000; i++) tally.add(triggerDelay(name, rng));
    assert.ok(Math.abs(tally.quantile(0.5) / median.value - 1) < 0.02, name);
    assert.ok(Math.abs(tally.quantile(0.9) / tally.quantile(0.5) / spread.value - 1) < 0.03, name);
  }
});
