import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { Simulation } from "../kernel/mod.ts";
import { transfer } from "./transfer.ts";

const root = resolve(import.meta.dirname as string, "../..");
const platform = buildPlatform(platformSchema.parse({
  id: "rig",
  title: "two hosts",
  source: "test",
  hosts: { client: { part: "two-core-vm" } },
}));

function run(parameters: Record<string, unknown>, seed = 1): Record<string, number> {
  const [row] = transfer.run({
    parameters: transfer.parameters.parse(parameters),
    platform,
    seed,
    simulation: () => new Simulation({ seed }),
    input: () => "",
    warn: () => {},
  });
  return row as Record<string, number>;
}

type Cell = Record<string, string>;
const cells = (file: string): Cell[] =>
  parseCsv(readFileSync(join(root, "data", file), "utf8"), { columns: true });
const rate = (cell: Cell) => cell.link_rate.replace("gbit", "Gbps").replace("mbit", "Mbps");

/** Relative errors of transfer_ms, sorted, by the cell's round-trip time. */
function errors(rows: readonly { rtt: number; error: number }[], keep: (rtt: number) => boolean) {
  return rows.filter((r) => keep(r.rtt)).map((r) => Math.abs(r.error)).sort((a, b) => a - b);
}
const median = (sorted: number[]) => sorted[Math.floor(sorted.length / 2)];

function given(cell: Cell) {
  const row = run({
    link_rate: rate(cell),
    rtt: `${cell.rtt_ms}ms`,
    direction: cell.direction,
    file_size: `${cell.file_bytes}B`,
    connection: cell.connection,
    ...(cell.connection === "idle" ? { idle: `${cell.idle_ms}ms` } : {}),
    slow_start_after_idle: cell.slow_start_after_idle === "1",
  });
  return {
    rtt: Number(cell.rtt_ms),
    error: row.transfer_ms / Number(cell.transfer_ms) - 1,
    connect: cell.connection === "cold" ? row.connect_ms / Number(cell.connect_ms) - 1 : 0,
  };
}

function own(cell: Cell) {
  const pause = cell.connection === "cold" ? "0ms" : `${cell.pause_ms}ms`;
  const row = run({
    link_rate: rate(cell),
    rtt: `${cell.rtt_ms}ms`,
    direction: cell.direction,
    file_size: `${cell.file_bytes}B`,
    connection: cell.connection,
    settle: cell.connection === "idle" ? "0ms" : pause,
    ...(cell.connection === "idle" ? { idle: pause } : {}),
    ...(cell.connection === "cold" ? {} : { warm_up_size: `${cell.warm_up_bytes}B` }),
    slow_start_after_idle: cell.slow_start_after_idle === "1",
    receive_buffer: `${cell.receive_buffer_bytes}B`,
    send_buffer: `${cell.send_buffer_bytes}B`,
  });
  return {
    rtt: Number(cell.rtt_ms),
    error: row.transfer_ms / Number(cell.transfer_ms) - 1,
  };
}

Deno.test("the measured transfers come out: all within 1 % at 50 ms, half within 5 % at 0.2 ms", () => {
  const rows = cells("linux_tcp_transfer_times.csv").map(given);
  assert.equal(rows.length, 44);
  const far = errors(rows, (rtt) => rtt === 50), near = errors(rows, (rtt) => rtt === 0.2);
  assert.equal(far.length + near.length, 44);
  assert.ok(Math.max(...far) <= 0.01, `50 ms: largest error ${Math.max(...far)}`);
  assert.ok(median(near) <= 0.05, `0.2 ms: median error ${median(near)}`);
  assert.ok(Math.max(...far, ...near) <= 0.2, `largest error ${Math.max(...far, ...near)}`);
  assert.ok(Math.max(...rows.map((r) => Math.abs(r.connect))) <= 0.02, "connect time");
});

for (const file of ["fitting", "kept_back"]) {
  Deno.test(`own measurements (${file}): other rates, round trips, directions, pauses, buffers`, () => {
    const rows = cells(`linux_tcp_transfer_times_${file}.csv`).map(own);
    assert.ok(rows.length >= 140);
    const far = errors(rows, (rtt) => rtt >= 1), near = errors(rows, (rtt) => rtt < 1);
    assert.ok(median(far) <= 0.01, `1 ms and more: median error ${median(far)}`);
    assert.ok(median(near) <= 0.05, `below 1 ms: median error ${median(near)}`);
    assert.ok(
      far[Math.floor(far.length * 0.9)] <= 0.05,
      `p90 ${far[Math.floor(far.length * 0.9)]}`,
    );
    assert.ok(Math.max(...far, ...near) <= 0.2, `largest error ${Math.max(...far, ...near)}`);
  });
}

Deno.test("lossy transfers take as long on average as measured: within 30 %, drop-tail within 15 %", () => {
  for (const cell of cells("linux_tcp_loss_times.csv")) {
    const random = cell.queue_packets === "";
    let sum = 0;
    const runs = random ? 200 : 1;
    for (let seed = 1; seed <= runs; seed++) {
      sum += run({
        link_rate: rate(cell),
        rtt: `${cell.rtt_ms}ms`,
        file_size: `${cell.file_bytes}B`,
        loss: Number(cell.loss),
        ...(random ? {} : { queue_packets: Number(cell.queue_packets) }),
      }, seed).transfer_ms;
    }
    const error = sum / runs / Number(cell.transfer_mean_ms) - 1;
    const noise = 2 * Number(cell.standard_error_ms) / Number(cell.transfer_mean_ms);
    assert.ok(
      Math.abs(error) <= (random ? Math.max(0.3, noise) : 0.15),
      `${cell.file_bytes} B, loss ${cell.loss}: ${error}`,
    );
  }
});

Deno.test("loss is drawn per seed, and none is drawn where there is none", () => {
  const lossy = { link_rate: "100Mbps", rtt: "20ms", file_size: "1MB", loss: 0.01 };
  assert.deepEqual(run(lossy, 3), run(lossy, 3));
  assert.notEqual(run(lossy, 3).total_ms, run(lossy, 4).total_ms);
  assert.ok(run(lossy, 3).lost_packets > 0);
  const clean = { ...lossy, loss: 0 };
  assert.deepEqual(run(clean, 3), run({ ...clean, queue: "1GB" }, 4));
  assert.equal(run(clean).lost_packets, 0);
});

Deno.test("idle decays by halves: the longer the pause, the smaller the window", () => {
  const window = (idle: string, keep = false) =>
    run({
      link_rate: "10Gbps",
      rtt: "50ms",
      file_size: "1MB",
      connection: "idle",
      idle,
      slow_start_after_idle: !keep,
    }).rounds;
  assert.equal(window("0ms"), 1);
  assert.deepEqual([window("600ms"), window("1200ms"), window("5s")], [1, 3, 7]);
  assert.equal(window("5s", true), 1);
});

Deno.test("the same seed gives the same row, noise gives another per seed", () => {
  const once = { link_rate: "1Gbps", rtt: "1ms", file_size: "100KB", noise: "50us" };
  assert.deepEqual(run(once, 3), run(once, 3));
  assert.notEqual(run(once, 3).total_ms, run(once, 4).total_ms);
});
