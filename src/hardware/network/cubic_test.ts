import assert from "node:assert/strict";
import { Cubic, INFINITE_SSTHRESH, type Window } from "./cubic.ts";
import { LINUX_TCP } from "./options.ts";
import { RoundTrip } from "./rtt.ts";
import { Sender } from "./sender.ts";

const MS = 1e6;

function windowOf(cwnd: number, ssthresh: number): Window {
  return {
    cwnd,
    ssthresh,
    cwndCount: 0,
    una: 0,
    next: 0,
    pacingRate: 1e9,
    gsoMaxBytes: 65_536,
  };
}

/** Window after each round trip of `rtt` ns in congestion avoidance, acknowledged two by two. */
function grow(cubic: Cubic, window: Window, start: number, rtt: number, rounds: number): number[] {
  const windows: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const flight = window.cwnd;
    for (let acked = 0; acked < flight; acked += 2) {
      const now = start + (round + acked / flight) * rtt;
      cubic.sample(window, now, rtt / 1000);
      cubic.grow(window, now, 2);
    }
    windows.push(window.cwnd);
  }
  return windows;
}

Deno.test("after a loss the window follows C (t - K)^3 + Wmax (RFC 9438, equation 1)", () => {
  const cubic = new Cubic(LINUX_TCP), rtt = 100 * MS, most = 1000;
  const window = windowOf(most, INFINITE_SSTHRESH);
  cubic.sample(window, 1e9, rtt / 1000);
  window.ssthresh = window.cwnd = cubic.lost(most);
  assert.equal(window.cwnd, Math.floor((1000 * 717) / 1024));
  const start = 10e9;
  const k = Math.cbrt((most * (1 - 717 / 1024)) / 0.4);
  const windows = grow(cubic, window, start, rtt, 150);
  for (const round of [20, 60, Math.round(k * 10), 120, 149]) {
    const t = ((round + 1) * rtt) / 1e9;
    const expected = most + 0.4 * (t - k) ** 3;
    assert.ok(Math.abs(windows[round] / expected - 1) < 0.02, `${windows[round]} ${expected}`);
  }
});

Deno.test("fast convergence gives up room when the maximum shrinks", () => {
  const plateau = (fastConvergence: boolean) => {
    const cubic = new Cubic({ ...LINUX_TCP, fastConvergence });
    const window = windowOf(1000, 1000);
    cubic.sample(window, 1e9, 50_000);
    cubic.lost(1000);
    window.cwnd = window.ssthresh = cubic.lost(800);
    return Math.max(...grow(cubic, window, 10e9, 50 * MS, 80));
  };
  assert.ok(plateau(true) < plateau(false));
});

Deno.test("with short round trips CUBIC grows no more slowly than Reno (friendly region)", () => {
  const after = (friendliness: boolean) => {
    const cubic = new Cubic({ ...LINUX_TCP, friendliness });
    const window = windowOf(100, 100);
    cubic.sample(window, 1e9, 1000);
    window.cwnd = window.ssthresh = cubic.lost(100);
    return grow(cubic, window, 10e9, MS, 200)[199];
  };
  // Reno with beta 0.7 adds 3 (1 - 0.7) / (1 + 0.7) = 0.53 segments per round trip.
  assert.ok(Math.abs(after(true) - (70 + 0.53 * 200)) < 12, `${after(true)}`);
  assert.ok(after(false) < 110);
});

Deno.test("HyStart leaves slow start on a rising delay, and on a long train of acknowledgements", () => {
  const exit = (rtt: (i: number) => number, spacing: number) => {
    const cubic = new Cubic(LINUX_TCP);
    const window = windowOf(20, INFINITE_SSTHRESH);
    let now = 1e9;
    cubic.sample(window, now, 40_000);
    window.next = 1;
    for (let i = 0; i < 40 && !cubic.found; i++) {
      now += spacing;
      window.una = 2;
      if (i === 0) window.next = 1000;
      cubic.sample(window, now, rtt(i));
    }
    return { found: cubic.found, ssthresh: window.ssthresh };
  };
  assert.equal(exit(() => 40_000, 3 * MS).found, false);
  assert.equal(exit(() => 50_000, 3 * MS).found, true, "10 ms above the smallest");
  assert.equal(exit(() => 44_000, 3 * MS).found, false, "4 ms are within an eighth");
  assert.equal(exit(() => 40_000, MS).found, true, "a train of over half a round trip");
});

Deno.test("the time-out is the round trip and at least 200 ms, in jiffies", () => {
  for (const [rtt, rto] of [[237, 204], [50_040, 252], [100_100, 304]]) {
    const estimate = new RoundTrip();
    assert.equal(estimate.rto, 1000 * MS);
    for (let i = 0; i < 50; i++) estimate.sample(rtt, i + 1, i + 1);
    assert.equal(estimate.rto, rto * MS, `${rtt} us`);
  }
});

Deno.test("an idle window is halved once per whole time-out, and remembered in ssthresh", () => {
  const idle = (ns: number, slowStartAfterIdle = true) => {
    const sender = new Sender(1448, { ...LINUX_TCP, slowStartAfterIdle });
    sender.establish(1e9, 50_040, 64_240);
    sender.cwnd = 4403;
    sender.ssthresh = 4000;
    sender.restartAfterIdle(1e9 + ns);
    return [sender.cwnd, sender.ssthresh];
  };
  assert.deepEqual(idle(250 * MS), [4403, 4000]);
  assert.deepEqual(idle(600 * MS), [1100, 4000], "measured: 4403 to 1100");
  assert.deepEqual(idle(2300 * MS), [10, 4000]);
  assert.deepEqual(idle(3_600_000 * MS, false), [4403, 4000]);
});
