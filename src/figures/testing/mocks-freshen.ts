/** Mocks of the forms of chapter 4. No value here is a result. */
import type { Cell } from "../../table/mod.ts";
import type { FigureInput } from "../spec.ts";
import { type Mock, table, wobble } from "./mock.ts";

const SIZES = [1e3, 1e4, 1e5, 1e6, 5e6, 1e7];

const fetching = table(
  ["location", "file_size_bytes", "total_ms_mean", "total_ms_stddev", "n"],
  [["local", 1, 10], ["edge", 1.5, 20], ["remote", 100, 500]].flatMap(([where, base, top]) =>
    SIZES.map((size, i) => {
      const mean = Number(base) + (Number(top) * size) / 1e7;
      return [where as string, size, mean, mean * (0.05 + 0.15 * wobble(i + Number(base))), 20];
    })
  ),
);

const warming = table(
  ["file_size_bytes", "connection", "total_ms_mean", "total_ms_stddev", "benefit_percent"],
  ["cold", "warm"].flatMap((connection, c) =>
    SIZES.map((size, i) => {
      const mean = 100 + (size / 1e7) * (c === 0 ? 500 : 130) + (c === 0 ? Math.min(i, 3) * 45 : 0);
      return [size, connection, mean, 4 + mean * 0.04 * wobble(i + c * 7), 10 * i];
    })
  ),
);

const functions = table(
  ["population", "functions_per_app", "cdf"],
  [["all", 2], ["orchestration", 8]].flatMap(([name, median]) =>
    [1, 2, 3, 4, 6, 8, 10, 16, 25, 40, 70, 100].map((n) =>
      [name as string, n, 1 - 0.5 ** ((n / Number(median)) ** 0.8)] as Cell[]
    )
  ),
);

const timeline = table(["timing", "lane", "activity", "start_ms", "end_ms"], [
  ["predicted", "function", "arguments", 60, 66],
  ["predicted", "function", "run", 66, 150],
  ["predicted", "freshen", "connect", 5, 32],
  ["predicted", "freshen", "warm", 32, 55],
  ["predicted", "trigger", "prediction", 5, 5],
  ["unanticipated", "function", "wait", 10, 62],
  ["unanticipated", "function", "run", 62, 146],
  ["unanticipated", "freshen", "connect", 10, 37],
  ["unanticipated", "freshen", "warm", 37, 62],
  ["unanticipated", "trigger", "request", 10, 10],
]);

const triggers = table(
  ["trigger", "delay_median_s", "delay_p10_s", "delay_p90_s", "samples"],
  [["Step Functions", 0.07, 0.05, 0.12, 20000], ["Direct (Boto3)", 0.05, 0.04, 0.09, 20000], [
    "SNS Pub/Sub",
    0.3,
    0.18,
    0.6,
    20000,
  ], ["S3 bucket", 1.1, 0.7, 2.4, 20000]],
);

const sensitivity = table(
  ["rtt_ms", "file_size_bytes", "benefit_percent"],
  [0.2, 1, 5, 10, 25, 50, 100].flatMap((rtt, i) =>
    SIZES.map((size, j) => [rtt, size, Math.min(80, 3 * i * j + 7 * wobble(i * 6 + j))])
  ),
);

const warm: Extract<FigureInput, { kind: "line" }> = {
  kind: "line",
  x: { column: "file_size_bytes", scale: "log", label: "File size" },
  y: { column: "total_ms", interval: "stddev", label: "Time to complete" },
  series: "connection",
  order: ["cold", "warm"],
  styles: { cold: { color: "blue" }, warm: { color: "vermillion", marker: "square" } },
};

/** Forms of chapter 4's figures. */
export const freshen: readonly Mock[] = [
  {
    id: "fig-4.2",
    title: "Orchestration apps have more functions",
    table: functions,
    figure: {
      kind: "cdf",
      x: { column: "functions_per_app", scale: "log", label: "Functions per application" },
      cdf: "cdf",
      series: "population",
      order: ["orchestration", "all"],
      labels: { all: "all applications", orchestration: "orchestration" },
      marks: [{ x: 8, label: "median" }],
    },
  },
  {
    id: "fig-4.3",
    title: "Predicted and unanticipated timing of freshen",
    table: timeline,
    figure: {
      kind: "timeline",
      lane: "lane",
      start: "start_ms",
      end: "end_ms",
      activity: "activity",
      lanes: ["trigger", "freshen", "function"],
      facet: { column: "timing", columns: 1 },
    },
  },
  {
    id: "table-4.1",
    title: "Trigger overhead",
    table: triggers,
    figure: {
      kind: "panels",
      columns: 1,
      panels: [
        {
          kind: "table",
          columns: [
            { column: "trigger", label: "Trigger service" },
            {
              column: "delay_median_s",
              label: "Median delay",
              digits: 3,
            },
            { column: "delay_p10_s", digits: 3 },
            { column: "delay_p90_s", digits: 3 },
            {
              column: "samples",
            },
          ],
        },
        {
          kind: "box",
          x: { column: "trigger", label: "Trigger service" },
          y: { column: "delay_s", scale: "log", label: "Delay, p10 to p90" },
          quantiles: { low: "delay_p10_s", median: "delay_median_s", high: "delay_p90_s" },
        },
      ],
    },
  },
  {
    id: "fig-4.4",
    title: "File retrieval overheads to save with freshen",
    note: "Made-up numbers. Mean and standard deviation of 20 runs.",
    table: fetching,
    figure: {
      ...warm,
      y: { column: "total_ms", interval: "stddev", scale: "log", label: "Time to fetch" },
      series: "location",
      order: ["local", "edge", "remote"],
      labels: { local: "local (on host)", edge: "edge (on site)", remote: "remote (off site)" },
      styles: { local: { color: "green" }, edge: { color: "purple" }, remote: { color: "blue" } },
    },
  },
  {
    id: "fig-4.5",
    title: "Warming to cloud",
    table: warming,
    figure: { ...warm, series: "connection" },
  },
  {
    id: "fig-4.6",
    title: "Warming to edge",
    table: warming,
    figure: { ...warm, marks: [{ x: 1e7, y: 180, marker: "plus", color: "black" }] },
  },
  {
    id: "warming-sensitivity",
    title: "Benefit of a warmed connection",
    table: sensitivity,
    figure: {
      kind: "heatmap",
      x: { column: "file_size_bytes", label: "File size" },
      y: { column: "rtt_ms", label: "Round-trip time", reverse: true },
      value: { column: "benefit_percent", digits: 1, label: "Benefit" },
    },
  },
];
