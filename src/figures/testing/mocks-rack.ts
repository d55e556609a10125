/** Mocks of the forms of chapter 6. No value here is a result. */
import type { Cell } from "../../table/mod.ts";
import type { FigureInput } from "../spec.ts";
import { type Mock, span, table, wobble } from "./mock.ts";

const STAGES = [1, 4, 24, 48, 72, 96];

const scaling = table(
  ["time_s", "threads", "structure", "throughput_mops", "memory_gib"],
  ["nr1", "nr2", "nr4", "ldnr"].flatMap((structure, s) =>
    STAGES.flatMap((threads, stage) =>
      span(6).map((second) => {
        const fit = [[1, 1, 1, 0.4, 0.3, 0.25], [0.8, 0.8, 0.8, 1, 0.6, 0.5], [
          0.7,
          0.7,
          0.7,
          0.9,
          1,
          1,
        ], [0.75, 0.9, 0.95, 1, 0.96, 0.97]][s]?.[stage] as number;
        const noise = 1 + 0.03 * wobble(s * 50 + stage * 6 + second);
        const memory = 2.6 * ([1, 2, 4, [1, 1, 1, 2, 4, 4][stage] as number][s] as number);
        return [stage * 6 + second + 1, threads, structure, threads * 1.8 * fit * noise, memory];
      })
    )
  ),
);

const replicas = table(
  ["time_s", "replicas", "throughput_mops", "memory_gib"],
  [4, 3, 2, 1, 2, 3, 4].flatMap((n, stage) =>
    span(6).map((s) => [stage * 6 + s + 1, n, 4 + 5 * n + wobble(stage * 6 + s), 2.6 * n + 0.2])
  ),
);

const shards = table(
  ["cores", "deployment", "throughput_mops"],
  [["dinos", 0.55], ["linux-proc", 0.58], ["nros", 0.6], ["linux-uds", 0.05], ["linux-tcp", 0.03]]
    .flatMap(([name, rate], d) =>
      [1, 8, 16, 24, 32, 40, 48, 56, 64, 72].map((cores) =>
        [
          cores,
          name as string,
          cores * Number(rate) * (1 + 0.05 * wobble(d * 10 + cores)),
        ] as Cell[]
      )
    ),
);

const placement = table(
  ["policy", "iteration", "throughput_mops"],
  ["DCMloc", "FillCurrent", "DCMcap", "Random", "RoundRobin"].flatMap((policy, p) =>
    span(10).map((i) => [policy, i + 1, (p < 2 ? 9 : 6.3) + 1.2 * wobble(p * 10 + i)])
  ),
);

const core2core = table(
  ["from_core", "to_core", "latency_ns"],
  span(24).flatMap((a) =>
    span(24).map((
      b,
    ) => [
      a,
      b,
      a === b
        ? 0
        : (a < 12) === (b < 12)
        ? 45 + 9 * wobble(a * 24 + b)
        : 110 + 20 * wobble(a * 24 + b),
    ])
  ),
);

const replicated: Omit<Extract<FigureInput, { kind: "line" }>, "y" | "legend"> = {
  kind: "line",
  x: { column: "time_s" },
  series: "structure",
  order: ["nr1", "nr2", "nr4"],
  labels: { nr1: "NR 1", nr2: "NR 2", nr4: "NR 4", ldnr: "LD-NR" },
  phases: { column: "threads", edges: [6.5, 12.5, 18.5, 24.5, 30.5] },
};

/** Forms of chapter 6's figures. */
export const rack: readonly Mock[] = [
  {
    id: "fig-6.3a",
    title: "Throughput of NRHashMap with increasing threads",
    table: scaling,
    figure: {
      ...replicated,
      y: { column: "throughput_mops", label: "Throughput" },
      where: { structure: ["nr1", "nr2", "nr4"] },
    },
  },
  {
    id: "fig-6.8a",
    title: "Changing the replica count",
    table: replicas,
    figure: {
      kind: "line",
      x: { column: "time_s" },
      y: { column: "throughput_mops", label: "Throughput" },
      y2: { column: "memory_gib", label: "Memory", min: 0 },
      phases: { column: "replicas", position: "top" },
      styles: { memory_gib: { dash: "dashed" } },
    },
  },
  {
    id: "fig-6.8b",
    title: "Scaling up threads for LD-NR compared to NR",
    table: scaling,
    figure: {
      kind: "panels",
      columns: 1,
      share: "x",
      panels: [
        { ...replicated, y: { column: "throughput_mops", label: "Throughput" } },
        { ...replicated, y: { column: "memory_gib", label: "Memory" }, mode: "step" },
      ],
    },
  },
  {
    id: "fig-6.10",
    title: "Throughput of memcached get operations",
    table: shards,
    figure: {
      kind: "line",
      x: {
        column: "cores",
        label: "Application cores",
        unit: "",
        ticks: [1, 8, 16, 24, 32, 40, 48, 56, 64, 72],
      },
      y: { column: "throughput_mops", label: "Throughput" },
      series: "deployment",
      labels: {
        dinos: "DiNOS",
        "linux-proc": "Linux-Proc",
        nros: "NrOS",
        "linux-uds": "Linux-UDS",
        "linux-tcp": "Linux-TCP",
      },
      marks: [{ x: 24 }, { x: 48 }],
      legend: "right",
    },
  },
  {
    id: "fig-6.12",
    title: "Throughput of each scheduling policy",
    table: placement,
    figure: {
      kind: "bars",
      x: { column: "policy" },
      y: { column: "throughput_mops", interval: "stddev", label: "Throughput" },
      values: true,
    },
  },
  {
    id: "numa-latency",
    title: "Core to core latency",
    table: core2core,
    figure: {
      kind: "heatmap",
      x: { column: "to_core", unit: "" },
      y: { column: "from_core", unit: "" },
      value: { column: "latency_ns", blank: 0, scale: "log" },
    },
  },
];
