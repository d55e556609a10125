import assert from "node:assert/strict";
import fc from "fast-check";
import { Simulation } from "../../kernel/mod.ts";
import { idealHost, linuxServer, virtualTimeVm } from "../parts/network-hosts.ts";
import { Conversation, type Path } from "./conversation.ts";
import { type DropRules, Drops } from "./drops.ts";
import { LINUX_TCP, type TcpOptions } from "./options.ts";
import { buildPath } from "./path.ts";
import { Reassembly } from "./reassembly.ts";
import { runTransfer } from "./transfer.ts";

const EPOCH = 1e9;
const MSS = 1448;
const LINK = { rate: 1e10, latency: 50e6, mtu: 1500, frameOverhead: 38 };

/** A path that loses packets from server to client only. */
function lossyDown(path: Path, rules: DropRules, random: () => number): Path {
  return { ...path, down: { ...path.down, drops: new Drops(rules, random) } };
}

/** Loses those packets, counted from 0 (and no handshake), that `which` names. */
const losing = (which: (n: number) => boolean) => {
  let n = -2; // the handshake's answer is the first draw
  return () => ++n >= 0 && which(n) ? 0 : 1;
};

/** One message from the server on a fresh connection: time from writing to reading, and the sender. */
function sendOnce(path: Path, bytes: number, options: TcpOptions = LINUX_TCP) {
  const conversation = new Conversation(path, options);
  const start = conversation.connect(EPOCH) + 1e6;
  const { received } = conversation.send("server", start, bytes);
  return { took: received - start, sender: conversation.sender("server") };
}

Deno.test("a path that could lose packets but does not is the plain one, to the nanosecond", () => {
  fc.assert(
    fc.property(
      fc.record({
        rate: fc.constantFrom(1e8, 1e9, 1e10),
        latency: fc.integer({ min: 20_000, max: 60_000_000 }),
        host: fc.constantFrom(idealHost, linuxServer, virtualTimeVm),
        sizes: fc.array(fc.integer({ min: 1, max: 4_000_000 }), { minLength: 1, maxLength: 3 }),
        sendBuffer: fc.constantFrom(131_072, 4_194_304),
      }),
      ({ rate, latency, host, sizes, sendBuffer }) => {
        const options = { ...LINUX_TCP, sendBuffer };
        const run = (path: Path) => {
          const conversation = new Conversation(path, options);
          let now = conversation.connect(EPOCH);
          const times = sizes.map((bytes) => {
            const asked = conversation.send("client", now, 16).received;
            return now = conversation.send("server", asked, bytes).received;
          });
          return { times, cwnd: conversation.sender("server").cwnd };
        };
        const link = { ...LINK, rate, latency };
        const plain = run(buildPath(link, host));
        assert.deepEqual(run(lossyDown(buildPath(link, host), { loss: 0 }, () => 1)), plain);
      },
    ),
    { numRuns: 40, seed: 5 },
  );
});

Deno.test("one lost segment is sent again after a round trip, and the window shrinks to 70 %", () => {
  const path = buildPath(LINK, idealHost);
  const clean = sendOnce(path, 600_000);
  // Of the fourth round's 80 segments: the 20th.
  const { took, sender } = sendOnce(
    lossyDown(buildPath(LINK, idealHost), { loss: 0.5 }, losing((n) => n === 90)),
    600_000,
  );
  const rounds = (ns: number) => Math.round(ns / 1e8 * 2) / 2;
  assert.equal(rounds(clean.took), 5.5);
  // Without the loss the last 265 segments leave in rounds 5 and 6. With it, the fifth round's
  // acknowledgements let about 80 go instead of 160, and two rounds of about 75 follow.
  assert.equal(rounds(took), 7.5);
  // Slow start had reached 10 + 90 segments when the gap showed; recovery ends at the threshold.
  assert.ok(sender.ssthresh >= 60 && sender.ssthresh <= 125, `${sender.ssthresh}`);
  assert.ok(sender.cwnd >= sender.ssthresh && sender.cwnd <= sender.ssthresh + 10);
});

