import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inFolder, wherewhen } from "../cli/testing.ts";

/** A scenario of the user's: its parameters begin in line 5. */
const scenario = (experiment: string, parameters: string) =>
  `id: dinos/mine\ntitle: Mine\nexperiment: dinos/${experiment}\nhardware: xeon-8260-4s\n${parameters}`;

/** What the command line says of it, without what comes before `<file>:`. */
async function said(
  command: "check" | "run",
  text: string,
): Promise<{ code: number; err: string }> {
  return await inFolder(async (folder) => {
    mkdirSync(join(folder, "out"));
    const file = join(folder, "mine.yaml");
    writeFileSync(file, text);
    const out = command === "run" ? ["--out", join(folder, "out")] : [];
    const { code, err } = await wherewhen(command, file, ...out);
    return { code, err: err.replaceAll(file, "mine.yaml") };
  });
}

Deno.test("what is wrong with a scenario is refused with its line and column and the names", async () => {
  const cases: [experiment: string, parameters: string, at: string, says: RegExp][] = [
    ["placement", "parameters: { cores: 0 }\n", "5:22", /"memcached" has no cores to run on/],
    [
      "placement",
      "parameters: { cores: 73 }\n",
      "5:22",
      /memcached asks for 73 cores, more than the rack's 72/,
    ],
    [
      "placement",
      "parameters:\n  occupied:\n    - { host: 3, cores: 1 }\n",
      "7:15",
      /Dkernel 3 does not exist; the rack has 0..2/,
    ],
    [
      "placement",
      "parameters:\n  policy: Random\n  constraints:\n    - { name: c, kind: max_hosts, process: memcached, hosts: 1 }\n",
      "7:3",
      /Random has no solver and would ignore these/,
    ],
    [
      "placement",
      "parameters:\n  constraints:\n    - { name: c, kind: allow, process: redis, hosts: [1] }\n",
      "7:40",
      /no process "redis" asks for anything; known: memcached/,
    ],
    [
      "memcached",
      "parameters: { interconnect: numa-emulation, dkernels: 4 }\n",
      "5:55",
      /4 Dkernels and the Ckernel need 5 NUMA domains/,
    ],
    [
      "memcached",
      "parameters: { dataset: 1000GiB }\n",
      "5:24",
      /items and buckets take \d+ bytes; the domains have/,
    ],
    ["memcached", "parameters: { dinos_page: 1GiB }\n", "5:27", /4KiB.*2MiB/],
    ["memcached", "parameters: { multi_get: 0 }\n", "5:26", /at least 1: keys of a request/],
    [
      "vmem",
      "parameters:\n  changes:\n    - { at: 50s, remove: 5 }\n",
      "7:7",
      /Dkernel 5 has no cores of the process/,
    ],
    [
      "vmem",
      "parameters:\n  hosts: 1\n  changes:\n    - { at: 50s, remove: 0 }\n",
      "8:7",
      /the replica on Dkernel 0 is the last one/,
    ],
    [
      "scheduler",
      "parameters: { requests: 2000 }\n",
      "5:25",
      /2000 requests are more than the rack has: 64 cores and 512 memslices/,
    ],
    [
      "lifecycle",
      "parameters:\n  events:\n    - { at: 1ms, start: kv }\n",
      "7:25",
      /the process "kv" has no cores to run on/,
    ],
    [
      "lifecycle",
      "parameters:\n  events:\n    - { at: 1ms, start: kv, cores: 100 }\n",
      "7:36",
      /kv asks for 100 cores, more than the rack's 72/,
    ],
    [
      "lifecycle",
      "parameters:\n  events:\n    - { at: 1ms, start: kv, cores: 1, memory: 1024GiB }\n",
      "7:47",
      /kv asks for \d+ bytes, more than the rack's/,
    ],
    [
      "lifecycle",
      "parameters:\n  events:\n    - { at: 1ms, start: kv, cores: 1 }\n    - { at: 2ms, end: web }\n",
      "8:23",
      /no process "web" runs then; running: kv/,
    ],
    ["lifecycle", "parameters:\n  events:\n    - { at: 1ms, leave: 3 }\n", "7:25", /Dkernel 3/],
    [
      "lifecycle",
      "parameters:\n  events:\n    - { at: 1ms, leave: 1, end: kv }\n",
      "7:7",
      /exactly one of start, grow, end \(a process\) and leave/,
    ],
  ];
  for (const [experiment, parameters, at, says] of cases) {
    const { code, err } = await said("check", scenario(experiment, parameters));
    assert.equal(code, 3, err);
    assert.match(err, says);
    assert.match(err, new RegExp(`mine\\.yaml:${at}\\b`), err);
  }
});

Deno.test("what only a run can find is reported with names, and the run goes on", async () => {
  const { code, err } = await said(
    "run",
    scenario(
      "lifecycle",
      `parameters:
  events:
    - { at: 1ms, start: kv, cores: 30, memory: 4GiB }
    - { at: 50ms, start: web, cores: 50 }
    - { at: 90ms, leave: 1 }
    - { at: 95ms, start: kv2, cores: 1 }
`,
    ),
  );
  assert.equal(code, 0, err);
  assert.match(err, /start web at [\d.]+ ms: web asks for 50 cores, of which the rack has 42 free/);
  assert.match(
    err,
    /host 1 cannot leave the rack while it is used by kv \(15 cores, 1 memslices\)/,
  );
});

Deno.test("infeasible constraints, a drowning weight and a solver without time are said in a run", async () => {
  const infeasible = await said(
    "run",
    scenario(
      "scheduler",
      `parameters:
  hosts: 2
  processes: 1
  requests: 10
  constraints:
    - { name: only the first, kind: allow, process: process 0, hosts: [0] }
    - { name: no cores there, kind: at_most, process: process 0, resource: cores, amount: 0 }
    - { name: love, kind: allow, process: process 0, hosts: [1], weight: 1000000 }
`,
    ),
  );
  assert.match(infeasible.err, /requests are refused; these cannot hold together: no cores there/);
  assert.match(infeasible.err, /weight 1000000 of constraint "love" is more than all the others/);
  const late = await said("run", scenario("scheduler", "parameters: { time_limit: 1us }\n"));
  assert.match(
    late.err,
    /the solver found nothing within 0.001 ms: each request went to the first/,
  );
});
