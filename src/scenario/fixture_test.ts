/** A small experiment and its surroundings for the tests of this room. */
import assert from "node:assert/strict";
import { z } from "zod";
import { defineExperiment, inputFile } from "../model/mod.ts";
import { prepareSql } from "../table/mod.ts";
import { bitRate, bytes, duration, ratio } from "../units/mod.ts";
import { formatErrors, type LoadOptions, loadScenario } from "./mod.ts";
import type { FileReader, ResolvedScenario } from "./mod.ts";

/** Time of one transfer over a link: only its parameters and columns matter here. */
export const transfer = defineExperiment({
  id: "fake/transfer",
  says: "Time to move a file over a link.",
  parameters: z.strictObject({
    file_size: bytes({ exclusive: true }).describe("Size of the file."),
    rtt: duration({ max: 60e9 }).describe("Round-trip time."),
    link_rate: bitRate({ exclusive: true }).default(10e9).describe("Rate of the link."),
    connection: z.enum(["cold", "warm"]).default("cold").describe("State of the connection."),
    tls: z.boolean().default(false).describe("Whether the connection is encrypted."),
    loss: ratio({ max: 1 }).optional().describe("Share of packets lost."),
    streams: z.int().min(1).max(64).default(1).describe("Parallel connections."),
    trace: inputFile((text, path) => {
      if (text === "") throw new Error(`${path}: no jobs`);
    }).describe("Arrivals to replay.").optional(),
    phases: z.array(z.strictObject({
      threads: z.int().min(1).describe("Threads in the phase."),
      lasts: duration().describe("Length of the phase."),
    })).default([]).describe("Phases of the run."),
  }),
  columns: {
    percentile: { role: "key", says: "Which percentile." },
    total_ms: { role: "measure", says: "Time to the last byte." },
    rounds: { role: "measure", says: "Round trips used." },
  },
  replications: "mean_stddev",
  check: (p) =>
    p.connection === "warm" && p.tls
      ? [{ path: ["tls"], message: "a warm connection here is not encrypted; set tls: false" }]
      : [],
  *run() {
    yield { percentile: 50, total_ms: 1, rounds: 1 };
  },
});

export const PLATFORMS: Record<string, string> = {
  "edge-50ms": `id: edge-50ms
title: two hosts
source: a test
hosts:
  client: { part: cloudlab-m510 }
`,
  "core-lan": `id: core-lan
title: one host
source: a test
hosts:
  client: { part: cloudlab-m510 }
`,
};

const FILES: Record<string, string> = {
  "traces/a.csv": "arrival_ms,service_ms\n0,1\n",
  "traces/b.csv": "arrival_ms,service_ms\n0,2\n",
  "traces/empty.csv": "",
  "broken.csv": "a,a\n1,2\n",
  "measured.csv": "file_size_bytes,measured_ms\n1000,5\n",
};

const files: FileReader = {
  read: (path) =>
    Object.hasOwn(FILES, path)
      ? { text: FILES[path] as string, sha256: `sha256 of ${path}` }
      : `cannot read "${path}": there is no such file`,
};

/** What the tests load scenarios with. */
export const options: LoadOptions = {
  experiments: new Map([["fake/transfer", { load: () => transfer }]]),
  platforms: {
    ids: Object.keys(PLATFORMS),
    read: (id) => ({ file: `scenarios/hardware/${id}.yaml`, text: PLATFORMS[id] as string }),
  },
  files,
  prepareSql,
};

/** The head of a scenario that is valid as soon as `parameters` follow. */
export const HEAD = `id: fake/fig-1
title: A figure
experiment: fake/transfer
hardware: edge-50ms
`;

/** The parameters that have no default. */
export const GIVEN = "parameters: { file_size: 1KB, rtt: 5ms }\n";

/** A complete valid scenario. */
export const VALID = `# yaml-language-server: $schema=../schema.json
${HEAD}seeds: 20
parameters:
  rtt: 50ms
sweep:
  file_size: [1KB, 1MB]
  connection: [cold, warm]
figure: { kind: line, x: { column: file_size_bytes }, y: { column: total_ms }, series: connection }
claims:
  - id: warm-is-better
    says: "A warm connection is faster"
    published: warm < cold
    kind: ordering
    measure: SELECT connection, avg(total_ms_mean) FROM result GROUP BY connection
    basis: predicted
`;

/** The errors of a scenario, as the user sees them; empty if it is valid. */
export async function errorsOf(
  text: string | Uint8Array,
  changed: Partial<LoadOptions> = {},
): Promise<string> {
  const loaded = await loadScenario({ file: "s.yaml", text }, { ...options, ...changed });
  return loaded.ok ? "" : formatErrors(loaded.errors);
}

/** The scenario that a valid text gives. */
export async function scenarioOf(
  text: string,
  changed: Partial<LoadOptions> = {},
): Promise<ResolvedScenario> {
  const loaded = await loadScenario({ file: "s.yaml", text }, { ...options, ...changed });
  assert.ok(loaded.ok, loaded.ok ? "" : formatErrors(loaded.errors));
  return loaded.scenario;
}
