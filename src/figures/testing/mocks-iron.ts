/** Mocks of the forms of chapter 7, the ablation, and raw observations. No value here is a result. */
import { type Mock, span, table, wobble } from "./mock.ts";

const pattern = table(
  ["pattern", "row", "column", "access_order", "access_count"],
  ["tap00", "taps0"].flatMap((name, n) =>
    span(24).map((i) => {
      const [row, column] = [Math.floor(i / 4), i % 4];
      const first = row < 3 && column < 2;
      const last = n === 1 && row >= 3 && column >= 2;
      const order = first ? row * 2 + column : last ? 6 + (row - 3) * 2 + column - 2 : -1;
      return [name, row, column, order, order < 0 ? 0 : 1];
    })
  ),
);

const metrics = table(
  ["design", "sloc_before", "sloc_after", "sloc_decrease_percent"],
  [
    "GEMM",
    "BBlock",
    "ResNetConv2x",
    "ColorDetect",
    "EdgeDetect",
    "ColorThreshold",
    "VReLU",
    "MVAdd",
  ]
    .map((design, i) => {
      const before = 60 + Math.round(500 * wobble(i));
      const after = Math.round(before * (0.55 + 0.35 * wobble(i + 40)));
      return [design, before, after, 100 - (100 * after) / before];
    }),
);

const features = table(
  ["design", "l2_memory", "shared_memory", "tiling", "broadcast", "columns"],
  [["GEMM", true, false, true, true, "1-4"], ["BBlock", true, true, false, true, "1"], [
    "EdgeDetect",
    true,
    false,
    false,
    false,
    "1",
  ]],
);

const ablation = table(
  ["freshen", "escra", "ldnr", "latency_ms_p99"],
  span(8).map((i) => [
    (i & 1) > 0,
    (i & 2) > 0,
    (i & 4) > 0,
    400 - 120 * (i & 1) - 30 * ((i & 2) / 2) - 10 * ((i & 4) / 4) + 8 * wobble(i),
  ]),
);

const raw = table(
  ["structure", "latency_us"],
  ["ldnr", "std", "urcu"].flatMap((structure, s) =>
    span(80).map((i) => [
      structure,
      (s + 1) * 3 * Math.exp(1.2 * (wobble(s * 80 + i) - 0.5)) +
      (i === 7 ? 25 : 0),
    ])
  ),
);

/** Forms of chapter 7's figures and tables. */
export const iron: readonly Mock[] = [
  {
    id: "fig-7.3",
    title: "Access order and access count",
    table: pattern,
    figure: {
      kind: "panels",
      columns: 2,
      panels: [
        {
          kind: "heatmap",
          title: "Order",
          x: { column: "column" },
          y: { column: "row" },
          value: { column: "access_order", blank: -1 },
          colors: "blues",
          arrows: "access_order",
          facet: { column: "pattern" },
        },
        {
          kind: "heatmap",
          title: "Count",
          x: { column: "column" },
          y: { column: "row" },
          value: { column: "access_count" },
          colors: "blues",
          facet: { column: "pattern" },
        },
      ],
    },
  },
  {
    id: "table-7.1",
    title: "Source lines of code per design",
    table: metrics,
    figure: {
      kind: "table",
      columns: [{ column: "design" }, { column: "sloc_before", label: "SLOC before" }, {
        column: "sloc_after",
        label: "SLOC after",
      }, { column: "sloc_decrease_percent", label: "Decrease", digits: 1 }],
    },
  },
  {
    id: "fig-7.4",
    title: "Decrease of source lines per design",
    table: metrics,
    figure: {
      kind: "bars",
      x: { column: "design" },
      y: { column: "sloc_decrease_percent", label: "SLOC decrease" },
      horizontal: true,
      values: true,
    },
  },
  {
    id: "fig-7.5",
    title: "Before and after",
    table: metrics,
    figure: {
      kind: "bars",
      x: { column: "design" },
      y: { columns: ["sloc_before", "sloc_after"], label: "Source lines" },
      labels: { sloc_before: "before", sloc_after: "after" },
    },
  },
  {
    id: "table-7.2",
    title: "Features of advanced designs",
    table: features,
    figure: {
      kind: "table",
      columns: [
        { column: "design" },
        { column: "l2_memory", label: "L2Mem" },
        {
          column: "shared_memory",
          label: "SharedMem",
        },
        { column: "tiling" },
        { column: "broadcast" },
        { column: "columns", label: "NPUCols", align: "center" },
      ],
    },
  },
  {
    id: "ablation",
    title: "Main effects on p99 latency",
    table: ablation,
    figure: {
      kind: "effect",
      factors: ["freshen", "escra", "ldnr"],
      y: { column: "latency_ms_p99" },
    },
  },
  {
    id: "box-raw",
    title: "Operation latency",
    table: raw,
    figure: {
      kind: "box",
      x: { column: "structure" },
      y: { column: "latency_us" },
      horizontal: true,
    },
  },
  {
    id: "cdf-raw",
    title: "Operation latency",
    table: raw,
    figure: { kind: "cdf", x: { column: "latency_us" }, series: "structure", legend: "bottom" },
  },
];
