/** NR and LD-NR as maps under test on the timed machine. */
import type { Replicated } from "../algorithm/nr.ts";
import type { Registration, Structure } from "../algorithm/replica.ts";
import type { Piece, Tally } from "../algorithm/step.ts";

/** A map as the benchmark's threads use it. */
export interface MapUnderTest {
  /** What a thread of the benchmark calls; made once per thread. */
  thread(domain: number, core: number): MapThread;
}

/** One thread's view of a map. */
export interface MapThread {
  /**
   * Up to `count` gets in a row; the number done. A map that can tells after each get instead that it is
   * done, goes on as long as `tally` says so, and returns 0.
   */
  get(count: number, tally: Tally): Piece<number>;
  /** One put. */
  put(): Piece<unknown>;
}

/** Stands for a table's contents, which do not matter to time: keys are uniform, every key is present. */
export class UniformTable implements Structure<number, number> {
  apply(): number {
    return 0;
  }
  read(): number {
    return 0;
  }
  clone(): UniformTable {
    return this;
  }
}

/** A replicated map. */
export class ReplicatedMap implements MapUnderTest {
  constructor(readonly structure: Replicated<number, number>) {}

  thread(domain: number, core: number): MapThread {
    const { structure } = this;
    const thread: Registration<number, number> = structure.register(domain, core);
    return {
      get: (_count, tally) => structure.executeMany(thread, tally),
      put: () => structure.executeMut(thread, 1),
    };
  }
}
