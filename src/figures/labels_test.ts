import assert from "node:assert/strict";
import { axisTitle, formatNumber } from "./labels.ts";

Deno.test("a column's name becomes an axis title with its unit", () => {
  for (
    const [column, title] of [
      ["total_ms", "Total (ms)"],
      ["total_ms_mean", "Total (ms)"],
      ["latency_ms_p99", "Latency p99 (ms)"],
      ["file_size_bytes", "File size"],
      ["throughput_mops", "Throughput (Mops/s)"],
      ["cpu_limit_cores", "CPU limit (cores)"],
      ["latency_p999_change_percent", "Latency p99.9 change (%)"],
      ["memory_gib", "Memory (GiB)"],
      ["threads", "Threads"],
      ["delay_us", "Delay (µs)"],
    ] as const
  ) assert.equal(axisTitle(column), title);
  assert.equal(axisTitle("total_ms", "Time", "milliseconds"), "Time (milliseconds)");
  assert.equal(axisTitle("total_ms", undefined, ""), "Total");
});

Deno.test("numbers are written short, with a true minus and units where asked", () => {
  for (
    const [value, format, text] of [
      [0, "plain", "0"],
      [0.1 + 0.2, "plain", "0.3"],
      [-12.5, "plain", "−12.5"],
      [1234, "plain", "1234"],
      [12345.6, "plain", "12,346"],
      [1e9, "plain", "10⁹"],
      [2.5e-7, "plain", "2.5×10⁻⁷"],
      [1000, "bytes", "1 KB"],
      [5e6, "bytes", "5 MB"],
      [1536, "binary", "1.5 KiB"],
      [12500, "si", "12.5k"],
      [71.94, "percent", "71.94 %"],
      [1000, "power", "10³"],
      [0.01, "power", "10⁻²"],
      [NaN, "plain", "–"],
    ] as const
  ) assert.equal(formatNumber(value, format), text);
  assert.equal(formatNumber(1.005, "plain", 1), "1.0");
  assert.equal(formatNumber(-0.04, "plain", 1), "0.0");
});
