/** From the runs of one scenario to its table, claims, pictures and files. */
import process from "node:process";
import { judgeClaim, measureClaim, type Measured } from "../claims/mod.ts";
import {
  addedColumns,
  type Gathering,
  type ResolvedScenario,
  yieldedColumns,
} from "../scenario/mod.ts";
import { roundTable, SqlError, SqlTables, type Table, writeCsv } from "../table/mod.ts";
import type { Course } from "./course.ts";
import { expand } from "./expand.ts";
import { type OutputFile, writeFileAtomic } from "./files.ts";
import { gather, type SettingRows } from "./gather.ts";
import { sha256 } from "./hash.ts";
import { formatManifest, type Manifest, MANIFEST_FORMAT } from "./manifest.ts";
import { manifestClaims, referenceTables } from "./results.ts";
import type { RunDone } from "./run.ts";
import { commitOf, machine, peakMegabytes, type RunLog } from "./runlog.ts";

/** Gathers, measures, draws and writes. All files or none; the manifest last. */
export async function publish(course: Course, runs: readonly RunDone[]): Promise<Table> {
  const { job: { scenario, experiment }, options, outcome, paths, current } = course;
  const gathering: Gathering = {
    varied: addedColumns(experiment, scenario),
    columns: yieldedColumns(experiment, scenario),
    replications: scenario.replications,
    seeds: scenario.seeds.length,
  };
  const gathered = gather(settingRows(scenario, runs), gathering);
  const references = referenceTables(scenario);
  let table = gathered;
  if (scenario.table !== undefined) {
    const tables = new SqlTables({ runs: gathered, ...references });
    try {
      table = tables.query(scenario.table);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      throw new SqlError(`table: ${error.message}; the runs are kept, mend the SQL and run again`);
    } finally {
      tables.close();
    }
  }
  table = roundTable(table);
  const csv = writeCsv(table);
  const measured = measureAll(scenario, { result: table, runs: gathered, ...references });
  outcome.claims = scenario.claims.map((claim, i) => judgeClaim(claim, measured[i]));
  outcome.events = runs.reduce((sum, { events }) => sum + events, 0);
  const pictures = await drawPictures(course, table);
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
    ...(pictures !== undefined && current.figure_hash !== undefined
      ? { figure_hash: current.figure_hash }
      : {}),
    pictures: pictures === undefined ? [] : [...current.pictures],
    claims: manifestClaims(scenario, measured),
  };
  const text = formatManifest(manifest);
  course.write([[paths.csv, csv], ...pictures ?? [], [paths.manifest, text]]);
  if (course.options.write !== false) writeRunLog(course, runs);
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

/** Draws the pictures; undefined if they cannot be drawn: a problem, but the table stands. */
export async function drawPictures(
  course: Course,
  table: Table,
): Promise<OutputFile[] | undefined> {
  const { job: { scenario }, options: { draw }, current, paths } = course;
  if (draw === undefined || current.figure_hash === undefined) return [];
  try {
    const pictures = await draw.draw(scenario, table);
    return draw.extensions.map((extension): OutputFile => {
      const bytes = pictures[extension];
      if (bytes === undefined) throw new Error(`there is no ${extension}`);
      return [paths.picture(extension), bytes];
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    course.problems.push(`the figure cannot be drawn: ${why}`);
    return undefined;
  }
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
  try {
    writeFileAtomic(paths.runlog, `${JSON.stringify(log)}\n`);
  } catch (error) {
    // The result is complete without it.
    course.warn(error instanceof Error ? error.message : String(error));
  }
}
