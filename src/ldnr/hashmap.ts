/** `ldnr/hashmap`: throughput and memory of replicated and other concurrent hash maps over time. */
import type { MemoryValues } from "../hardware/memory/mod.ts";
import { defineExperiment, type Row, type RunContext } from "../model/mod.ts";
import { problemsOf } from "./check.ts";
import { costValues } from "./costs.ts";
import {
  domainsInUse,
  type HashmapParameters,
  hashmapParameters,
  kindOf,
  phasesOf,
  type PhaseSpec,
  replicasOf,
  valuesOf,
} from "./parameters.ts";
import { HashMapSystem } from "./timed/system.ts";
import { type Happening, Timeline } from "./timed/timeline.ts";
import { traceSystem } from "./timed/trace.ts";

const SECOND = 1e9;
const GIB = 2 ** 30;

const varies = (value: unknown) => Array.isArray(value);

/** The experiment. */
export const hashmap = defineExperiment({
  id: "ldnr/hashmap",
  says:
    "Throughput and memory of NR, LD-NR and other concurrent hash maps, over phases of threads, " +
    "writes and work",
  parameters: hashmapParameters,
  columns: {
    time_s: { role: "key", says: "end of the sample, from the start of the run" },
    threads: { role: "key", says: "application threads", parameter: "threads" },
    write_percent: { role: "key", says: "share of puts", parameter: "write" },
    extra_operations: {
      role: "key",
      says: "further operations inside each operation",
      parameter: "extra_operations",
    },
    local_operations: {
      role: "key",
      says: "thread-local operations between operations",
      parameter: "local_operations",
    },
    replicas: { role: "key", says: "replicas at the end of the sample", parameter: "replicas" },
    inactive_replica: { role: "key", says: "whether a replica's threads were idle" },
    throughput_mops: { role: "measure", says: "operations of all threads, million per second" },
    memory_gib: { role: "measure", says: "memory of the map at the end of the sample" },
  },
  columnsFor: (p) => [
    "time_s",
    "threads",
    "write_percent",
    ...(varies(p.extra_operations) ? ["extra_operations"] : []),
    ...(varies(p.local_operations) ? ["local_operations"] : []),
    "replicas",
    ...(p.idle === undefined ? [] : ["inactive_replica"]),
    "throughput_mops",
    "memory_gib",
  ],
  replications: "mean",
  check: problemsOf,
  *run(context: RunContext<HashmapParameters>): Generator<Row> {
    const p = context.parameters;
    const values = valuesOf(context.platform, p) as MemoryValues;
    let start = 0;
    let before: readonly number[] | undefined = undefined;
    for (const phase of phasesOf(p)) {
      const wanted = replicasOf(p, phase, values);
      // NR needs a thread for every replica: it joins when there are enough.
      if (wanted.length <= phase.threads) {
        yield* runPhase(context, values, phase, start, before ?? wanted);
      }
      before = p.structure === "ldnr" ? wanted : undefined;
      start += p.phase;
    }
  },
});

function* runPhase(
  context: RunContext<HashmapParameters>,
  values: MemoryValues,
  phase: PhaseSpec,
  start: number,
  before: readonly number[],
): Generator<Row> {
  const p = context.parameters;
  const wanted = replicasOf(p, phase, values);
  const sim = context.simulation();
  const system = new HashMapSystem(sim, {
    values,
    domainMemory: p.domain_memory,
    threadsPerCore: p.threads_per_core,
    costs: costValues(),
    structure: kindOf(p.structure),
    replicas: before,
    placement: placementOf(p, phase, wanted, values),
    threads: phase.threads,
    writeShare: phase.write,
    extraOperations: phase.extra,
    localOperations: phase.local,
    localEntries: p.local_entries,
    entries: p.entries,
    pageBytes: p.page,
    logBytes: p.log,
    nrVersion: p.nr_version,
    freeze: p.freeze,
    outerLock: p.outer_lock,
    shards: p.shards,
    exact: p.exact,
  });
  const heading = `${p.structure}: ${phase.threads} threads, ${percent(phase.write)} % writes`;
  const traced = sim.trace === null ? undefined : traceSystem(system, sim.trace, heading, start);
  const settle = Math.max(p.settle, system.settlesIn);
  const timeline = new Timeline(system, happenings(p, wanted, before, start), {
    ...p,
    settle,
  }, traced);
  for (const sample of timeline.samples()) {
    yield {
      time_s: (start + sample.until) / SECOND,
      threads: phase.threads,
      write_percent: percent(phase.write),
      ...(varies(p.extra_operations) ? { extra_operations: phase.extra } : {}),
      ...(varies(p.local_operations) ? { local_operations: phase.local } : {}),
      replicas: sample.replicas,
      ...(p.idle === undefined ? {} : { inactive_replica: sample.inactive }),
      throughput_mops: sample.rate * 1e3,
      memory_gib: sample.memory / GIB,
    };
  }
}

/** Domains over which threads are dealt: a replicated map's replicas; else by the mapping. */
function placementOf(
  p: HashmapParameters,
  phase: PhaseSpec,
  replicas: readonly number[],
  values: MemoryValues,
): readonly number[] {
  const kind = kindOf(p.structure);
  if (kind === "nr" || kind === "ldnr" || p.mapping === "compact") return replicas;
  return Array.from({ length: domainsInUse(p, phase, values) }, (_, d) => d);
}

function percent(share: number): number {
  return Number((share * 100).toPrecision(12));
}

/** What happens in the phase that starts at `start`: changes of replicas, the idle stretch. */
function happenings(
  p: HashmapParameters,
  wanted: readonly number[],
  before: readonly number[],
  start: number,
): Happening[] {
  const list: Happening[] = [];
  for (const domain of wanted) {
    if (!before.includes(domain)) list.push({ at: 0, kind: "add", domain });
  }
  for (const domain of before) {
    if (!wanted.includes(domain)) list.push({ at: 0, kind: "remove", domain });
  }
  for (const c of p.changes) {
    if (c.at < start || c.at >= start + p.phase) continue;
    const kind = c.add === undefined ? "remove" : "add";
    list.push({ at: c.at - start, kind, domain: (c.add ?? c.remove) as number });
  }
  if (p.idle !== undefined) {
    list.push({ at: p.idle.from, kind: "idle", replica: p.idle.replica });
    list.push({ at: p.idle.until, kind: "busy", replica: p.idle.replica });
  }
  return list;
}
