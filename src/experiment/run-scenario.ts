/** One scenario, from its resolved form to its files. */
import { judgeClaim, type Measured } from "../claims/mod.ts";
import { readCsv } from "../table/mod.ts";
import { Course, type Job } from "./course.ts";
import { executeRuns } from "./execute-runs.ts";
import { checkBelow, checkWritable, type OutputFile } from "./files.ts";
import { formatManifest, type Manifest } from "./manifest.ts";
import type { RunOptions, ScenarioOutcome } from "./outcome.ts";
import { InterruptedError, type Pool } from "./pool.ts";
import { drawPictures, publish } from "./publish.ts";
import { manifestClaims, measuredOnDisk } from "./results.ts";
import { SharedRuns } from "./shared-runs.ts";
import { decide, type Decision } from "./up-to-date.ts";

/**
 * Runs one scenario if its result is not up to date. Never throws for what a scenario, a model or a
 * disk can do: that is in the outcome.
 *
 * @param shared runs of the scenarios that were begun before on this pool.
 * @param queued called once all its runs are handed to the pool (or none are to be run).
 */
export async function runScenario(
  job: Job,
  pool: Pool,
  options: RunOptions,
  shared = new SharedRuns(),
  queued: () => void = () => {},
): Promise<ScenarioOutcome> {
  const course = new Course(job, options);
  try {
    if (options.signal?.aborted) throw new InterruptedError();
    const decision = decideFor(course);
    course.outcome.reason = decision.reason;
    if (decision.todo !== "run") {
      queued();
      return await keep(course, decision);
    }
    if (options.write !== false) {
      checkBelow(options.out, course.paths.folder);
      checkWritable(course.paths.folder);
    }
    const runs = await executeRuns(course, pool, shared, queued);
    if (runs === undefined) return course.end("failed");
    const table = await publish(course, runs);
    course.outcome.table = table;
    return course.end(course.problems.length > 0 ? "failed" : "ran");
  } catch (error) {
    if (error instanceof InterruptedError) {
      course.outcome.reason ||= "not started";
      return course.end("interrupted");
    }
    course.problems.push(error instanceof Error ? error.message : String(error));
    return course.end("failed");
  } finally {
    queued();
  }
}

function decideFor(course: Course): Decision {
  const { job: { scenario }, options, paths, current } = course;
  if (options.write === false) return { todo: "run", reason: "to print its table" };
  if (options.force === true) return { todo: "run", reason: "asked to run again" };
  const decision = decide(paths, current);
  if (decision.todo === "run") return decision;
  const table = readCsv(decision.csv, paths.csv);
  const without = measuredOnDisk(scenario, decision.manifest, table).indexOf(undefined);
  if (without < 0) return decision;
  return { todo: "run", reason: `claim ${scenario.claims[without].id} is new and needs the runs` };
}

/** The table on disk stands: judges claims, draws pictures if need be. */
async function keep(
  course: Course,
  decision: Exclude<Decision, { todo: "run" }>,
): Promise<ScenarioOutcome> {
  const { job: { scenario }, paths, outcome, current } = course;
  const { manifest } = decision;
  const table = readCsv(decision.csv, paths.csv);
  outcome.table = table;
  outcome.events = manifest.events;
  const measured = measuredOnDisk(scenario, manifest, table) as Measured[];
  outcome.claims = scenario.claims.map((claim, i) => judgeClaim(claim, measured[i]));
  checkBelow(course.options.out, paths.folder);
  if (decision.todo === "draw") {
    checkWritable(paths.folder);
    course.options.onEvent?.({
      type: "start",
      scenario: scenario.id,
      reason: decision.reason,
      todo: 0,
      cached: 0,
    });
  }
  const pictures = decision.todo === "draw" ? await drawPictures(course, table) : [];
  // In the order of a manifest that is written at once: the same content, the same bytes.
  const { figure_hash: _, pictures: before, claims: __, ...rest } = manifest;
  const now: Manifest = {
    ...rest,
    title: scenario.title,
    ...(pictures !== undefined && current.figure_hash !== undefined
      ? { figure_hash: current.figure_hash }
      : {}),
    pictures: pictures === undefined ? before : [...current.pictures],
    claims: manifestClaims(scenario, measured),
  };
  const text = formatManifest(now);
  const files: OutputFile[] = [...pictures ?? []];
  if (text !== formatManifest(manifest)) files.push([paths.manifest, text]);
  course.write(files);
  if (course.problems.length > 0) return course.end("failed");
  return course.end(decision.todo === "draw" ? "redrawn" : "up-to-date");
}
