/** One scenario, from its resolved form to its files. */
import { judgeClaim, measureClaim, type Measured } from "../claims/mod.ts";
import type { Experiment } from "../model/mod.ts";
import {
  type Gathering,
  type ResolvedScenario,
  type Setting,
  variedColumns,
  yieldedColumns,
} from "../scenario/mod.ts";
import { readCsv, roundTable, SqlTables, type Table, writeCsv } from "../table/mod.ts";
import { join } from "node:path";
import process from "node:process";
import { expand, type PlannedRun, setupOf } from "./expand.ts";
import { checkWritable, writeFileAtomic } from "./files.ts";
import { gather, type SettingRows } from "./gather.ts";
import { hashOf, sha256 } from "./hash.ts";
import { formatManifest, type Manifest, MANIFEST_FORMAT } from "./manifest.ts";
import type { RunFailure, RunOptions, ScenarioOutcome } from "./outcome.ts";
import { InterruptedError, type Pool } from "./pool.ts";
import { currentOf, manifestClaims, measuredOnDisk, referenceTables } from "./results.ts";
import type { RunDone } from "./run.ts";
import { RunCache } from "./run-cache.ts";
import { commitOf, earlierCosts, machine, peakMegabytes, type RunLog } from "./runlog.ts";
import {
  type Current,
  decide,
  type Decision,
  type ResultPaths,
  resultPaths,
} from "./up-to-date.ts";

/** A scenario with its experiment, ready to run. */
export interface Job {
  readonly scenario: ResolvedScenario;
  readonly experiment: Experiment;
  /** The registry's name of the experiment's system. */
  readonly system: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What happens to one scenario, collected on the way. */
class Course {
  readonly outcome: Mutable<ScenarioOutcome>;
  readonly files: string[] = [];
  readonly failures: RunFailure[] = [];
  readonly problems: string[] = [];
  readonly warnings: string[] = [];
  readonly started = performance.now();
  readonly startedAt = new Date().toISOString();
  readonly paths: ResultPaths;
  readonly current: Current;

  constructor(readonly job: Job, readonly options: RunOptions) {
    const { scenario, system } = job;
    this.paths = resultPaths(options.out, scenario.id);
    this.current = currentOf(scenario, system, options);
    this.outcome = {
      id: scenario.id,
      title: scenario.title,
      status: "failed",
      reason: "",
      claims: [],
      files: this.files,
      runs: { total: 0, ran: 0, cached: 0, failed: 0 },
      failures: this.failures,
      problems: this.problems,
      warnings: this.warnings,
      events: 0,
      milliseconds: 0,
    };
  }

  readonly warn = (message: string) => {
    if (this.warnings.includes(message)) return;
    this.warnings.push(message);
    this.options.onEvent?.({ type: "warning", scenario: this.outcome.id, message });
  };

  write(path: string, data: string | Uint8Array): void {
    writeFileAtomic(path, data);
    this.files.push(path);
  }

