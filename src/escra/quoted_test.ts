/**
 * Numbers that this room's documents quote are those of the committed results: after a change of results,
 * each sentence that no longer holds fails here with the number to write.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type Cell, readCsv } from "../table/mod.ts";

/** A cell: scenario, what its row has, column, and a factor; or the mean of all such rows' cells. */
type Source = readonly [
  id: string,
  row: Readonly<Record<string, Cell>>,
  column: string,
  by?: number,
  of?: "mean",
];

interface Quote {
  readonly document: "README.md" | "VALIDATION.md";
  /** The sentence; each group is a number. White space stands for any. */
  readonly says: RegExp;
  readonly is: readonly Source[];
}

const file = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const tables = new Map<string, readonly Readonly<Record<string, Cell>>[]>();

function cell([id, row, column, by = 1, of]: Source): number {
  let rows = tables.get(id);
  if (rows === undefined) {
    rows = readCsv(file(`../../results/${id}.csv`), id).rows;
    tables.set(id, rows);
  }
  const found = rows.filter((r) => Object.entries(row).every(([k, v]) => r[k] === v));
  if (of === "mean" && found.length > 0) {
    return found.reduce((sum, r) => sum + by * Number(r[column]), 0) / found.length;
  }
  assert.equal(found.length, 1, `${id}: ${JSON.stringify(row)} names ${found.length} rows`);
  return by * Number(found[0]?.[column]);
}

/** What stands there, if it is the number at the digits that are printed; else what to write. */
function printed(text: string, value: number): string {
  const digits = text.split(".")[1]?.length ?? 0;
  return Math.abs(Number(text) - value) <= 0.5000001 * 10 ** -digits ? text : value.toFixed(digits);
}

const runs = (
  application: string,
  workload: string,
  policy: string,
  limit_multiplier: number,
  column = "completed_rps",
): Source => ["escra/runs", { application, workload, policy, limit_multiplier }, column];
const expiry = (application: string, policy: string, slice_expiry: boolean): Source => [
  "escra/slice-expiry",
  { application, policy, slice_expiry },
  "completed_rps",
];
const fault = (what: string, mode = "code", column = "completed_rps"): Source => [
  "escra/faults",
  { fault: what, mode },
  column,
];
const overheads = (containers: number, synchronous: boolean, column: string, by = 1): Source => [
  "escra/overheads",
  { containers, synchronous },
  column,
  by,
];
const slack = (panel: string, variant: string, column: string): Source => [
  "escra/slack-mechanisms",
  { panel, variant },
  column,
];
const small = (application: string, variant: string, column = "completed_rps"): Source => [
  "escra/controller-mechanisms",
  { application, variant, workload: "fixed", limit_multiplier: 0.75 },
  column,
];
const policy = (name: string, column: string): Source => ["escra/rivals", { policy: name }, column];

const profiled = (application: string, limits: string, profile: string): Source => [
  "escra/profile-load",
  { application, limits, profile },
  "completed_rps",
];

const fig54 = (
  application: string,
  workload: string,
  baseline: string,
  what = "throughput",
): Source => [
  "escra/fig-5.4",
  { application, workload, baseline },
  `${what}_change_percent`,
];

const limits = (id: string, configuration: string, column = "cpu_limit_vcpu"): Source => [
  id,
  { configuration },
  column,
  1,
  "mean",
];
const started = (pod_start_s: number, configuration: string): Source => [
  "escra/serverless-pod-start",
  { pod_start_s, configuration },
  "cpu_limit_mean_vcpu",
];

const errors = (application: string, limit_multiplier: number): Source[] =>
  ["exp", "fixed"].map((workload) => [
    "validation/escra-runs",
    { application, workload, policy: "escra", limit_multiplier },
    "error_percent",
  ]);

