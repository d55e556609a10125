/** `hardware/memory`: latencies, transfers and bandwidth of a NUMA machine, as the usual tools measure them. */
import { z } from "zod";
import {
  CacheLine,
  Coherence,
  MEMORY_PARTS,
  type MemoryValues,
  memoryValues,
  Traffic,
} from "../hardware/memory/mod.ts";
import { defineExperiment, inputFile, type Row } from "../model/mod.ts";

const parameters = z.strictObject({
  part: z.enum([...MEMORY_PARTS.keys()] as [string, ...string[]]).describe("named memory system"),
  ping_pong: inputFile().optional().meta({
    description:
      "measured matrix of one-way latencies between hardware threads, lower triangle, no header",
    examples: ["wherewhen:data/ldnr/core2core_8275CL.csv"],
  }),
});

/** The experiment: what Intel's MLC and a compare-and-swap ping-pong would print on the simulated machine. */
export const memory = defineExperiment({
  id: "hardware/memory",
  says: "Latencies, cache-to-cache transfers and bandwidth of a simulated NUMA machine",
  parameters,
  columns: {
    measure: { role: "key", says: "what is measured, by the name in the measured tables" },
    simulated: { role: "measure", says: "on the simulated machine, ns or GB/s" },
    measured_input: { role: "measure", says: "mean over the ping-pong matrix, where one is given" },
  },
  columnsFor: (p) =>
    p.ping_pong === undefined ? ["measure", "simulated"] : [
      "measure",
      "simulated",
      "measured_input",
    ],
  replications: "mean",
  *run({ parameters: p, input }): Generator<Row> {
    const part = MEMORY_PARTS.get(p.part);
    if (part === undefined) throw new RangeError(`unknown part "${p.part}"`);
    const values = memoryValues(part);
    if (p.ping_pong !== undefined) {
      yield* pingPongRows(values, input(p.ping_pong));
      return;
    }
    const measures: [string, number][] = [
      ["local_ns", chase(values, 0, 0)],
      ["remote_1hop_ns", chase(values, 0, 1)],
      ["local_read_GBps", bandwidth(values, 0, 0)],
      ["remote_read_GBps_per_pair", bandwidth(values, 0, 1)],
      ["c2c_local_hitm_ns", dirtyRead(values, 1, 0, 0)],
      ["c2c_remote_hitm_homed_writer_ns", dirtyRead(values, values.coresPerDomain, 0, 1)],
      ["c2c_remote_hitm_homed_reader_ns", dirtyRead(values, values.coresPerDomain, 0, 0)],
      ["contended_rmw_1_socket_ns", contended(values, values.coresPerDomain)],
      ["contended_rmw_all_sockets_ns", contended(values, values.coresPerDomain * values.domains)],
    ];
    for (const [measure, simulated] of measures) yield { measure, simulated };
  },
});

/** A dependent chain of loads over lines that nobody has, from a core of `domain` to memory of `home`. */
function chase(values: MemoryValues, domain: number, home: number): number {
  const coherence = new Coherence(values);
  const lines = 1000;
  let now = 0;
  for (let i = 0; i < lines; i++) {
    now = coherence.access(new CacheLine(home), 0, domain * values.coresPerDomain, now);
  }
  return now / lines;
}

/** Read lines that another core has just modified, one after the other. */
function dirtyRead(values: MemoryValues, writer: number, reader: number, home: number): number {
  const coherence = new Coherence(values);
  const lines = 1000;
  let sum = 0;
  for (let i = 0; i < lines; i++) {
    const line = new CacheLine(home);
    const written = coherence.access(line, 1, writer, 0);
    sum += coherence.access(line, 0, reader, written) - written;
  }
  return sum / lines;
}

/** All cores of `domain` read memory of `home` with every line fill buffer: their rates settle. */
function bandwidth(values: MemoryValues, domain: number, home: number): number {
  const traffic = new Traffic(values);
  const rates = new Float64Array(values.coresPerDomain);
  // Hardware prefetch into L2 doubles what the line fill buffers alone would keep in flight.
  const inFlight = 2 * values.outstandingMisses * 64;
  for (let round = 0; round < 400; round++) {
    for (let core = 0; core < rates.length; core++) {
      const before = rates[core] as number;
      traffic.add(home, domain, -before);
      // Each core sees the others' load and moves part of the way to what it would then get.
      const wanted = inFlight / traffic.latency(domain, home);
      const now = before + 0.05 * (wanted - before);
      rates[core] = now;
      traffic.add(home, domain, now);
    }
  }
  return rates.reduce((a, b) => a + b, 0);
}

/** Mean time between read-modify-writes of one word by cores that do nothing else. */
function contended(values: MemoryValues, cores: number): number {
  const coherence = new Coherence(values);
  const line = new CacheLine(0);
  const free = new Float64Array(cores);
  const count = 20_000;
  let state = 12345;
  // A fixed pseudo-random jitter keeps the cores from queueing in one order for ever.
  const jitter = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 16) % 200;
  };
  let last = 0;
  for (let i = 0; i < count; i++) {
    let next = 0;
    for (let c = 1; c < cores; c++) if ((free[c] as number) < (free[next] as number)) next = c;
    last = coherence.access(line, 2, next, free[next] as number);
    free[next] = last + jitter();
  }
  return last / count;
}

/** One-way latency of a compare-and-swap ping-pong between two hardware threads of a two-socket machine. */
function pingPong(values: MemoryValues, a: number, b: number): number {
  const coherence = new Coherence(values);
  const line = new CacheLine(coherence.domainOf(a));
  let now = 0;
  const rounds = 500;
  for (let i = 0; i < rounds; i++) {
    now = coherence.access(line, 2, a, now);
    now = coherence.access(line, 2, b, now);
  }
  return now / (2 * rounds);
}

function* pingPongRows(values: MemoryValues, text: string): Generator<Row> {
  const matrix = text.trim().split(/\r?\n/).map((line) => line.split(","));
  const cores = values.coresPerDomain * values.domains;
  const groups = new Map<string, { simulated: number; measured: number; n: number }>();
  matrix.forEach((row, i) => {
    for (let j = 0; j < i; j++) {
      const measured = Number(row[j]);
      if (row[j] === undefined || row[j] === "" || !Number.isFinite(measured)) continue;
      // Linux numbers the sockets' cores first, then their sibling hardware threads.
      const [a, b] = [i % cores, j % cores];
      const relation = a === b
        ? "cas_same_core_ns"
        : Math.floor(a / values.coresPerDomain) === Math.floor(b / values.coresPerDomain)
        ? "cas_same_socket_ns"
        : "cas_cross_socket_ns";
      const group = groups.get(relation) ?? { simulated: 0, measured: 0, n: 0 };
      group.simulated += pingPong(values, a, b);
      group.measured += measured;
      group.n++;
      groups.set(relation, group);
    }
  });
  for (const [measure, g] of groups) {
    yield { measure, simulated: g.simulated / g.n, measured_input: g.measured / g.n };
  }
}
