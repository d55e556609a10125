/** The runs of one scenario: those that the cache does not have, done by the pool. */
import { join } from "node:path";
import type { Setting } from "../scenario/mod.ts";
import type { Course } from "./course.ts";
import { checkBelow } from "./files.ts";
import { expand, type PlannedRun, setupOf } from "./expand.ts";
import { hashOf } from "./hash.ts";
import type { RunFailure } from "./outcome.ts";
import type { Pool } from "./pool.ts";
import type { RunDone } from "./run.ts";
import { RunCache } from "./run-cache.ts";
import { earlierCosts } from "./runlog.ts";

interface KeyedRun {
  readonly planned: PlannedRun;
  readonly key: string;
}

/** Keys over everything that a run depends on. */
function keyRuns(course: Course, planned: readonly PlannedRun[]): KeyedRun[] {
  const { job: { scenario }, current } = course;
  const inputs = Object.values(scenario.inputs).map(({ path, sha256 }) => [path, sha256]);
  const platforms = current.made_from.platforms as Record<string, string>;
  const shared = hashOf([current.model_hash, scenario.experiment, inputs.sort()]);
  const settings = new Map<Setting, string>();
  return planned.map((run) => {
    const { setting } = run;
    let hash = settings.get(setting);
    if (hash === undefined) {
      hash = hashOf([shared, platforms[setting.hardware], setting.parameters]);
      settings.set(setting, hash);
    }
    return { planned: run, key: `${hash.slice(0, 40)}-${run.seed}` };
  });
}

/**
 * Does what the cache does not have. Undefined if a run failed; the others are kept in the cache.
 *
 * @param queued called when all is handed to the pool.
 * @throws {InterruptedError}
 */
export async function executeRuns(
  course: Course,
  pool: Pool,
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
  let ended = cached;
  outcome.runs = { total, ran, cached, failed: 0 };
  const { onEvent } = options;
  const { id, reason } = outcome;
  onEvent?.({ type: "start", scenario: id, reason, todo: todo.length, cached });
  for (const run of done) run?.warnings.forEach(course.warn);
  const costs = earlierCosts(paths.runlog, total / scenario.seeds.length);
  const failed: { index: number; failure: RunFailure }[] = [];
  const running = pool.run(
    setupOf(scenario),
    todo.map(({ planned: { setting: _, ...request } }) => request),
    ({ index, label }, result) => {
      ended++;
      result.warnings.forEach(course.warn);
      if (result.ok) {
        ran++;
        done[index] = result;
        cache?.put(keyed[index].key, result);
      } else {
        const { message, stack } = result;
        failed.push({
          index,
          failure: { label, message, ...(stack === undefined ? {} : { stack }) },
        });
      }
      outcome.runs = { total, ran, cached, failed: failed.length };
      onEvent?.({
        type: "run",
        scenario: id,
        label,
        ok: result.ok,
        ...(result.ok ? { milliseconds: result.milliseconds } : { message: result.message }),
        done: ended,
        total,
      });
    },
    costs === undefined
      ? undefined
      : ({ index }) => costs[Math.floor(index / scenario.seeds.length)],
  );
  queued();
  try {
    await running;
  } catch (error) {
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
