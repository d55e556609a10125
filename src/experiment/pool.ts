/** Runs spread over lanes: dynamic dispatch, batches of tiny runs, one crash costs one run. */
import { type Lane, LaneError, workerLane } from "./lane.ts";
import type { RunRequest, RunResult, RunSetup } from "./run.ts";

/** The user, or the caller, asked to stop. */
export class InterruptedError extends Error {
  override name = "InterruptedError";
  constructor() {
    super("interrupted");
  }
}

/** How a pool works. */
export interface PoolOptions {
  /** Lanes at most, each a worker: this thread stays free for Ctrl-C, even beside one long run. */
  readonly jobs: number;
  /** Module URL of a registry other than the tool's own (tests). */
  readonly registry?: string | null;
  /** Stops everything: pending `run` calls reject with `InterruptedError`. */
  readonly signal?: AbortSignal;
}

/** One run's end, told as it happens, in any order. */
export type OnResult = (request: RunRequest, result: RunResult) => void;

interface Job {
  readonly setup: RunSetup;
  readonly onResult: OnResult;
  /** Not yet dispatched, next one last. */
  readonly queue: RunRequest[];
  /** To be dispatched alone: their batch crashed. */
  readonly alone: RunRequest[];
  left: number;
  /** Mean wall time of a run so far, in ms. */
  mean: number;
  /** Crashed batches since the last one that came back. */
  crashes: number;
  resolve(): void;
  reject(error: Error): void;
}

/** Wall time that one batch should take, in ms: messages cost little beside it. */
const BATCH_MS = 20;
const LARGEST_BATCH = 512;
/** After so many crashes in a row without one finished run, the rest of a job is given up. */
const HOPELESS = 8;

/** Executes runs on `jobs` lanes. `close` it when done: workers keep the process alive. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #jobs: Job[] = [];
  readonly #lanes = new Set<Lane>();
  readonly #idle: Lane[] = [];
  readonly #hungry: (() => void)[] = [];
  #closed = false;
  readonly #abort = () => void this.close();

  constructor(options: PoolOptions) {
    this.#options = options;
    if (!Number.isInteger(options.jobs) || options.jobs < 1) {
      throw new RangeError(`jobs must be a whole number from 1, not ${options.jobs}`);
    }
    options.signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /**
   * Does all `requests`; resolves when each has been told to `onResult`. A run that fails or takes its
   * worker down gives a failed result, and the others go on.
   *
   * @param cost expected cost of a run in any unit, if known: the longest start first.
   * @throws {InterruptedError} when the signal aborts or the pool is closed.
   */
  run(
    setup: RunSetup,
    requests: readonly RunRequest[],
    onResult: OnResult,
    cost?: (request: RunRequest) => number | undefined,
  ): Promise<void> {
    if (this.#closed || this.#options.signal?.aborted) {
      return Promise.reject(new InterruptedError());
    }
    if (requests.length === 0) return Promise.resolve();
    const queue = [...requests];
    if (cost !== undefined) queue.sort((a, b) => (cost(b) ?? 0) - (cost(a) ?? 0));
    return new Promise((resolve, reject) => {
      queue.reverse();
      const left = queue.length;
      this.#jobs.push({
        setup,
        onResult,
        queue,
        alone: [],
        left,
        mean: 0,
        crashes: 0,
        resolve,
        reject,
      });
      this.#dispatch();
    });
  }

  /** Resolves when a lane has nothing queued to do: time to bring the next work. */
  hungry(): Promise<void> {
    if (!this.#jobs.some((job) => job.queue.length + job.alone.length > 0)) {
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#hungry.push(resolve));
  }

  /** Ends all lanes; runs still pending are interrupted. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#options.signal?.removeEventListener("abort", this.#abort);
    for (const job of this.#jobs.splice(0)) job.reject(new InterruptedError());
    for (const resolve of this.#hungry.splice(0)) resolve();
    const lanes = [...this.#lanes];
    this.#lanes.clear();
    await Promise.all(lanes.map((lane) => lane.close()));
  }

  #lane(): Lane | undefined {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const { jobs, registry = null } = this.#options;
    if (this.#lanes.size >= jobs) return undefined;
    const lane = workerLane(registry);
    this.#lanes.add(lane);
    return lane;
  }

  #dispatch(): void {
    while (!this.#closed) {
      const job = this.#jobs.find((j) => j.queue.length + j.alone.length > 0);
      if (job === undefined) {
        for (const resolve of this.#hungry.splice(0)) resolve();
        return;
      }
      const lane = this.#lane();
      if (lane === undefined) return;
      void this.#work(lane, job, this.#take(job));
    }
  }

  #take(job: Job): RunRequest[] {
    const single = job.alone.pop();
    if (single !== undefined) return [single];
    const share = Math.ceil(job.queue.length / (4 * this.#options.jobs));
    const fitting = job.mean === 0 ? 1 : Math.floor(BATCH_MS / job.mean);
    const size = Math.max(1, Math.min(share, fitting, LARGEST_BATCH));
    return job.queue.splice(-size).reverse();
  }

  async #work(lane: Lane, job: Job, batch: readonly RunRequest[]): Promise<void> {
    const start = performance.now();
    let results: readonly RunResult[];
    try {
      results = await lane.run(job.setup, batch);
      job.crashes = 0;
      this.#idle.push(lane);
    } catch (error) {
      if (this.#closed) return;
      this.#lanes.delete(lane);
      void lane.close().catch(() => {});
      const message = error instanceof LaneError ? error.message : `worker failed: ${error}`;
      job.crashes++;
      if (job.crashes >= HOPELESS) {
        const rest = [...job.queue.splice(0), ...job.alone.splice(0)];
        const given = { ok: false, message: `given up: ${message}`, warnings: [] } as const;
        job.left -= rest.length;
        for (const request of rest) job.onResult(request, given);
      }
      if (batch.length > 1 && job.crashes < HOPELESS) {
        // Which run of the batch it was is not known: each goes again, by itself.
        job.alone.push(...batch.toReversed());
        this.#dispatch();
        return;
      }
      results = batch.map(() => ({ ok: false, message, warnings: [] }));
    }
    if (this.#closed) return;
    const each = Math.max((performance.now() - start) / batch.length, 1e-3);
    job.mean = job.mean === 0 ? each : 0.7 * job.mean + 0.3 * each;
    job.left -= batch.length;
    try {
      batch.forEach((request, i) => job.onResult(request, results[i]));
    } catch (error) {
      job.queue.length = 0;
      job.alone.length = 0;
      job.left = 0;
      job.reject(error instanceof Error ? error : new Error(String(error)));
    }
    if (job.left === 0) {
      this.#jobs.splice(this.#jobs.indexOf(job), 1);
      job.resolve();
    }
    this.#dispatch();
  }
}
