/**
 * GridSearch (section 5.6.5): Lithops starts workers as functions; each pulls tasks from Redis, fetches
 * the reviews, fits and scores a classifier, and pushes the result, until no task is left.
 */
import { all, type Process, type Simulation } from "../../kernel/mod.ts";
import {
  type ActionSpec,
  type Activation,
  lognormal,
  type Network,
  scopedClient,
  type ServerlessPlatform,
} from "../../serverless/mod.ts";
import { podOf } from "./image-process.ts";
import type { Resolved } from "./parameters.ts";
import { Redis } from "./redis.ts";

/** One candidate on one fold. */
export interface Task {
  readonly id: number;
  /** CPU time over the grid's mean. */
  readonly weight: number;
  readonly bigrams: boolean;
}

/**
 * CPU seconds of a task by n-grams and penalty, 10 MiB of text: data/escra/measured_grid_task.csv. The
 * other three dimensions (alpha, norm, max_iter, which is seldom reached) change little.
 */
export const CPU_SECONDS = {
  unigrams: { l2: 0.61, l1: 0.77, elasticnet: 0.79 },
  bigrams: { l2: 1.22, l1: 1.48, elasticnet: 1.49 },
} as const;
const NGRAMS = ["unigrams", "bigrams"] as const;
const PENALTIES = ["l2", "l1", "elasticnet"] as const;
/** Their mean. */
const MEAN = 6.36 / 6;
/** alpha x max_iter before them, norm after them, in the order of scikit-learn's ParameterGrid. */
const NORMS = 2, FOLDS = 5;

/** The tasks in the order in which GridSearchCV makes them, from the first candidate again if need be. */
export function gridTasks(count: number): Task[] {
  return Array.from({ length: count }, (_, id) => {
    const candidate = Math.floor(id / FOLDS);
    const ngrams = NGRAMS[Math.floor(candidate / NORMS) % 2] as typeof NGRAMS[number];
    const penalty = PENALTIES[Math.floor(candidate / (NORMS * 2)) % 3] as typeof PENALTIES[number];
    return { id, weight: CPU_SECONDS[ngrams][penalty] / MEAN, bigrams: ngrams === "bigrams" };
  });
}

/** Lithops' limit for a function, ns: above OpenWhisk's minute, as its configuration sets it. */
const TIMEOUT = 3600e9;

/** The worker function. */
export function gridWorker(
  sim: Simulation,
  network: Network,
  store: string,
  redis: Redis<Task, Task>,
  p: Resolved,
): ActionSpec {
  const waits = sim.rng("waits");
  return {
    name: "GridSearch",
    kind: "python",
    memory: p.action_memory,
    timeout: TIMEOUT,
    *init(container): Process {
      const pod = podOf(container);
      yield* pod.charge(p.grid_memory);
      yield* pod.compute(p.grid_start_cpu);
    },
    *run({ container }): Process<number> {
      const pod = podOf(container);
      const client = scopedClient(container, network, pod.host.name, store);
      let done = 0;
      for (;;) {
        const task = yield* redis.pop(client);
        if (task === undefined) return done;
        if (!container.runtime.has("has run")) {
          container.runtime.set("has run", true);
          yield* pod.charge(p.grid_heap);
        }
        const wait = (1 - p.cpu_share) * p.task_time;
        if (wait >= 1) yield Math.round(lognormal(waits, wait, p.wait_variation));
        yield* redis.get(client, p.data_size);
        const peak = task.bigrams ? p.grid_peak : 0;
        if (peak > 0) yield* pod.charge(peak);
        yield* pod.compute(p.cpu_share * p.task_time * task.weight);
        pod.free(peak);
        yield* redis.push(client, p.result_size, task);
        done++;
      }
    },
  };
}

/** Starts the workers and waits for the last result; `onEnd` has each worker's activation. */
export function* searchGrid(
  sim: Simulation,
  platform: ServerlessPlatform,
  network: Network,
  store: string,
  p: Resolved,
  onEnd: (activation: Activation) => void,
): Process<Redis<Task, Task>> {
  const redis = new Redis<Task, Task>(sim, gridTasks(p.tasks), {
    work: p.redis_work,
    rate: p.redis_rate,
  });
  const action = platform.register(gridWorker(sim, network, store, redis, p));
  const worker = function* (): Process {
    onEnd(yield* platform.invoke(action));
  };
  const workers = Array.from(
    { length: p.functions },
    (_, i) => sim.spawn(`worker ${i}`, worker()),
  );
  yield* all(...workers);
  return redis;
}
