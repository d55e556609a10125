import assert from "node:assert/strict";
import fc from "fast-check";
import { ThreadQueue } from "./thread-queue.ts";

Deno.test("threads leave the queue in order of time and number, however they were moved", () => {
  const operations = fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 100 }),
      // Negative: it is taken out, or time comes to the first. Else it is due so much later than the last that was
      // taken: close together, days apart, later than the calendar reaches.
      fc.oneof(
        fc.integer({ min: -12, max: 20 }),
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
    let now = 0;
    for (const [id, after] of list) {
      const time = now + after;
      if (after < -4) {
        now = Math.max(now, order()[0]?.[1] ?? 0);
        twin.delete(order()[0]?.[0] ?? -1);
        queue.take();
      } else if (after < 0) {
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
