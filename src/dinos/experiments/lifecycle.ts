/** `dinos/lifecycle`: processes start, grow and end on a rack, and Dkernels leave it. */
import { z } from "zod";
import type { MemoryValues } from "../../hardware/memory/mod.ts";
import { defineExperiment, type Problem, type Row } from "../../model/mod.ts";
import { bytes, duration } from "../../units/mod.ts";
import { type InterconnectName, INTERCONNECTS, rackValues } from "../os/interconnect.ts";
import { ProcessStateError } from "../os/processes.ts";
import { DINOS_SLICE, MEMSLICE, Rack } from "../os/rack.ts";
import { TooLargeError } from "../os/two-level.ts";
import { PlacementError } from "../scheduler/macro.ts";
import { ALL_POLICIES, isSolved, makePolicy } from "../scheduler/policies.ts";
import { RackStateError } from "../scheduler/tables.ts";
import { constraintProblems, constraintSchema, count, noMemory, valuesOf } from "./common.ts";

const MS = 1e6;
const GIB = 2 ** 30;
const name = z.string().min(1).max(40);

const event = z.strictObject({
  at: duration().describe("time in the run"),
  start: name.optional().describe("a process that starts"),
  grow: name.optional().describe("a process that asks for more"),
  end: name.optional().describe("a process that ends"),
  leave: count("Dkernel that leaves the rack", 0, 15).optional(),
  dkernel: count("Dkernel that asks", 0, 15).default(0),
  cores: count("cores asked for", 0, 4096).default(0),
  memory: bytes({ max: 2 ** 44 }).default(0).describe("memory asked for"),
}).refine((e) => [e.start, e.grow, e.end, e.leave].filter((x) => x !== undefined).length === 1, {
  error: "expected exactly one of start, grow, end (a process) and leave (a Dkernel)",
});
type Event = z.output<typeof event>;

const parameters = z.strictObject({
  policy: z.enum(ALL_POLICIES).default("TwoLevel").describe(
    "TwoLevel: DiNOS's own, by slices of 2 GiB; the others are DiNOS*'s, by memslices of 2 MiB",
  ),
  hosts: count("Dkernels of the rack", 1, 16).default(3),
  cores_per_host: count("cores of each", 1, 64).default(24),
  memory_per_host: bytes({ min: DINOS_SLICE, max: 2 ** 44 }).default(48 * GIB).describe(
    "shared memory of each Dkernel",
  ),
  interconnect: z.enum(Object.keys(INTERCONNECTS) as [InterconnectName, ...InterconnectName[]])
    .default("numa-emulation"),
  events: z.array(event).min(1).max(200).default([
    event.parse({ at: "1ms", start: "kv", cores: 4, memory: "3GiB" }),
  ]).describe("what happens, in order of time"),
  solve_every: duration({ min: 1e3, max: 60e9 }).default(3e6).describe("time between decisions"),
  time_limit: duration({ min: 1e3, max: 3600e9 }).default(10e9).describe("the solver's"),
  constraints: z.array(constraintSchema).max(50).default([]).describe("the user's constraints"),
});

const words = (e: Event) =>
  e.start !== undefined
    ? `start ${e.start}`
    : e.grow !== undefined
    ? `grow ${e.grow}`
    : e.end !== undefined
    ? `end ${e.end}`
    : `Dkernel ${e.leave} leaves`;