Deno.test("a lost tail is probed after two round trips, a lost probe waits for doubling time-outs", () => {
  const rtt = 1e8;
  const alone = (lost: number) => {
    const path = lossyDown(buildPath(LINK, idealHost), { loss: 0.5 }, losing((n) => n < lost));
    return sendOnce(path, 1000).took;
  };
  // One packet in flight: two round trips and 200 ms for a delayed acknowledgement, at most the
  // time-out (round trip, at least 200 ms, in jiffies). Then the time-out, doubling.
  const rto = 300e6;
  assert.ok(Math.abs(alone(0) - rtt / 2) < 1e5);
  assert.ok(Math.abs(alone(1) - (rto + rtt / 2)) < 5e6, `${alone(1)}`);
  assert.ok(Math.abs(alone(2) - (2 * rto + rtt / 2)) < 5e6, `${alone(2)}`);
  assert.ok(Math.abs(alone(3) - (4 * rto + rtt / 2)) < 5e6, `${alone(3)}`);
  assert.ok(Math.abs(alone(4) - (8 * rto + rtt / 2)) < 5e6, `${alone(4)}`);
  // The last of ten: the acknowledgement of the others starts the same wait.
  const ten = (from: number) =>
    sendOnce(
      lossyDown(buildPath(LINK, idealHost), { loss: 0.5 }, losing((n) => n >= from && n < 10)),
      10 * MSS,
    ).took;
  assert.ok(Math.abs(ten(9) - ten(10) - (rtt + 304e6)) < 5e6, `${ten(9) - ten(10)}`);
  // The last two: a probe after two round trips and two jiffies; what it brings back tells of the other.
  assert.ok(Math.abs(ten(8) - ten(10) - (4 * rtt + 8e6)) < 5e6, `${ten(8) - ten(10)}`);
});

/** Mean window of a long flow, segments, when every `every`-th packet is lost. */
function meanWindow(rtt: number, every: number, options: Partial<TcpOptions>): number {
  const took = (cycles: number) => {
    const path = lossyDown(
      buildPath({ ...LINK, latency: rtt / 2 }, idealHost),
      { loss: 0.5 },
      losing((n) => n % every === every - 1),
    );
    const large = { ...LINUX_TCP, receiveBuffer: 1e8, sendBuffer: 1e8, ...options };
    return sendOnce(path, cycles * every * MSS, large).took;
  };
  return (15 * every * rtt) / (took(40) - took(25));
}

Deno.test("Reno's window follows Mathis's law: sqrt(3 / 2p), less the round trip of each recovery", () => {
  for (const every of [300, 1000, 3000, 10_000]) {
    const law = Math.sqrt(1.5 * every);
    // Mathis et al. have no round trip without growth per loss: W / 2 rounds, not W / 2 + 2.
    const expected = law / (1 + 2 / (law * 2 / 3));
    const window = meanWindow(1e8, every, { congestionControl: "reno" });
    assert.ok(Math.abs(window / expected - 1) < 0.1, `1/${every}: ${window}, law ${law}`);
    assert.ok(window < law && window > 0.8 * law, `1/${every}: ${window}, law ${law}`);
  }
});

Deno.test("CUBIC's window follows RFC 9438's response function, and Reno's where that is larger", () => {
  // Linux rounds its increase up and looks one round trip ahead: above the law, less so the longer
  // the epochs are. Convergence from slow start's end takes some 20 losses.
  for (
    const [rtt, every, above] of [[1e8, 10_000, 0.16], [2e8, 10_000, 0.1], [2e8, 30_000, 0.05]]
  ) {
    const law = 1.054 * (rtt / 1e9) ** 0.75 * every ** 0.75;
    const window = meanWindow(rtt, every, {});
    assert.ok(
      window > 0.97 * law && window < (1 + above) * law,
      `1/${every}: ${window}, law ${law}`,
    );
  }
  for (const every of [1000, 3000]) {
    const law = Math.sqrt(1.5 * every);
    const window = meanWindow(1e7, every, {});
    assert.ok(Math.abs(window / law - 1) < 0.15, `1/${every}: ${window}, law ${law}`);
  }
});

