import assert from "node:assert/strict";
import fc from "fast-check";
import { InterleavingMachine, randomScheduler } from "../algorithm/interleave.ts";
import { type Steps, Work } from "../algorithm/step.ts";
import { costValues } from "../costs.ts";
import { ParkingRwLock } from "./parking-lock.ts";
import { SpinRwLock } from "./spin-lock.ts";

interface RwLock {
  acquireRead(): Steps;
  releaseRead(): Steps;
  acquireWrite(): Steps;
  releaseWrite(): Steps;
}

/** Threads that read and write in turn under a lock; fails when a writer is not alone. */
function contend(lock: RwLock, seed: number, threads: number, rounds: number) {
  const machine = new InterleavingMachine(randomScheduler(seed, 0.3));
  let [readers, writers, done] = [0, 0, 0];
  const alone = () => assert.ok(writers === 0 || (writers === 1 && readers === 0));
  for (let t = 0; t < threads; t++) {
    const body = function* (): Steps {
      for (let i = 0; i < rounds; i++) {
        if ((i + t) % 3 === 0) {
          yield lock.acquireWrite();
          writers++;
          alone();
          yield new Work("cpu", 1, 0);
          alone();
          writers--;
          yield lock.releaseWrite();
        } else {
          yield lock.acquireRead();
          readers++;
          alone();
          yield new Work("cpu", 1, 0);
          alone();
          readers--;
          yield lock.releaseRead();
        }
        done++;
      }
    };
    machine.spawn(`thread ${t}`, body());
  }
  const outcome = machine.run();
  return { ended: outcome.ended, done };
}

Deno.test("under any interleaving a writer is alone and nobody sleeps for ever, spinning or parked at once", () => {
  const locks: ((seed: number) => RwLock)[] = [
    () => new ParkingRwLock(costValues({ parkAfter: 0 }), 0),
    () => new ParkingRwLock(costValues(), 0),
    () => new SpinRwLock(costValues(), 0),
  ];
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 2, max: 6 }), (seed, threads) => {
      for (const lock of locks) {
        assert.deepEqual(contend(lock(seed), seed, threads, 8), {
          ended: "finished",
          done: threads * 8,
        });
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("a lock that lets a writer in beside readers is found out", () => {
  class Broken extends ParkingRwLock {
    override *acquireWrite(): Steps {
      yield new Work("cpu", 1, 0);
    }
    override *releaseWrite(): Steps {
      yield new Work("cpu", 1, 0);
    }
  }
  assert.throws(() => contend(new Broken(costValues(), 0), 1, 6, 8));
});
