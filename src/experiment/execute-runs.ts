/** The runs of one scenario: those that neither the cache nor another scenario has, done by the pool. */
import { join } from "node:path";
import type { Setting } from "../scenario/mod.ts";
import type { Course } from "./course.ts";
import { checkBelow } from "./files.ts";
import { expand, type PlannedRun, setupOf } from "./expand.ts";
import { hashOf } from "./hash.ts";
import type { RunFailure } from "./outcome.ts";
import type { Pool } from "./pool.ts";
import type { RunDone, RunResult } from "./run.ts";
import { RunCache } from "./run-cache.ts";
import { earlierCosts } from "./runlog.ts";
import type { SharedRuns } from "./shared-runs.ts";

interface KeyedRun {
  readonly planned: PlannedRun;
  readonly key: string;
}

/** The texts in a parameter's value. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) yield* textsIn(part);
  }
}

/** Keys over everything that a run depends on; of the scenario's files those that its parameters name. */
function keyRuns(course: Course, planned: readonly PlannedRun[]): KeyedRun[] {
  const { job: { scenario }, current } = course;
  const hashes = new Map(Object.values(scenario.inputs).map(({ path, sha256 }) => [path, sha256]));
  const platforms = current.made_from.platforms as Record<string, string>;
  const shared = hashOf([current.model_hash, scenario.experiment]);
  const settings = new Map<Setting, string>();
  return planned.map((run) => {
    const { setting } = run;
    let hash = settings.get(setting);
    if (hash === undefined) {
      const { hardware, parameters } = setting;
      const inputs = [...textsIn(parameters)].map((text) => hashes.get(text) ?? null);
      hash = hashOf([shared, platforms[hardware], parameters, inputs]);
      settings.set(setting, hash);
    }
    return { planned: run, key: `${hash.slice(0, 40)}-${run.seed}` };
  });
}

/**
 * Does what the cache does not have. Undefined if a run failed; the others are kept in the cache.
 *
 * @param shared runs of the scenarios before: those are waited for, not done again.
 * @param queued called when all is handed to the pool.
 * @throws {InterruptedError}
 */
export async function executeRuns(
  course: Course,
  pool: Pool,
  shared: SharedRuns,
  queued: () => void,
): Promise<RunDone[] | undefined> {
  const { job: { scenario }, options, outcome, paths } = course;
  const keyed = keyRuns(course, expand(scenario));
  const folder = options.cache === null ? null : join(options.cache, ...scenario.id.split("/"));
  // The cache lies below the output folder, where a link may lead elsewhere.
  if (folder !== null) checkBelow(options.cache as string, folder);
  const cache = folder === null ? undefined : new RunCache(folder, course.warn);
  const done: (RunDone | undefined)[] = keyed.map(({ key }) =>
    options.force === true ? undefined : cache?.get(key)
  );
  const todo = keyed.filter((_, i) => done[i] === undefined);
  const total = keyed.length;
  const cached = total - todo.length;
  let ran = 0;
  let fromOthers = 0;
  let ended = cached;
  outcome.runs = { total, ran, cached, failed: 0 };
  const { onEvent } = options;
  const { id, reason } = outcome;
  onEvent?.({ type: "start", scenario: id, reason, todo: todo.length, cached });
  for (const run of done) run?.warnings.forEach(course.warn);
  const costs = earlierCosts(paths.runlog, total / scenario.seeds.length);
  const failed: { index: number; failure: RunFailure }[] = [];
  const onResult = (index: number, label: string, result: RunResult, own: boolean) => {
    ended++;
    result.warnings.forEach(course.warn);
    const { key } = keyed[index];
    if (own) shared.settle(key, result);
    if (result.ok) {
      if (own) ran++;
      else fromOthers++;
      done[index] = result;
      cache?.put(key, result);
    } else {
      const { message, stack } = result;
      failed.push({
        index,
        failure: { label, message, ...(stack === undefined ? {} : { stack }) },
      });
    }
    outcome.runs = { total, ran, cached: cached + fromOthers, failed: failed.length };
    onEvent?.({
      type: "run",
      scenario: id,
      label,
      ok: result.ok,
      ...(result.ok ? { milliseconds: result.milliseconds } : { message: result.message }),
      done: ended,
      total,
    });
  };
  const own: KeyedRun[] = [];
  const waiting: Promise<void>[] = [];
  for (const run of todo) {
    const { index, label } = run.planned;
    const begun = shared.get(run.key);
    if (begun === undefined) {
      shared.begin(run.key);
      own.push(run);
    } else {
      waiting.push(begun.then((result) => onResult(index, label, result, false)));
    }
  }
  const running = pool.run(
    setupOf(scenario),
    own.map(({ planned: { setting: _, ...request } }) => request),
    ({ index, label }, result) => onResult(index, label, result, true),
    costs === undefined
      ? undefined
      : ({ index }) => costs[Math.floor(index / scenario.seeds.length)],
  );
  queued();
  try {
    await Promise.all([running, ...waiting]);
  } catch (error) {
    for (const { key } of own) shared.giveUp(key, error);
    cache?.flush();
    throw error;
  } finally {
    failed.sort((a, b) => a.index - b.index);
    course.failures.push(...failed.map(({ failure }) => failure));
  }
  if (failed.length > 0) {
    cache?.flush();
    const many = failed.length === 1 ? "a run failed" : `${failed.length} of ${total} runs failed`;
    course.problems.push(`${paths.csv} is not written: ${many}`);
    return undefined;
  }
  const all = done as RunDone[];
  cache?.finish(keyed.map(({ key }, i) => [key, all[i]] as const));
  return all;
}
