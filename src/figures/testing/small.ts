/** One small picture of each kind, for the goldens: every mark that the kind can draw, few data. */
import { type Mock, table } from "./mock.ts";

/** A picture per kind, and one of panels. */
export const SMALL: readonly Mock[] = [
  {
    id: "line",
    title: "Line",
    note: "A note.",
    table: table(["size_bytes", "place", "total_ms_mean", "total_ms_stddev"], [
      [1000, "edge", 2, 0.5],
      [1e6, "edge", 8, 1],
      [1000, "far", 100, 9],
      [1e6, "far", 300, 40],
    ]),
    figure: {
      kind: "line",
      x: { column: "size_bytes", scale: "log" },
      y: { column: "total_ms", scale: "log", interval: "stddev" },
      series: "place",
      styles: { far: { dash: "dashed" } },
      marks: [{ x: 1e5, label: "limit" }, { x: 1e6, y: 622, label: "published" }],
    },
  },
  {
    id: "bars",
    title: "Bars",
    table: table(["app", "load", "base", "change_percent"], [
      ["shop", "burst", "static", 20],
      ["shop", "burst", "auto", -5],
      ["shop", "fixed", "static", 310],
      ["train", "fixed", "auto", 12.5],
    ]),
    figure: {
      kind: "bars",
      x: { column: "load", within: "app", label: "" },
      y: { column: "change_percent" },
      series: "base",
      cut: 100,
      values: true,
    },
  },
  {
    id: "cdf",
    title: "Distribution",
    table: table(["latency_us"], [[1], [2], [2], [5], [9]]),
    figure: { kind: "cdf", x: { column: "latency_us" } },
  },
  {
    id: "box",
    title: "Boxes",
    table: table(["service", "low_s", "mid_s", "high_s"], [["queue", 0.1, 0.2, 0.6], [
      "store",
      0.7,
      1.3,
      2.5,
    ]]),
    figure: {
      kind: "box",
      x: { column: "service" },
      y: { column: "delay_s", label: "Delay" },
      quantiles: { low: "low_s", median: "mid_s", high: "high_s" },
    },
  },
  {
    id: "heatmap",
    title: "Heat map",
    table: table(["row", "column", "order"], [[0, 0, 0], [0, 1, 1], [1, 0, -1], [1, 1, 2]]),
    figure: {
      kind: "heatmap",
      x: { column: "column" },
      y: { column: "row" },
      value: { column: "order", blank: -1 },
      arrows: "order",
    },
  },
  {
    id: "timeline",
    title: "Timeline",
    table: table(["lane", "what", "start_ms", "end_ms"], [
      ["hook", "warm", 5, 30],
      ["function", "run", 32, 60],
      ["hook", "prediction", 5, 5],
    ]),
    figure: {
      kind: "timeline",
      lane: "lane",
      start: "start_ms",
      end: "end_ms",
      activity: "what",
      arrows: [{
        from: { lane: "hook", at: 30 },
        to: { lane: "function", at: 32 },
        label: "ready",
      }],
    },
  },
  {
    id: "table",
    title: "Table",
    table: table(["design", "lines", "tiling"], [["GEMM", 12345, true], ["VReLU", 76, false]]),
    figure: {
      kind: "table",
      columns: [{ column: "design" }, { column: "lines" }, { column: "tiling" }],
    },
  },
  {
    id: "effect",
    title: "Effects",
    table: table(["cache", "batch", "latency_ms"], [
      [false, false, 100],
      [true, false, 60],
      [false, true, 90],
      [true, true, 55],
    ]),
    figure: { kind: "effect", factors: ["cache", "batch"], y: { column: "latency_ms" } },
  },
  {
    id: "panels",
    title: "Panels",
    table: table(["time_s", "threads", "rate_mops", "memory_gib"], [
      [1, 1, 2, 1],
      [2, 1, 2, 1],
      [3, 4, 7, 2],
      [4, 4, 8, 2],
    ]),
    figure: {
      kind: "panels",
      columns: 1,
      share: "x",
      panels: [
        {
          kind: "line",
          x: { column: "time_s" },
          y: { column: "rate_mops" },
          y2: { column: "memory_gib", min: 0 },
          phases: { column: "threads" },
        },
        { kind: "line", x: { column: "time_s" }, y: { column: "memory_gib" }, mode: "step" },
      ],
    },
  },
];