const QUOTES: readonly Quote[] = [
  {
    document: "README.md",
    says:
      /TeaStore on the Alibaba workload completes (\d+) requests\/s with the start in the profile, (\d+) without, Escra (\d+); a profile at half the load (\d+)/,
    is: [
      profiled("TeaStore", "300/s", "start and load"),
      profiled("TeaStore", "300/s", "load only"),
      profiled("TeaStore", "Escra", "none"),
      profiled("TeaStore", "150/s", "start and load"),
    ],
  },
  {
    document: "README.md",
    says: /ten connections bind: (\d+) to (\d+) requests\/s at every multiplier, with Escra, too/,
    is: [runs("ticket", "burst", "static", 0.75), runs("ticket", "fixed", "static", 1.5)],
  },
  {
    document: "README.md",
    says:
      /MediaMicroservice at 1x completes (\d+) requests\/s, and (\d+) when slices stay\. Escra sees such containers throttled and raises them: (\d+)/,
    is: [
      expiry("media", "static 1.0x", true),
      expiry("media", "static 1.0x", false),
      expiry("media", "escra 1.0x", true),
    ],
  },
  {
    document: "README.md",
    says:
      /static (\d+)\/s with three quarters of its 18\.6 cores unused, Escra (\d+) from the same total .*TeaStore at 0\.75x: (\d+) and (\d+), at 1x (\d+) and (\d+)/,
    is: [
      runs("media", "fixed", "static", 0.75),
      runs("media", "fixed", "escra", 0.75),
      runs("teastore", "fixed", "static", 0.75),
      runs("teastore", "fixed", "escra", 0.75),
      runs("teastore", "fixed", "static", 1),
      runs("teastore", "fixed", "escra", 1),
    ],
  },
  {
    document: "README.md",
    says:
      /of 1\.5x complete (\d+) requests\/s, Escra (\d+): .* are equal at 1\.5x, and at 1x (\d+) and (\d+)/,
    is: [
      expiry("media", "static 1.5x", false),
      expiry("media", "escra 1.5x", false),
      expiry("hipster", "static 1.0x", false),
      expiry("hipster", "escra 1.0x", false),
    ],
  },
  {
    document: "README.md",
    says: /99\.9th percentile is less than Escra's \((\d+) and (\d+) ms; (\d+) and (\d+)\)/,
    is: [
      runs("media", "fixed", "static", 1.5, "p999_ms"),
      runs("media", "fixed", "escra", 1.5, "p999_ms"),
      runs("media", "exp", "static", 1.5, "p999_ms"),
      runs("media", "exp", "escra", 1.5, "p999_ms"),
    ],
  },
  {
    document: "README.md",
    says:
      /at 0\.75x completes (\d+) requests\/s \(`mode: text`\), against (\d+) .*: (\d+) requests\/s fall to (\d+) with 20 ms, to (\d+) with 200 ms; one that does not wait keeps (\d+) and enforces ([\d.]+) cores too much\. .* put kernels (\d+) cores above/,
    is: [
      fault("none", "text"),
      fault("none"),
      fault("none"),
      fault("RPC + 20 ms"),
      fault("RPC + 200 ms"),
      fault("RPC + 200 ms, no wait"),
      fault("RPC + 200 ms, no wait", "code", "worst_overrun_cores"),
      fault("1 % updates fail", "code", "worst_overrun_cores"),
    ],
  },
  {
    document: "README.md",
    says:
      /with 300 busy containers a message waits ([\d.]+) s, with 1,192 (\d+) % are never handled\. Without that wait 1,192 containers take ([\d.]+) of a core/,
    is: [
      overheads(300, true, "message_wait_ms", 1e-3),
      overheads(1192, true, "behind_percent"),
      overheads(1192, false, "controller_cores"),
    ],
  },
  {
    document: "README.md",
    says:
      /completes all requests from (\d+) cores instead of (\d+), .* at (\d+) requests\/s take 37 ms/,
    is: [
      policy("FIRM 50 ms", "cpu_limit_cores"),
      policy("Static 1x", "cpu_limit_cores"),
      policy("FIRM 100 ms", "completed_rps"),
    ],
  },
  {
    document: "README.md",
    says:
      /gain in throughput over static \((\d+) %, published 25\.4; .* in latency \((-\d+) %, published 38; one case of 16 is (-\d+) %\)/,
    is: [
      ...["throughput", "latency"].map((what): Source => [
        "escra/table-5.1",
        { baseline: "static-1.5x" },
        `${what}_change_percent`,
      ]),
      fig54("MediaMicroservice", "fixed", "static-1.5x", "latency_p999"),
    ],
  },
  {
    document: "VALIDATION.md",
    says:
      /Latency against static\* is (-\d+) % \(published 38\): MediaMicroservice under fixed has (-\d+) %, .* and (-\d+) % under exp/,
    is: [
      ["escra/table-5.1", { baseline: "static-1.5x" }, "latency_change_percent"],
      ...["fixed", "exp"].map((workload) =>
        fig54("MediaMicroservice", workload, "static-1.5x", "latency_p999")
      ),
    ],
  },
  {
    document: "VALIDATION.md",
    says:
      /throughput (-?\d+) % \(published 51\.6\) and latency (-?\d+) % \(25\.7\); .* throughput (-[\d.]+) % \(-5\.5\)\. .* under burst (-[\d.]+) % \(84\.3\), of TrainTicket under burst (-\d+) % \(134\) and exp (-\d+) % \(324\), .* ([\d.]+) % \(-3\.16\); .* (-[\d.]+) % \(16\.6\)/,
    is: [
      fig54("TeaStore", "alibaba", "static-1.5x"),
      fig54("TeaStore", "alibaba", "static-1.5x", "latency_p999"),
      fig54("TrainTicket", "fixed", "static-1.5x"),
      fig54("MediaMicroservice", "burst", "autopilot"),
      fig54("TrainTicket", "burst", "autopilot"),
      fig54("TrainTicket", "exp", "autopilot"),
      fig54("HipsterShop", "exp", "autopilot"),
      fig54("MediaMicroservice", "burst", "autopilot", "latency_p999"),
    ],
  },
  {
    document: "VALIDATION.md",
    says:
      /Escra gains (-?\d+) % throughput and (-?\d+) % latency over Autopilot \(published 54\.5 and 36\.1\)/,
    is: ["throughput", "latency"].map((what) => [
      "escra/table-5.1",
      { baseline: "autopilot" },
      `${what}_change_percent`,
    ]),
  },
  {
    document: "VALIDATION.md",
    says:
      /exp and fixed: MediaMicroservice (-?\d+) and (-?\d+) \(0\.75x\), (-?\d+) and (-?\d+) \(1x\), (-?\d+) and (-?\d+) \(1\.5x\); HipsterShop (-?\d+) and (-?\d+), (-?\d+) and (-?\d+), (-?\d+) and (-?\d+); TeaStore (-?\d+) and (-?\d+); TrainTicket (-?\d+) and (-?\d+)\./,
    is: [
      ...["media", "hipster"].flatMap((app) => [0.75, 1, 1.5].flatMap((x) => errors(app, x))),
      ...["teastore", "ticket"].flatMap((app) => errors(app, 1.5)),
    ],
  },
  {
    document: "VALIDATION.md",
    says: /MediaMicroservice completes (\d+) requests\/s and HipsterShop (\d+)\. RPCs/,
    is: [small("MediaMicroservice", "as published"), small("HipsterShop", "as published")],
  },
  {
    document: "VALIDATION.md",
    says: /a spread of 40 instead of 20 gives (\d+) and (\d+), slices that stay (\d+) and (\d+)/,
    is: [
      small("MediaMicroservice", "spread 40"),
      small("HipsterShop", "spread 40"),
      small("MediaMicroservice", "slices stay"),
      small("HipsterShop", "slices stay"),
    ],
  },
  {
    document: "VALIDATION.md",
    says: /With 1\.6 times the load the median of the slack is ([\d.]+) here/,
    is: [slack("HipsterShop - Exp", "1.6 times the load", "telemetry_slack_p50_cores")],
  },
  {
    document: "VALIDATION.md",
    says: /HipsterShop's median is ([\d.]+), and TrainTicket's ([\d.]+)\. The chapter says 20/,
    is: [
      slack("HipsterShop - Exp", "upsilon 4", "telemetry_slack_p50_cores"),
      slack("TrainTicket - Fixed", "upsilon 4", "telemetry_slack_p50_cores"),
    ],
  },
  {
    document: "VALIDATION.md",
    says: /hold ([\d.]+) cores each, .* takes it to ([\d.]+)\. -/,
    is: [
      slack("TrainTicket - Fixed", "as published", "cpu_slack_p99_cores"),
      slack("TrainTicket - Fixed", "idle rule", "cpu_slack_p99_cores"),
    ],
  },
  {
    document: "VALIDATION.md",
    says: /the median is (\d+) MiB in all four cases .* (\d+) for TrainTicket\. \*When/,
    is: [
      slack("TrainTicket - Fixed", "reclaim each 60 s", "memory_slack_p50_mib"),
      slack("TrainTicket - Fixed", "as published", "memory_slack_p50_mib"),
    ],
  },
  {
    document: "VALIDATION.md",
    says: /completes (\d+) requests\/s at 1x \(measured: 398\)/,
    is: [[
      "escra/controller-mechanisms",
      {
        application: "MediaMicroservice",
        variant: "late throttles",
        workload: "fixed",
        limit_multiplier: 1,
      },
      "completed_rps",
    ]],
  },
  {
    document: "VALIDATION.md",
    says: /under exp is ([\d.]+) s at 1\.5x without it and ([\d.]+) with it \(measured 2\.1\)/,
    is: ["as published", "late throttles"].map((variant) => [
      "escra/controller-mechanisms",
      { application: "MediaMicroservice", variant, workload: "exp" },
      "p999_ms",
      1e-3,
    ]),
  },
  {
    document: "VALIDATION.md",
    says:
      /stays there, as use never exceeds a limit: (\d+) requests\/s without an error, static limits (\d+)/,
    is: [policy("VPA", "good_rps"), policy("Static 1x", "good_rps")],
  },
  {
    document: "VALIDATION.md",
    says: /ImageProcess: CPU limit, vCPU \| 12, ([\d.]+) \(calibrated\) \| 7, ([\d.]+) /,
    is: [limits("escra/fig-5.8", "openwhisk"), limits("escra/fig-5.8", "escra")],
  },
  {
    document: "VALIDATION.md",
    says: /GridSearch: CPU limit, vCPU \| 113, (\d+) \| 53, (\d+) /,
    is: [limits("escra/fig-5.9", "openwhisk"), limits("escra/fig-5.9", "escra")],
  },
  {
    document: "VALIDATION.md",
    says: /GridSearch: memory limit, MiB \| 29087, (\d+) \| 22264, (\d+) /,
    is: ["openwhisk", "escra"].map((c) => limits("escra/fig-5.9", c, "memory_limit_mib")),
  },
  {
    document: "VALIDATION.md",
    says: /keeps its limit, since it is silent: ([\d.]+) vCPU/,
    is: [["escra/serverless-rules", { variant: "Escra, no idle rule" }, "cpu_limit_mean_vcpu"]],
  },
  {
    document: "VALIDATION.md",
    says:
      /with 1, 3, 5 and 8 s ([\d.]+), ([\d.]+), ([\d.]+) and ([\d.]+) vCPU static, ([\d.]+), ([\d.]+), ([\d.]+) and ([\d.]+) with Escra/,
    is: ["openwhisk", "escra"].flatMap((c) => [1, 3, 5, 8].map((s) => started(s, c))),
  },
  {
    document: "VALIDATION.md",
    says:
      /32 containers send ([\d.]+) Mbps of telemetry; .* a peak of (\d+) Mbps over a second .* over ten seconds (\d+)\./,
    is: [
      overheads(32, true, "telemetry_mbps"),
      overheads(32, true, "network_mbps"),
      overheads(32, true, "network_10s_mbps"),
    ],
  },
];

for (const { document, says, is } of QUOTES) {
  Deno.test(`${document} quotes ${[...new Set(is.map(([id]) => id))].join(", ")}: ${says.source.slice(0, 50)}`, () => {
    const pattern = new RegExp(says.source.replaceAll(" ", "\\s+"), "s");
    const found = pattern.exec(file(document));
    assert.ok(found !== null, `no such sentence in ${document}: ${says.source}`);
    const groups = found.slice(1);
    assert.deepEqual(groups, groups.map((text, i) => printed(text, cell(is[i] as Source))));
  });
}