/** The experiment. */
export const lifecycle = defineExperiment({
  id: "dinos/lifecycle",
  says: "What a rack's processes hold as they start, grow and end, and as Dkernels leave",
  parameters,
  columns: {
    event: { role: "key", says: "number of the event, from 1" },
    what: { role: "key", says: "what happened" },
    time_ms: { role: "measure", says: "when it was done or refused" },
    took_ms: { role: "measure", says: "from its beginning" },
    refused: { role: "measure", says: "1 if it was refused; the reason is reported" },
    pid: { role: "measure", says: "identifier of the process; 0 for a Dkernel or a refused start" },
    core_hosts: { role: "measure", says: "hosts on which the process has cores" },
    memory_hosts: { role: "measure", says: "hosts on which it has memory" },
    cores_in_use: { role: "measure", says: "cores in use on the rack" },
    memory_gib: { role: "measure", says: "slices in use on the rack" },
    cached_mib: { role: "measure", says: "in page caches of all Dkernels and processes" },
  },
  replications: "mean",
  check(p, platform): Problem[] {
    const values = valuesOf(platform);
    if (values === undefined) return [noMemory(platform)];
    const starts = p.events.flatMap((e) => e.start ?? []);
    const problems = constraintProblems(p.constraints, p.hosts, starts);
    const wrong = (path: Problem["path"], message: string) => problems.push({ path, message });
    if (p.constraints.length > 0 && !isSolved(p.policy)) {
      wrong(
        ["constraints"],
        `${p.policy} has no solver and would ignore these; use DCMcap or DCMloc`,
      );
    }
    if (p.interconnect === "numa-emulation" && p.hosts >= values.domains) {
      wrong(
        ["hosts"],
        `${p.hosts} Dkernels and the Ckernel need ${p.hosts + 1} NUMA domains; the machine has ` +
          `${values.domains}; use fewer, or interconnect: cxl`,
      );
    }
    const running = new Set<string>();
    const [cores, memory] = [p.hosts * p.cores_per_host, p.hosts * p.memory_per_host];
    p.events.forEach((e, i) => {
      const at = (key: string, message: string) => wrong(["events", i, key], message);
      const before = p.events[i - 1];
      if (before !== undefined && e.at < before.at) at("at", "events are in order of time");
      for (const key of ["dkernel", "leave"] as const) {
        const host = e[key] ?? 0;
        if (host >= p.hosts) {
          at(key, `Dkernel ${host} does not exist; the rack has 0..${p.hosts - 1}`);
        }
      }
      if (e.start !== undefined) {
        if (running.has(e.start)) at("start", `${e.start} runs already; end it first`);
        if (e.cores === 0) {
          at("start", `the process "${e.start}" has no cores to run on; give it at least 1`);
        }
        running.add(e.start);
      }
      for (const key of ["grow", "end"] as const) {
        const who = e[key];
        if (who !== undefined && !running.has(who)) {
          const known = running.size === 0 ? "none" : [...running].join(", ");
          at(key, `no process "${who}" runs then; running: ${known}`);
        }
      }
      if (e.end !== undefined) running.delete(e.end);
      const who = e.start ?? e.grow;
      if (who !== undefined && e.cores > cores) {
        at("cores", `${who} asks for ${e.cores} cores, more than the rack's ${cores}`);
      }
      if (who !== undefined && e.memory > memory) {
        at("memory", `${who} asks for ${e.memory} bytes, more than the rack's ${memory}`);
      }
    });
    return problems;
  },
  *run({ parameters: p, platform, simulation, warn }): Generator<Row> {
    const sim = simulation();
    const memslice = p.policy === "TwoLevel" ? DINOS_SLICE : MEMSLICE;
    const policy = makePolicy(p.policy, sim.rng("policy"), { time: p.time_limit, nodes: 2000 });
    const rack = new Rack(sim, policy, {
      hosts: Array.from({ length: p.hosts }, () => ({
        cores: p.cores_per_host,
        memslices: Math.floor(p.memory_per_host / memslice),
      })),
      values: rackValues(valuesOf(platform) as MemoryValues, p.interconnect, p.hosts),
      every: p.solve_every,
      batch: 1,
      constraints: p.constraints,
      memslice,
    });
    rack.macro.onFallback = warn;
    const rows: (Row | undefined)[] = p.events.map(() => undefined);
    const act = function* (e: Event): Generator<any, number, any> {
      if (e.leave !== undefined) {
        yield* rack.leave(e.leave);
        return 0;
      }
      if (e.end !== undefined) {
        const { pid } = rack.processes.find(e.end);
        yield* rack.end(e.end);
        return pid;
      }
      const who = (e.start ?? e.grow) as string;
      const { pid } = e.start === undefined
        ? rack.processes.find(who)
        : yield* rack.start(who, e.dkernel);
      if (e.cores > 0) yield* rack.cores(who, e.dkernel, e.cores);
      if (e.memory > 0) yield* rack.allocate(who, e.dkernel, e.memory);
      return pid;
    };
    p.events.forEach((e, i) =>
      sim.spawn(
        words(e),
        function* () {
          yield e.at;
          let [pid, refused] = [0, 0];
          try {
            pid = yield* act(e);
          } catch (error) {
            if (!isRefusal(error)) throw error;
            refused = 1;
            warn(`${words(e)} at ${sim.now / MS} ms: ${(error as Error).message}`);
            // A process that does not get what it starts with does not start.
            if (e.start !== undefined && !(error instanceof ProcessStateError)) {
              if (rack.processes.list().some((x) => x.name === e.start)) yield* rack.end(e.start);
            }
          }
          rows[i] = { event: i + 1, what: words(e), ...state(rack, sim.now, e, pid, refused) };
        }(),
      )
    );
    while (rows.some((r) => r === undefined)) sim.run(sim.now + p.solve_every);
    rack.state.close();
    yield* rows as Row[];
  },
});

/** Errors that a request meets; all others are bugs. */
function isRefusal(error: unknown): boolean {
  return [PlacementError, TooLargeError, RackStateError, ProcessStateError]
    .some((kind) => error instanceof kind);
}

function state(rack: Rack, now: number, e: Event, pid: number, refused: number): Row {
  const held = rack.state.held();
  const sum = (key: "cores" | "memslices") => held.reduce((s, h) => s + h[key], 0);
  const own = held.filter((h) => h.process === (e.start ?? e.grow));
  const cached = rack.state.hosts.reduce((s, h) => s + rack.caches.on(h.id), 0);
  return {
    time_ms: now / MS,
    took_ms: (now - e.at) / MS,
    refused,
    pid,
    core_hosts: own.filter((h) => h.cores > 0).length,
    memory_hosts: own.filter((h) => h.memslices > 0).length,
    cores_in_use: sum("cores"),
    memory_gib: sum("memslices") * rack.memslice / GIB,
    cached_mib: cached / 2 ** 20,
  };
}
