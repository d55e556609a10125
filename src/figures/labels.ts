/** How columns and numbers are written for a reader: `total_ms_mean` → "Total (ms)", 10000 → "10 KB". */
import type { Cell } from "../table/mod.ts";

/** How a number is written. */
export type NumberFormat = "plain" | "si" | "bytes" | "binary" | "percent" | "power";

/** Column suffix → printed unit. An empty unit means that the ticks carry it. */
const UNITS: Readonly<Record<string, string>> = {
  ns: "ns",
  us: "µs",
  ms: "ms",
  s: "s",
  min: "min",
  h: "h",
  bytes: "",
  kb: "KB",
  mb: "MB",
  gb: "GB",
  kib: "KiB",
  mib: "MiB",
  gib: "GiB",
  bps: "bit/s",
  mbps: "Mbit/s",
  gbps: "Gbit/s",
  mb_per_s: "MB/s",
  gb_per_s: "GB/s",
  hz: "Hz",
  mhz: "MHz",
  ghz: "GHz",
  rps: "requests/s",
  mops: "Mops/s",
  percent: "%",
  cores: "cores",
  millicores: "millicores",
  vcpu: "vCPU",
  cycles: "cycles",
};

const STATISTIC = /_(mean|p\d+|median|min|max)$/;
const WORDS: Readonly<Record<string, string>> = {
  cpu: "CPU",
  cdf: "CDF",
  rtt: "RTT",
  npu: "NPU",
  sloc: "SLOC",
  vmem: "vMem",
  ooms: "OOMs",
  oom: "OOM",
  p999: "p99.9",
  l2: "L2",
};

/** A column's name taken apart: `latency_ms_p99` → Latency p99, ms. */
export function describeColumn(column: string): { name: string; unit: string } {
  const found = STATISTIC.exec(column);
  const statistic = found?.[1] === "mean" ? "" : found?.[1] ?? "";
  let base = found === null ? column : column.slice(0, found.index);
  let unit = "";
  for (const suffix of Object.keys(UNITS).sort((a, b) => b.length - a.length)) {
    if (!base.endsWith(`_${suffix}`)) continue;
    unit = UNITS[suffix] as string;
    base = base.slice(0, -suffix.length - 1);
    break;
  }
  const words = `${base}${statistic === "" ? "" : `_${statistic}`}`.split("_").filter(Boolean);
  const name = words.map((word) => WORDS[word] ?? word).join(" ");
  return { name: name.charAt(0).toUpperCase() + name.slice(1), unit };
}

/** The title of an axis: its name, and its unit in brackets. */
export function axisTitle(column: string, label?: string, unit?: string): string {
  const own = describeColumn(column);
  const name = label ?? own.name;
  const shown = unit ?? own.unit;
  return shown === "" ? name : `${name} (${shown})`;
}

/** The format that a column's unit suggests. */
export function formatOf(column: string): NumberFormat {
  return /_bytes(_|$)/.test(column) || column === "bytes" ? "bytes" : "plain";
}

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 10 raised to a whole power, as `10⁴`. */
function power(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((d) => SUPERSCRIPT[Number(d)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/** A number in at most `digits` significant digits, thousands set apart, without trailing zeros. */
function plain(value: number, digits = 4): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e9) {
    const exponent = Math.floor(Math.log10(size) + 1e-12);
    const mantissa = Number((value / 10 ** exponent).toPrecision(3));
    return mantissa === 1 ? power(exponent) : `${minus(String(mantissa))}×${power(exponent)}`;
  }
  const short = size >= 10 ** digits ? Math.round(value) : Number(value.toPrecision(digits));
  const [whole, part] = String(Math.abs(short)).split(".") as [string, string | undefined];
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
  return (value < 0 ? "−" : "") + grouped + (part === undefined ? "" : `.${part}`);
}

const minus = (text: string) => text.replace("-", "−");

function scaled(value: number, base: number, steps: readonly string[], gap: string): string {
  let rest = value;
  let step = 0;
  while (Math.abs(rest) >= base && step < steps.length - 1) {
    rest /= base;
    step++;
  }
  const unit = steps[step] as string;
  return plain(rest) + (unit === "" ? "" : gap + unit);
}

/** Writes `value` for a reader; `digits` fixes the digits after the point. */
export function formatNumber(
  value: number,
  format: NumberFormat = "plain",
  digits?: number,
): string {
  if (!Number.isFinite(value)) return "–";
  if (digits !== undefined && (format === "plain" || format === "percent")) {
    const fixed = minus(value.toFixed(digits)).replace(/^−(0(?:\.0+)?)$/, "$1");
    return format === "percent" ? `${fixed} %` : fixed;
  }
  switch (format) {
    case "plain":
      return plain(value);
    case "percent":
      return `${plain(value)} %`;
    case "si":
      return scaled(value, 1000, ["", "k", "M", "G", "T"], "");
    case "bytes":
      return scaled(value, 1000, ["B", "KB", "MB", "GB", "TB"], " ");
    case "binary":
      return scaled(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB"], " ");
    case "power": {
      const exponent = Math.log10(value);
      return value > 0 && Math.abs(exponent - Math.round(exponent)) < 1e-9
        ? power(Math.round(exponent))
        : plain(value);
    }
  }
}

/** A cell as a reader sees it: its printed name if it has one, else the value itself. */
export function printed(
  cell: Cell,
  labels: Readonly<Record<string, string>> = {},
  format: NumberFormat = "plain",
): string {
  const label = Object.hasOwn(labels, String(cell)) ? labels[String(cell)] : undefined;
  if (label !== undefined) return label;
  if (cell === null) return "–";
  if (typeof cell === "number") return formatNumber(cell, format);
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return cell;
}
