/** A scenario's result as it lies on disk, without running anything. */
import { type ClaimResult, judgeClaim, measureClaim, type Measured } from "../claims/mod.ts";
import type { ResolvedScenario } from "../scenario/mod.ts";
import { readCsv, SqlTables, type Table } from "../table/mod.ts";
import { hashOf } from "./hash.ts";
import { madeFrom, type Manifest, type ManifestClaim, measureHash } from "./manifest.ts";
import type { RunOptions } from "./outcome.ts";
import { systemSourceHash } from "./source-hash.ts";
import {
  type Current,
  decide,
  type Decision,
  type ResultPaths,
  resultPaths,
} from "./up-to-date.ts";

/** A measure's result with more cells than this is not kept in the manifest. */
const MOST_CELLS = 2000;

/** The tables that references give. @throws {CsvError} */
export function referenceTables(scenario: ResolvedScenario): Record<string, Table> {
  return Object.fromEntries(
    Object.entries(scenario.references).map((
      [name, { path, text }],
    ) => [name, readCsv(text, path)]),
  );
}

/** The version of the model behind a scenario. */
export function modelVersion(system: string, options: Pick<RunOptions, "modelVersion" | "tool">) {
  const given = options.modelVersion?.(system);
  return given ?? systemSourceHash(system) ?? `built as ${options.tool}`;
}

/** What a scenario would be made from now. */
export function currentOf(
  scenario: ResolvedScenario,
  system: string,
  options: Pick<RunOptions, "draw" | "modelVersion" | "tool">,
): Current {
  const made_from = madeFrom(scenario);
  const { draw } = options;
  const drawn = draw !== undefined && scenario.figure !== undefined;
  return {
    made_from,
    scenario_hash: hashOf(made_from),
    model_hash: modelVersion(system, options),
    figure_hash: drawn ? hashOf([scenario.figure, scenario.title, draw.version]) : undefined,
    pictures: drawn ? draw.extensions : [],
  };
}

/** What measures gave, in the manifest's form. */
export function manifestClaims(
  scenario: ResolvedScenario,
  measured: readonly Measured[],
): Record<string, ManifestClaim> {
  const entries = scenario.claims.map((claim, i): [string, ManifestClaim] => {
    const found = measured[i];
    const measure = measureHash(claim);
    if (!found.ok) return [claim.id, { measure, failed: found.reason }];
    const { rows, columns } = found.table;
    if (rows.length * columns.length > MOST_CELLS) return [claim.id, { measure }];
    return [claim.id, { measure, table: found.table }];
  });
  return Object.fromEntries(entries);
}

function fromManifest(kept: ManifestClaim | undefined, hash: string): Measured | undefined {
  if (kept === undefined || kept.measure !== hash) return undefined;
  if (kept.failed !== undefined) return { ok: false, reason: kept.failed };
  return kept.table === undefined ? undefined : { ok: true, table: kept.table };
}

/**
 * What the claims' measures gave: as the manifest has it, or measured again over the CSV. Undefined
 * for a claim that needs the table `runs`, which only running gives.
 */
export function measuredOnDisk(
  scenario: ResolvedScenario,
  manifest: Pick<Manifest, "claims">,
  table: Table,
): (Measured | undefined)[] {
  let tables: SqlTables | undefined;
  try {
    return scenario.claims.map((claim) => {
      const kept = fromManifest(manifest.claims[claim.id], measureHash(claim));
      if (kept !== undefined) return kept;
      tables ??= new SqlTables({ result: table, ...referenceTables(scenario) });
      const measured = measureClaim(claim, tables);
      return !measured.ok && /unknown table runs\b/.test(measured.reason) ? undefined : measured;
    });
  } finally {
    tables?.close();
  }
}

/** A result on disk. */
export interface ResultOnDisk {
  readonly paths: ResultPaths;
  /** Whether it is up to date, and if not, why. */
  readonly decision: Decision;
  /** The CSV and the claims on it; absent if it is not what running would give. */
  readonly table?: Table;
  readonly claims?: readonly ClaimResult[];
}

/**
 * Reads a scenario's result and judges its claims, without running anything: what `compare` and
 * `plot` need.
 *
 * @param system the registry's name of the experiment's system
 */
export function readResult(
  scenario: ResolvedScenario,
  system: string,
  options: Pick<RunOptions, "out" | "draw" | "modelVersion" | "tool">,
): ResultOnDisk {
  const paths = resultPaths(options.out, scenario.id);
  const decision = decide(paths, currentOf(scenario, system, options));
  if (decision.todo === "run") return { paths, decision };
  const table = readCsv(decision.csv, paths.csv);
  const measured = measuredOnDisk(scenario, decision.manifest, table);
  const reason = "it is new or changed and needs the single runs: run the scenario";
  const claims = scenario.claims.map((claim, i) =>
    judgeClaim(claim, measured[i] ?? { ok: false, reason })
  );
  return { paths, decision, table, claims };
}
