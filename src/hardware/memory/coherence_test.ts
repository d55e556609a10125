import assert from "node:assert/strict";
import fc from "fast-check";
import { type AccessMode, Coherence } from "./coherence.ts";
import { CacheLine, NOBODY } from "./line.ts";
import { MEMORY_PARTS } from "./parts/cascade-lake.ts";
import { type MemoryPart, memoryValues } from "./parts/part.ts";
import { ACCESS, REGISTERS, SURE } from "./registers.ts";

const values = memoryValues(MEMORY_PARTS.get("xeon-8260-4s") as MemoryPart);

// The slow twin: who holds a copy, as plain sets.
class SetCoherence {
  owner = NOBODY;
  holders = new Set<number>();
  constructor(readonly home: number) {}

  /** Latency without queueing. */
  access(mode: AccessMode, core: number): number {
    const domain = (c: number) => Math.floor(c / values.coresPerDomain);
    const me = domain(core);
    const dirty = (owner: number) =>
      domain(owner) === me
        ? values.transferLocal
        : domain(owner) === this.home
        ? values.transferHomeOwner
        : me === this.home
        ? values.transferHomeRequester
        : values.transferHomeThird;
    if (mode === 0) {
      if (this.holders.has(core)) return values.cacheHit;
      let latency: number;
      if (this.owner !== NOBODY) latency = dirty(this.owner);
      else if ([...this.holders].some((c) => domain(c) === me)) latency = values.l3Latency;
      else latency = me === this.home ? values.localLatency : values.remoteLatency;
      this.owner = NOBODY;
      this.holders.add(core);
      return latency;
    }
    if (this.owner === core) return mode === 2 ? values.atomicHit : values.cacheHit;
    let latency: number;
    if (this.owner !== NOBODY) latency = dirty(this.owner);
    else if ([...this.holders].some((c) => domain(c) !== me)) {
      latency = me === this.home ? values.transferHomeRequester : values.transferHomeOwner;
    } else if (this.holders.size > 0) latency = values.transferLocal;
    else latency = me === this.home ? values.localLatency : values.remoteLatency;
    this.owner = core;
    this.holders = new Set([core]);
    return latency;
  }
}

Deno.test("bit masks of copies behave as plain sets of holders", () => {
  const steps = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 95 })),
    {
      maxLength: 60,
    },
  );
  fc.assert(fc.property(steps, fc.integer({ min: 0, max: 3 }), (accesses, home) => {
    const coherence = new Coherence(values);
    const line = new CacheLine(home);
    const twin = new SetCoherence(home);
    let now = 0;
    for (const [mode, core] of accesses) {
      // One second apart, nothing queues.
      now += 1e9;
      const latency = coherence.access(line, mode as AccessMode, core, now) - now;
      assert.ok(Math.abs(latency - twin.access(mode as AccessMode, core)) < 0.01);
    }
  }));
});

Deno.test("read-modify-writes of one line from many cores queue: one transfer after the other", () => {
  const coherence = new Coherence(values);
  const line = new CacheLine(0);
  coherence.access(line, 2, 0, 0);
  const start = 1000;
  const ends = [1, 2, 3, 4].map((core) => coherence.access(line, 2, core, start));
  ends.forEach((end, i) => {
    assert.ok(Math.abs(end - start - (i + 1) * values.transferLocal) < 0.01);
  });
  assert.equal(coherence.queued, 3);
});

Deno.test("a request that queues for a line across sockets costs one more message, within one none", () => {
  const end = (cores: number[]) => {
    const coherence = new Coherence(values);
    const line = new CacheLine(0);
    let last = 0;
    for (const core of cores) last = coherence.access(line, 2, core, 0);
    return last;
  };
  const hop = (values.remoteLatency - values.localLatency) / 2;
  const first = values.localLatency;
  assert.ok(Math.abs(end([0, 1]) - first - values.transferLocal) < 0.01);
  assert.ok(Math.abs(end([0, 30]) - first - values.transferHomeOwner - hop) < 0.01);
  assert.ok(Math.abs(end([30]) - values.remoteLatency) < 0.01, "nobody else: no conflict");
});

Deno.test("a write takes every copy away", () => {
  const coherence = new Coherence(values);
  const line = new CacheLine(0);
  for (const core of [0, 1, 30, 60, 95]) coherence.access(line, 0, core, 1e6 * (core + 1));
  coherence.access(line, 1, 50, 1e9);
  for (const core of [0, 1, 30, 60, 95]) {
    const now = 2e9 + core * 1e6;
    assert.ok(coherence.access(line, 0, core, now) - now > values.l2Latency);
  }
});

Deno.test("who has a line keeps it until the first request for it is done, and is sure of that long", () => {
  const coherence = new Coherence(values, "done");
  const line = new CacheLine(0);
  for (const core of [1, 30]) coherence.access(line, 0, core, 0);
  const sureUntil = (core: number, now: number) => {
    REGISTERS[ACCESS] = now;
    coherence.lookUp(line, 0, core);
    return REGISTERS[SURE] as number;
  };
  const sure = sureUntil(1, 1000);
  assert.equal(sure, 1000 + coherence.shortest);
  const done = coherence.access(line, 1, 60, 1000);
  assert.ok(done >= sure, "whatever is asked for from then on is done later");
  assert.equal(sureUntil(1, 1001), done);
  assert.equal(coherence.access(line, 0, 1, 1001), 1001 + coherence.hits[0], "still a hit");
  assert.equal(sureUntil(60, 1001), -1, "on its way");
  assert.ok(coherence.access(line, 0, 30, done) > done + values.l3Latency, "a miss");
});

Deno.test("a line that is being read changes when the reader has it, not before", () => {
  const coherence = new Coherence(values, "done");
  const line = new CacheLine(0);
  coherence.access(line, 0, 1, 0);
  const read = coherence.access(line, 0, 60, 1000);
  assert.ok(coherence.access(line, 1, 2, 1001) > read);
});