  end(status: ScenarioOutcome["status"]): ScenarioOutcome {
    this.outcome.status = status;
    this.outcome.milliseconds = performance.now() - this.started;
    this.options.onEvent?.({ type: "end", outcome: this.outcome });
    return this.outcome;
  }
}

/**
 * Runs one scenario if its result is not up to date. Never throws for what a scenario, a model or a
 * disk can do: that is in the outcome.
 *
 * @param queued called once all its runs are handed to the pool (or none are to be run).
 */
export async function runScenario(
  job: Job,
  pool: Pool,
  options: RunOptions,
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
    checkWritable(course.paths.folder);
    const runs = await execute(course, pool, queued);
    if (runs === undefined) return course.end("failed");
    const table = await finish(course, runs);
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
  const drawn = decision.todo === "draw" ? await drawInto(course, table) : true;
  const { figure_hash: _, ...rest } = manifest;
  const now: Manifest = {
    ...rest,
    title: scenario.title,
    ...(drawn && current.figure_hash !== undefined ? { figure_hash: current.figure_hash } : {}),
    pictures: drawn ? [...current.pictures] : manifest.pictures,
    claims: manifestClaims(scenario, measured),
  };
  const text = formatManifest(now);
  if (text !== formatManifest(manifest)) course.write(paths.manifest, text);
  if (course.problems.length > 0) return course.end("failed");
  return course.end(decision.todo === "draw" ? "redrawn" : "up-to-date");
}

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

/** Does what the cache does not have. Undefined if a run failed; the others are kept in the cache. */
async function execute(
  course: Course,
  pool: Pool,
  queued: () => void,
): Promise<RunDone[] | undefined> {
  const { job: { scenario }, options, outcome, paths } = course;
  const keyed = keyRuns(course, expand(scenario));
  const folder = options.cache === null ? null : join(options.cache, ...scenario.id.split("/"));
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

/** Gathers, measures, draws and writes. The manifest comes last: it vouches for the rest. */
async function finish(course: Course, runs: readonly RunDone[]): Promise<Table> {
  const { job: { scenario, experiment }, options, outcome, paths, current } = course;
  const gathering: Gathering = {
    varied: variedColumns(scenario).map(({ column }) => column),
    columns: yieldedColumns(experiment, scenario),
    replications: scenario.replications,
    seeds: scenario.seeds.length,
  };
  const gathered = gather(settingRows(scenario, runs), gathering);
  const references = referenceTables(scenario);
  let table = gathered;
  if (scenario.table !== undefined) {
    const tables = new SqlTables({ runs: gathered, ...references });
    table = tables.query(scenario.table);
    tables.close();
  }
  table = roundTable(table);
  const csv = writeCsv(table);
  const measured = measureAll(scenario, { result: table, runs: gathered, ...references });
  outcome.claims = scenario.claims.map((claim, i) => judgeClaim(claim, measured[i]));
  outcome.events = runs.reduce((sum, { events }) => sum + events, 0);
  course.write(paths.csv, csv);
  const drawn = await drawInto(course, table);
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    scenario: scenario.id,
    title: scenario.title,
    tool: options.tool,
    made_from: current.made_from,
    scenario_hash: current.scenario_hash,
    model_hash: current.model_hash,
    runs: runs.length,
    events: outcome.events,
    event_hash: sha256(runs.map(({ hash }) => hash).join(" ")).slice(0, 16),
    csv: { sha256: sha256(csv), rows: table.rows.length, columns: [...table.columns] },
    ...(drawn && current.figure_hash !== undefined ? { figure_hash: current.figure_hash } : {}),
    pictures: drawn ? [...current.pictures] : [],
    claims: manifestClaims(scenario, measured),
  };
  course.write(paths.manifest, formatManifest(manifest));
  writeRunLog(course, runs);
  return table;
}

function* settingRows(
  scenario: ResolvedScenario,
  runs: readonly RunDone[],
): Generator<SettingRows> {
  const { seeds } = scenario;
  const planned = expand(scenario);
  for (let first = 0; first < planned.length; first += seeds.length) {
    const rows = runs.slice(first, first + seeds.length).map((run) => run.rows);
    yield { cells: planned[first].setting.cells, seeds, runs: rows };
  }
}

function measureAll(scenario: ResolvedScenario, tables: Record<string, Table>): Measured[] {
  if (scenario.claims.length === 0) return [];
  const loaded = new SqlTables(tables);
  try {
    return scenario.claims.map((claim) => measureClaim(claim, loaded));
  } finally {
    loaded.close();
  }
}

/** Draws and writes the pictures; a picture that cannot be drawn is a problem, the table stands. */
async function drawInto(course: Course, table: Table): Promise<boolean> {
  const { job: { scenario }, options: { draw }, current, paths } = course;
  if (draw === undefined || current.figure_hash === undefined) return true;
  let pictures: Readonly<Record<string, Uint8Array>>;
  try {
    pictures = await draw.draw(scenario, table);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    course.problems.push(`the figure cannot be drawn: ${why}`);
    return false;
  }
  for (const extension of draw.extensions) {
    const bytes = pictures[extension];
    if (bytes === undefined) throw new Error(`draw gave no ${extension} of ${scenario.id}`);
    course.write(paths.picture(extension), bytes);
  }
  return true;
}

function writeRunLog(course: Course, runs: readonly RunDone[]): void {
  const { job: { scenario }, outcome, options, paths } = course;
  const { length } = scenario.seeds;
  const setting_ms = Array.from({ length: runs.length / length }, (_, s) => {
    const of = runs.slice(s * length, (s + 1) * length);
    return Number((of.reduce((sum, r) => sum + r.milliseconds, 0) / length).toPrecision(3));
  });
  const commit = commitOf(process.cwd());
  const log: RunLog = {
    started: course.startedAt,
    ...(commit === undefined ? {} : { commit }),
    wall_ms: Math.round(performance.now() - course.started),
    peak_rss_mb: peakMegabytes(),
    jobs: options.jobs,
    runs: { ran: outcome.runs.ran, cached: outcome.runs.cached },
    machine: machine(),
    setting_ms,
  };
  writeFileAtomic(paths.runlog, `${JSON.stringify(log)}\n`);
}
