/** Mocks of the forms of chapter 5. No value here is a result. */
import type { Cell } from "../../table/mod.ts";
import { type Mock, span, table, wobble } from "./mock.ts";

const tracking = table(
  ["time_s", "cpu_limit_cores", "cpu_usage_cores"],
  span(600).map((i) => {
    const use = 1 + Math.floor(wobble(Math.floor(i / 90)) * 4) - 0.1 * wobble(i);
    return [i / 10, Math.min(4, use + 0.15 + 0.3 * wobble(i + 9)), use];
  }),
);

const APPS = ["MediaMicroservice", "HipsterShop", "TrainTicket", "Teastore"];
const LOADS = ["Fixed", "Exp", "Burst", "Alibaba"];

const changes = table(
  [
    "application",
    "workload",
    "baseline",
    "latency_p999_change_percent",
    "throughput_change_percent",
  ],
  APPS.flatMap((app, a) =>
    LOADS.flatMap((load, w) =>
      ["autopilot", "static-1.5x"].map((baseline, b) => {
        const seed = a * 8 + w * 2 + b;
        const through = a === 2 && w === 1
          ? 310
          : a === 2 && w === 2
          ? 140
          : 90 * wobble(seed) - 10;
        return [app, load, baseline, 75 * wobble(seed + 50) - 8, through];
      })
    )
  ),
);

const slack = table(
  ["panel", "policy", "slack_cores", "slack_mib", "cdf"],
  APPS.flatMap((panel, p) =>
    [["escra", 0.15], ["autopilot", 0.7], ["static", 2.4]].flatMap(([policy, scale], s) =>
      span(60).map((i) => {
        const share = (i + 1) / 60;
        const at = Number(scale) * (share + 0.6 * share ** 4 + 0.1 * wobble(p * 9 + s));
        return [panel, policy as string, at, 4 + at ** 1.6 * 120, share] as Cell[];
      })
    )
  ),
);

const limits = table(
  ["time_s", "configuration", "cpu_limit_vcpu", "memory_limit_mib"],
  ["openwhisk", "openwhisk-escra"].flatMap((configuration, c) =>
    span(60).map((i) => {
      const grow = Math.min(1, i / 12);
      const cpu = grow * (c === 0 ? 12 : 7 + wobble(i)) * (i > 52 ? 0.5 : 1);
      return [i * 5, configuration, cpu, cpu * 256 * (c === 0 ? 1 : 0.9)];
    })
  ),
);

const savings = table(
  ["time_s", "cpu_saving_vcpu", "memory_saving_mib"],
  span(60).map((i) => [i * 5, 5 * Math.min(1, i / 12) + wobble(i), 1500 * Math.min(1, i / 12)]),
);

/** Forms of chapter 5's figures. */
export const escra: readonly Mock[] = [
  {
    id: "fig-5.2",
    title: "CPU tracking under a dynamic workload",
    table: tracking,
    figure: {
      kind: "line",
      x: { column: "time_s" },
      y: { columns: ["cpu_limit_cores", "cpu_usage_cores"], label: "CPU" },
      mode: "step",
    },
  },
  {
    id: "fig-5.4",
    title: "Change in 99.9 % latency and throughput",
    table: changes,
    figure: {
      kind: "panels",
      columns: 1,
      share: "x",
      width: 980,
      panels: [
        {
          kind: "bars",
          x: { column: "workload", within: "application", label: "" },
          y: { column: "latency_p999_change_percent", label: "Latency decrease" },
          series: "baseline",
        },
        {
          kind: "bars",
          x: { column: "workload", within: "application", label: "" },
          y: { column: "throughput_change_percent", label: "Throughput increase" },
          series: "baseline",
          cut: 100,
        },
      ],
    },
  },
  {
    id: "fig-5.5",
    title: "CPU slack",
    table: slack,
    figure: {
      kind: "cdf",
      x: { column: "slack_cores", label: "CPU slack" },
      cdf: "cdf",
      series: "policy",
      facet: { column: "panel", share: "y" },
      labels: { escra: "Escra", autopilot: "Autopilot", static: "static 1.5×" },
    },
  },
  {
    id: "fig-5.6",
    title: "Memory slack",
    table: slack,
    figure: {
      kind: "cdf",
      x: { column: "slack_mib", scale: "log", label: "Memory slack" },
      cdf: "cdf",
      series: "policy",
      facet: { column: "panel", columns: 4 },
      labels: { escra: "Escra", autopilot: "Autopilot", static: "static 1.5×" },
    },
  },
  {
    id: "fig-5.8-limits",
    title: "Aggregate limits",
    table: limits,
    figure: {
      kind: "panels",
      columns: 2,
      panels: [
        {
          kind: "line",
          title: "(a) CPU",
          x: { column: "time_s" },
          y: { column: "cpu_limit_vcpu" },
          series: "configuration",
        },
        {
          kind: "line",
          title: "(b) Memory",
          x: { column: "time_s" },
          y: { column: "memory_limit_mib" },
          series: "configuration",
        },
      ],
    },
  },
  {
    id: "fig-5.8-savings",
    title: "Savings",
    table: savings,
    figure: {
      kind: "line",
      x: { column: "time_s" },
      y: { column: "cpu_saving_vcpu", label: "CPU saving" },
      y2: { column: "memory_saving_mib", label: "Memory saving" },
    },
  },
];
