/**
 * The comparison maps of chapter 6.7.1.2, each by its own synchronization: what its operations touch
 * that others touch too, and the private work between. Tables are first touched by the benchmark's main
 * thread and so live in one domain. From the source of the harness (hashmap_comparisons.rs) and crates.
 */
import { type Steps, Wait, Word, Work } from "../algorithm/step.ts";
import type { CostValues } from "../costs.ts";
import { ParkingRwLock } from "./parking-lock.ts";
import { SpinRwLock } from "./spin-lock.ts";
import type { MapThread, MapUnderTest } from "./replicated-map.ts";

/** Domain where every baseline's memory lives. */
export const HOME = 0;

const get = () => new Work("get", 1, HOME);
const put = () => new Work("put", 1, HOME);

/** parking_lot::RwLock around std's HashMap. */
export class StdMap implements MapUnderTest {
  private readonly lock: ParkingRwLock;
  constructor(costs: CostValues) {
    this.lock = new ParkingRwLock(costs, HOME);
  }
  thread(): MapThread {
    const { lock } = this;
    return {
      *get() {
        yield lock.acquireRead();
        yield get();
        yield lock.releaseRead();
        return 1;
      },
      *put() {
        yield lock.acquireWrite();
        yield put();
        yield lock.releaseWrite();
      },
    };
  }
}

/** DashMap 3: `shards` maps, each behind a spinning lock; a key's shard is uniform. */
export class DashMap implements MapUnderTest {
  private readonly locks: readonly SpinRwLock[];
  constructor(shards: number, costs: CostValues, private readonly draw: (n: number) => number) {
    this.locks = Array.from({ length: shards }, () => new SpinRwLock(costs, HOME));
  }
  thread(): MapThread {
    const pick = () => this.locks[this.draw(this.locks.length)] as SpinRwLock;
    return {
      *get() {
        const lock = pick();
        yield lock.acquireRead();
        yield get();
        yield lock.releaseRead();
        return 1;
      },
      *put() {
        const lock = pick();
        yield lock.acquireWrite();
        yield put();
        yield lock.releaseWrite();
      },
    };
  }
}

/** CHashMap 2.2: every operation reads-locks the whole table, then locks its bucket in place. */
export class CHashMap implements MapUnderTest {
  private readonly table: ParkingRwLock;
  constructor(costs: CostValues) {
    this.table = new ParkingRwLock(costs, HOME);
  }
  thread(): MapThread {
    const { table } = this;
    // The bucket's lock lies in the line that the access fetches anyway: two atomics on an owned line.
    const operation = function* (access: () => Work): Steps<number> {
      yield table.acquireRead();
      yield access();
      yield new Work("cpu", 13, HOME);
      yield table.releaseRead();
      return 1;
    };
    return { get: () => operation(get), put: () => operation(put) };
  }
}

/** Userspace RCU's hash table: wait-free reads; each replacing put waits for a grace period. */
export class UrcuMap implements MapUnderTest {
  private readonly state: Word = new Word(0, HOME);
  private readonly generation: Word = new Word(0, HOME);
  private running = false;
  private waiting = 0;

  constructor(private readonly costs: CostValues, private readonly threads: number) {}

  thread(): MapThread {
    const { costs } = this;
    const synchronize = () => this.synchronize();
    return {
      // rcu_read_lock and unlock are plain stores to the thread's own counter.
      *get(count: number) {
        const work = new Work("get", count, HOME);
        yield work;
        return work.done;
      },
      *put() {
        yield new Work("cpu", costs.allocation, HOME);
        yield put();
        yield synchronize();
        yield new Work("cpu", costs.allocation, HOME);
      },
    };
  }

  /**
   * synchronize_rcu: callers queue; the first becomes the leader, and its grace period serves all who
   * had queued when it began. It interrupts every registered thread twice and visits their counters.
   */
  private *synchronize(): Steps {
    const { state, generation, costs } = this;
    yield state.rmw;
    state.value++;
    this.waiting++;
    const mine = this.running ? generation.value + 2 : generation.value + 1;
    while (generation.value < mine) {
      if (!this.running) {
        this.running = true;
        this.waiting = 0;
        const visit = this.threads * costs.graceVisit;
        yield new Work("pause", Math.round(costs.gracePeriod + visit), HOME);
        yield generation.write;
        generation.value++;
        this.running = false;
        yield state.write;
        continue;
      }
      yield new Wait([generation, state], () => generation.value >= mine || !this.running);
    }
  }
}
