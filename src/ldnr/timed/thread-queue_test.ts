import assert from "node:assert/strict";
import fc from "fast-check";
import { ThreadQueue } from "./thread-queue.ts";

Deno.test("threads leave the queue in order of time and number, however they were moved", () => {
  const operations = fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 100 }),
      // Negative: it is taken out. Close together, days apart, later than the calendar reaches.
      fc.oneof(
        fc.integer({ min: -8, max: 20 }),
        fc.integer({ min: 0, max: 10_000 }),
        fc.double({ min: 0, max: 1e10, noNaN: true }),
      ),
    ),
    { maxLength: 200 },
  );
  fc.assert(fc.property(operations, (list) => {
    const queue = new ThreadQueue();
    const twin = new Map<number, number>();
    const order = () => [...twin].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
    for (const [id, time] of list) {
      if (time < 0) {
        queue.remove(id);
        twin.delete(id);
      } else {
        queue.reserve(id);
        queue.times[id] = time;
        queue.put(id);
        twin.set(id, time);
      }
      assert.equal(queue.first, order()[0]?.[0] ?? -1);
    }
    for (const [id] of order()) {
      assert.equal(queue.first, id);
      queue.take();
    }
    assert.equal(queue.first, -1);
  }));
});
