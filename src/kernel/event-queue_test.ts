import assert from "node:assert/strict";
import fc from "fast-check";
import { EventQueue } from "./event-queue.ts";
import { Rng } from "./rng.ts";

/** The slow, obvious twin: a list of live events, searched for the least (time, sequence). */
class Twin {
  events: { time: number; sequence: number; id: number }[] = [];
  sequence = 0;
  add(time: number, id: number) {
    let at = this.events.length;
    // Later sequence numbers go behind equal times: the list stays sorted.
    let low = 0;
    while (low < at) {
      const mid = (low + at) >> 1;
      if (this.events[mid].time <= time) low = mid + 1;
      else at = mid;
    }
    this.events.splice(low, 0, { time, sequence: this.sequence++, id });
  }
  cancel(id: number) {
    const at = this.events.findIndex((e) => e.id === id);
    if (at >= 0) this.events.splice(at, 1);
  }
}

/** Delay distributions that pull a queue in different directions; all in whole nanoseconds. */
const DELAYS: Record<string, (rng: Rng) => number> = {
  exponential: (r) => r.exponential(1e6),
  ties: (r) => r.uniformInt(4),
  zero: () => 0,
  constant: () => 1000,
  pareto: (r) => Math.min(r.pareto(0.5, 10), 2 ** 45),
  bimodal: (r) => r.bernoulli(0.5) ? 1 : 1e12,
  triangular: (r) => 1e6 * (1 + r.uniform() + r.uniform()),
  "mostly now": (r) => r.bernoulli(0.9) ? 0 : r.uniformInt(1000),
  "near and scattered": (r) => r.bernoulli(0.99) ? r.uniformInt(500) : r.uniform(0, 2 ** 50),
};

function rehearse(
  delay: () => number,
  rng: Rng,
  population: number,
  pops: number,
  cancels: number,
) {
  const queue = new EventQueue();
  const twin = new Twin();
  const slots = new Map<number, number>();
  let made = 0;
  const add = () => {
    const time = queue.now + Math.round(delay());
    const id = made++;
    slots.set(id, queue.add(time, 7, id));
    twin.add(time, id);
  };
  for (let i = 0; i < population; i++) add();
  for (let i = 0; i < pops; i++) {
    const slot = queue.next(Infinity);
    const expected = twin.events.shift();
    if (expected === undefined) {
      assert.equal(slot, -1);
      break;
    }
    assert.equal(queue.now, expected.time);
    assert.equal(queue.words[slot * 8 + 5], expected.id, `pop ${i} at ${queue.now}`);
    slots.delete(expected.id);
    const births = twin.events.length > population ? 0 : 1 + rng.uniformInt(2);
    for (let b = 0; b < births; b++) add();
    if (rng.uniform() < cancels && twin.events.length > 0) {
      const victim = twin.events[rng.uniformInt(twin.events.length)].id;
      queue.cancel(slots.get(victim) as number);
      slots.delete(victim);
      twin.cancel(victim);
    }
    assert.equal(queue.size - queue.dead, twin.events.length);
  }
}

for (const [name, delay] of Object.entries(DELAYS)) {
  Deno.test(`events leave in order of (time, sequence): ${name} delays`, () => {
    for (const population of [1, 30, 300, 3000]) {
      for (const cancels of [0, 0.9]) {
        const rng = new Rng(population, name);
        rehearse(() => delay(rng), rng, population, 4 * population + 1000, cancels);
      }
    }
  });
}

Deno.test("events leave in order for any mix of additions, cancellations and limits", () => {
  const delay = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 100_000 }),
    fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((n) => n * 2 ** 20),
  );
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ add: fc.array(delay, { maxLength: 40 }) }) },
    { weight: 3, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 60 }), ahead: delay }) },
    { weight: 1, arbitrary: fc.record({ cancel: fc.nat() }) },
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const queue = new EventQueue();
    const twin = new Twin();
    const slots = new Map<number, number>();
    let made = 0;
    for (const s of steps) {
      if ("add" in s) {
        for (const d of s.add) {
          slots.set(made, queue.add(queue.now + d, 7, made));
          twin.add(queue.now + d, made++);
        }
      } else if ("take" in s) {
        const limit = queue.now + s.ahead;
        let now = queue.now;
        for (let i = 0; i < s.take; i++) {
          const slot = queue.next(limit);
          const head = twin.events[0];
          if (head === undefined || head.time > limit) {
            assert.equal(slot, -1);
            assert.equal(queue.now, now, "nothing taken, but the clock moved");
            break;
          }
          assert.equal(queue.words[slot * 8 + 5], head.id);
          assert.equal(queue.now, head.time);
          now = head.time;
          twin.events.shift();
        }
      } else if (twin.events.length > 0) {
        const victim = twin.events[s.cancel % twin.events.length].id;
        queue.cancel(slots.get(victim) as number);
        twin.cancel(victim);
      }
    }
  }));
});

Deno.test("cancelled events never make up more than half of a large queue", () => {
  const queue = new EventQueue();
  const rng = new Rng(1, "x");
  for (let i = 0; i < 200_000; i++) {
    queue.cancel(queue.add(1 + rng.uniformInt(1e9), 7, i));
    assert.ok(queue.size <= 2 * 1025);
  }
  assert.equal(queue.next(Infinity), -1);
  assert.equal(queue.size, 0);
});
