import assert from "node:assert/strict";
import { buildPlatform, platformSchema } from "../../hardware/mod.ts";
import { Simulation } from "../../kernel/mod.ts";
import type { Experiment, Row } from "../../model/mod.ts";
import { experiments } from "../mod.ts";

const platform = (part: string) =>
  buildPlatform(
    platformSchema.parse({ id: "p", title: "t", source: "s", hosts: { host: { part } } }),
  );
const machine = platform("xeon-8260-4s");
const find = (id: string) => experiments.find((e) => e.id === id) as Experiment;

function problems(id: string, written: unknown, on = machine): string[] {
  const e = find(id);
  const parsed = e.parameters.safeParse(written);
  if (!parsed.success) return parsed.error.issues.map((i) => i.message);
  return (e.check?.(parsed.data, on) ?? []).map((p) => p.message);
}

function run(id: string, written: unknown): { rows: Row[]; warnings: string[] } {
  const e = find(id);
  const warnings: string[] = [];
  const rows = [...e.run({
    parameters: e.parameters.parse(written),
    platform: machine,
    seed: 1,
    simulation: () => new Simulation({ seed: 1 }),
    input: () => "",
    warn: (text) => warnings.push(text),
  })];
  return { rows, warnings };
}

Deno.test("bad input is refused with the names of what is wrong", () => {
  const cases: [string, unknown, RegExp][] = [
    ["dinos/placement", { cores: 0 }, /"memcached" has no cores/],
    ["dinos/placement", { cores: 73 }, /asks for 73 cores, more than the rack's 72/],
    ["dinos/placement", { hosts: 4 }, /4 Dkernels and the Ckernel need 5 NUMA domains/],
    ["dinos/placement", { memory_per_host: "2MiB" }, /more than the rack has/],
    ["dinos/placement", {
      policy: "Random",
      constraints: [{ name: "c", kind: "max_hosts", process: "memcached", hosts: 1 }],
    }, /Random has no solver/],
    ["dinos/placement", {
      constraints: [{ name: "c", kind: "allow", process: "redis", hosts: [7] }],
    }, /host 7 does not exist/],
    ["dinos/placement", {
      constraints: [{ name: "c", kind: "allow", process: "redis", hosts: [1] }],
    }, /no process "redis"/],
    ["dinos/scheduler", { requests: 2000 }, /more than the rack has: 64 cores and 512 memslices/],
    ["dinos/memcached", { cores: 0 }, /has no cores/],
    ["dinos/memcached", { cores: 80 }, /dinos has 72 application cores here, not 80/],
    ["dinos/memcached", { dataset: "1000GiB" }, /the domains have/],
    ["dinos/vmem", { changes: [{ at: "50s", remove: 5 }] }, /Dkernel 5 has no cores/],
    ["dinos/vmem", { changes: [{ at: "50s", add: 1 }] }, /has a replica already/],
    ["dinos/vmem", { hosts: 1, changes: [{ at: "50s", remove: 0 }] }, /is the last one/],
    ["dinos/vmem", { changes: [{ at: "5s", remove: 0 }] }, /in order of time/],
    ["dinos/vmem", { hosts: 9 }, /need 10 NUMA domains/],
  ];
  for (const [id, written, says] of cases) {
    assert.match(problems(id, written).join("\n"), says, JSON.stringify(written));
  }
  assert.match(
    problems("dinos/vmem", {}, platform("cloudlab-m510")).join(),
    /has no NUMA memory system/,
  );
});

Deno.test("an infeasible set of constraints is named, and a drowning weight is warned of", () => {
  const { warnings } = run("dinos/scheduler", {
    hosts: 2,
    processes: 1,
    requests: 20,
    constraints: [
      { name: "only the first", kind: "allow", process: "process 0", hosts: [0] },
      { name: "none there", kind: "at_most", process: "process 0", resource: "cores", amount: 0 },
      { name: "love", kind: "allow", process: "process 0", hosts: [1], weight: 1_000_000 },
    ],
  });
  const all = warnings.join("\n");
  assert.match(all, /requests are refused; these cannot hold together: none there/);
  assert.match(all, /weight 1000000 of constraint "love"/);
});

Deno.test("a CXL rack of sixteen hosts runs, and costs more than the emulated one", () => {
  const rate = (interconnect: string) =>
    run("dinos/placement", {
      policy: "RoundRobin",
      interconnect,
      hosts: 3,
      dataset: "4MB",
      gets: 100,
    })
      .rows[0]["throughput_mops"] as number;
  assert.ok(rate("cxl") < rate("numa-emulation"));
  const { rows } = run("dinos/vmem", {
    hosts: 16,
    cores_per_host: 2,
    interconnect: "cxl",
    dataset: "4GiB",
    start: "1s",
    until: "3s",
    changes: [{ at: "2s", remove: 15 }],
  });
  assert.deepEqual(rows.map((r) => r["replicas"]), [16, 15]);
});

Deno.test("memcached runs on a CXL rack of 16 hosts, and pays for what lies on the others", () => {
  const get = (written: unknown) => run("dinos/memcached", written).rows[0] as Row;
  const one = get({ interconnect: "cxl", dkernels: 16, cores: 24 });
  const two = get({ interconnect: "cxl", dkernels: 16, cores: 48 });
  const emulated = get({ cores: 48 });
  const all = get({ interconnect: "cxl", dkernels: 16, cores: 384 });
  assert.deepEqual([one["hosts"], two["hosts"], all["hosts"]], [1, 2, 16]);
  assert.equal(one["get_ns"], get({ cores: 24 })["get_ns"], "one host needs no interconnect");
  assert.ok((two["get_ns"] as number) > 1.1 * (emulated["get_ns"] as number));
  assert.ok((all["get_ns"] as number) > (two["get_ns"] as number));
});

Deno.test("a user's constraints in a scenario hold against the policy's own bias", () => {
  const placed = (constraints: unknown[]) =>
    run("dinos/placement", { policy: "DCMloc", dataset: "4MiB", gets: 50, cores: 6, constraints })
      .rows[0] as Row;
  assert.equal(placed([])["core_hosts"], 1);
  const spread = {
    name: "spread",
    kind: "at_most",
    process: "memcached",
    resource: "cores",
    amount: 2,
  };
  assert.equal(placed([spread])["core_hosts"], 3);
  const two = { name: "two", kind: "allow", process: "memcached", hosts: [1, 2] };
  assert.ok((placed([two])["memory_hosts"] as number) <= 2);
});

Deno.test("DiNOS's policy runs the placement of Figure 6.12 on one host", () => {
  const [row] = run("dinos/placement", { policy: "TwoLevel", dataset: "4MiB", gets: 100 }).rows;
  assert.deepEqual([row["core_hosts"], row["memory_hosts"], row["local_percent"]], [1, 1, 100]);
});

Deno.test("scale-up deployments are alike and far above the sharded ones", () => {
  const rate = (deployment: string) =>
    run("dinos/memcached", { deployment, cores: 12 }).rows[0]["throughput_mops"] as number;
  const [dinos, nros, linux, uds, tcp] = ["dinos", "nros", "linux-proc", "linux-uds", "linux-tcp"]
    .map(rate);
  assert.equal(dinos, nros);
  assert.ok(linux > 0.8 * dinos && linux < 1.25 * dinos);
  assert.ok(tcp < uds && uds < dinos / 8);
});