Deno.test("a full queue drops its tail, and a queue of one bandwidth-delay product keeps the link busy", () => {
  const link = { rate: 1e8, latency: 10e6, mtu: 1500, frameOverhead: 38 };
  const product = (link.rate * 2 * link.latency) / 8e9;
  const run = (queue: { bytes?: number; packets?: number }) =>
    runTransfer({ link: { ...link, queue }, host: idealHost }, { bytes: 50e6 });
  const ideal = (50e6 / MSS) * ((MSS + 90) * 8e9) / link.rate;
  const one = run({ bytes: product }), packets = run({ packets: Math.floor(product / 1538) });
  assert.ok(one.refused > 0 && one.lost === 0);
  assert.ok(one.transfer < 1.1 * ideal, `${one.transfer / ideal}`);
  assert.ok(Math.abs(packets.transfer / one.transfer - 1) < 0.05);
  const little = run({ bytes: product / 10 });
  assert.ok(little.refused > 0 && little.transfer > 1.3 * one.transfer);
  assert.equal(run({ bytes: 1e9 }).refused, 0);
});

Deno.test("whatever is lost, everything arrives, and windows stay whole segments", () => {
  fc.assert(
    fc.property(
      fc.record({
        loss: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
        queue: fc.constantFrom(undefined, { bytes: 30_000 }, { packets: 50 }),
        latency: fc.integer({ min: 50_000, max: 30_000_000 }),
        bytes: fc.integer({ min: 1, max: 300_000 }),
        direction: fc.constantFrom("get" as const, "put" as const),
        connection: fc.constantFrom("cold" as const, "warm" as const),
        receiveBuffer: fc.constantFrom(65_536, 6_291_456),
        seed: fc.nat(),
      }),
      ({ loss, queue, latency, bytes, direction, connection, receiveBuffer, seed }) => {
        const random = new Simulation({ seed }).rng("loss");
        const options = { ...LINUX_TCP, receiveBuffer };
        const what = { direction, bytes, connection, warmUp: 100_000 };
        const link = { ...LINK, rate: 1e8, latency };
        const lossy = runTransfer({
          link: { ...link, loss, queue },
          host: linuxServer,
          options,
          random: () => random.uniform(),
        }, what);
        assert.ok(Number.isFinite(lossy.transfer) && lossy.transfer >= 2 * latency);
        assert.ok(Number.isInteger(lossy.cwndBefore) && lossy.cwndBefore >= 1);
      },
    ),
    { numRuns: 60, seed: 11 },
  );
});

Deno.test("a lost handshake packet costs a second, the next one two", () => {
  const connect = (lost: number) => {
    let n = 0;
    const path = lossyDown(buildPath(LINK, idealHost), { loss: 0.5 }, () => n++ < lost ? 0 : 1);
    return new Conversation(path, LINUX_TCP).connect(EPOCH) - EPOCH;
  };
  assert.deepEqual([1, 2, 3].map((n) => Math.round((connect(n) - connect(0)) / 1e9)), [1, 3, 7]);
  assert.throws(() => connect(99), /gave up after 7 lost/);
});

Deno.test("reassembly keeps what a set of bytes would", () => {
  const segment = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 15 }));
  fc.assert(fc.property(fc.array(segment, { maxLength: 40 }), (segments) => {
    const reassembly = new Reassembly(), bytes = new Set<number>();
    let next = 0;
    for (const [start, length] of segments) {
      const before = bytes.size;
      for (let b = start; b < start + length; b++) if (b >= next) bytes.add(b);
      assert.equal(reassembly.add(start, start + length), bytes.size - before);
      let ready = 0;
      while (bytes.delete(next)) next++, ready++;
      assert.equal(reassembly.take(), ready);
      assert.equal(reassembly.empty, bytes.size === 0);
      const [first, end] = reassembly.blocks();
      if (!reassembly.empty) { for (let b = first; b < end; b++) assert.ok(bytes.has(b)); }
    }
  }));
});

Deno.test("random losses need a source of randomness", () => {
  assert.throws(() => buildPath({ ...LINK, loss: 0.01 }, idealHost), /needs a stream of random/);
});
