/** An earlier result to compare with: whatever it was made from, it is never called out of date. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { type ClaimResult, judgeClaim } from "../claims/mod.ts";
import { liesInside } from "../scenario/files.ts";
import type { ResolvedScenario } from "../scenario/mod.ts";
import { CsvError, readCsv, type Table } from "../table/mod.ts";
import { firstDifference, measureHash, parseManifest } from "./manifest.ts";
import type { RunOptions } from "./outcome.ts";
import { currentOf, measuredOnDisk } from "./results.ts";
import { resultPaths } from "./up-to-date.ts";

/** A result as it was, and how its making differs from now. */
export interface Baseline {
  /** Path of its CSV. */
  readonly csv: string;
  readonly table: Table;
  /** The scenario's claims of today on it; those that only running can measure are left out. */
  readonly claims: readonly ClaimResult[];
  /** Ids of today's claims that were not made of it: by its manifest, under this id with this measure. */
  readonly claimsNew: readonly string[];
  /** Ids of claims that were made of it and are not any more. */
  readonly claimsGone: readonly string[];
  /** Why its numbers may differ: the scenario or the model changed since; absent if neither did. */
  readonly since?: string;
}

/**
 * Reads the result of a scenario in `folder`; undefined if there is none.
 *
 * @throws {CsvError} if its CSV is damaged, or a link out of the folder.
 */
export function readBaseline(
  scenario: ResolvedScenario,
  system: string,
  folder: string,
  options: Pick<RunOptions, "modelVersion" | "tool">,
): Baseline | undefined {
  const { csv, manifest: path } = resultPaths(folder, scenario.id);
  if (!existsSync(csv)) return undefined;
  if (!liesInside(realpathSync(folder), realpathSync(csv))) {
    throw new CsvError(`${csv} is a link out of ${folder}: it is not compared with`);
  }
  const table = readCsv(readFileSync(csv, "utf8"), csv);
  const manifest = existsSync(path) ? parseManifest(readFileSync(path, "utf8")) : undefined;
  const measured = measuredOnDisk(scenario, { claims: manifest?.claims ?? {} }, table);
  const claims = scenario.claims.flatMap((claim, i) => {
    const found = measured[i];
    return found === undefined ? [] : [judgeClaim(claim, found)];
  });
  const then = manifest?.claims;
  const claimsNew = then === undefined ? [] : scenario.claims
    .filter((claim) => then[claim.id]?.measure !== measureHash(claim)).map(({ id }) => id);
  const claimsGone = Object.keys(then ?? {})
    .filter((id) => !scenario.claims.some((claim) => claim.id === id));
  const since = manifest === undefined ? undefined : sinceThen(manifest);
  return { csv, table, claims, claimsNew, claimsGone, ...(since === undefined ? {} : { since }) };

  function sinceThen(then: NonNullable<typeof manifest>): string | undefined {
    const now = currentOf(scenario, system, options);
    if (then.scenario_hash !== now.scenario_hash) {
      const where = firstDifference(then.made_from, now.made_from);
      return `the scenario changed${where === undefined ? "" : `: ${where}`}`;
    }
    return then.model_hash === now.model_hash ? undefined : "the model's source changed";
  }
}
