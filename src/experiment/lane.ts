/**
 * Where runs are executed: in a worker. This is the one file that makes workers, so that a compiled
 * binary (in which worker.ts is a second entry) has one place to look at.
 */
import { setImmediate } from "node:timers";
import { Worker } from "node:worker_threads";
import { findExperiment } from "./catalogue.ts";
import { SYSTEMS, type Systems } from "./registry.ts";
import { executeRun, type RunRequest, type RunResult, type RunSetup } from "./run.ts";

/** Executes batches of runs, one batch at a time. */
export interface Lane {
  /**
   * Results in the order of the requests.
   *
   * @throws {LaneError} if the lane died; it is of no use afterwards.
   */
  run(setup: RunSetup, requests: readonly RunRequest[]): Promise<RunResult[]>;
  /** Ends it, promptly, whatever it is doing. */
  close(): Promise<void>;
}

/** A worker that ended before it answered. */
export class LaneError extends Error {
  override name = "LaneError";
}

/** To a worker: which registry to use (a module URL with `SYSTEMS`; null: the tool's own). */
export interface WorkerData {
  readonly registry: string | null;
}

/** To a worker: a batch; `setup` comes with the first batch that needs it. */
export interface BatchMessage {
  readonly setupId: number;
  readonly setup?: RunSetup;
  readonly requests: readonly RunRequest[];
}

/** From a worker: one result for each request, in order. */
export interface ResultMessage {
  readonly results: readonly RunResult[];
}

/** Loads the registry that a URL names. */
export async function loadSystems(registry: string | null): Promise<Systems> {
  if (registry === null) return SYSTEMS;
  return (await import(registry) as { SYSTEMS: Systems }).SYSTEMS;
}

/** Does one batch, here. */
export async function executeBatch(
  systems: Systems,
  setup: RunSetup,
  requests: readonly RunRequest[],
): Promise<RunResult[]> {
  let experiment;
  try {
    experiment = await findExperiment(setup.experiment, systems);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return requests.map(() => ({ ok: false, message, warnings: [] }));
  }
  const results: RunResult[] = [];
  for (const request of requests) {
    results.push(executeRun(experiment, setup, request));
    // What a run left for later is thrown now, and not beside another batch's runs.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return results;
}

/**
 * The worker's entry. Bun (tools/compile/bun.ts) puts this file into one bundle at the root and
 * the worker, a second entry, beside it, so that both find their assets there.
 */
function workerUrl(): URL {
  const bundled = /\$bunfs|~BUN/.test(import.meta.url);
  return bundled
    ? new URL("./worker.js", import.meta.url)
    : new URL("./worker.ts", import.meta.url);
}

/** A lane in a worker of its own. */
export function workerLane(registry: string | null): Lane {
  const workerData: WorkerData = { registry };
  // An environment of its own: a run needs none, and copying ours would need permission for all of it.
  const worker = new Worker(workerUrl(), { workerData, env: {} });
  const known = new Map<RunSetup, number>();
  let waiting: { resolve(r: RunResult[]): void; reject(e: Error): void } | undefined;
  let dead: LaneError | undefined;
  const die = (why: string) => {
    dead ??= new LaneError(why);
    waiting?.reject(dead);
    waiting = undefined;
  };
  worker.on("message", ({ results }: ResultMessage) => {
    const answered = waiting;
    waiting = undefined;
    answered?.resolve(results as RunResult[]);
  });
  worker.on(
    "error",
    (error: unknown) =>
      die(`the worker crashed: ${error instanceof Error ? error.message : String(error)}`),
  );
  worker.on("exit", (code: number) => die(`the worker ended with exit code ${code}`));
  return {
    run(setup, requests) {
      if (dead !== undefined) return Promise.reject(dead);
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        const setupId = known.get(setup);
        const message: BatchMessage = setupId === undefined
          ? { setupId: known.size, setup, requests }
          : { setupId, requests };
        if (setupId === undefined) known.set(setup, known.size);
        worker.postMessage(message);
      });
    },
    async close() {
      die("the worker was closed");
      await worker.terminate();
    },
  };
}
