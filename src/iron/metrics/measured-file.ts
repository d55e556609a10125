/** Measures read back from a CSV, so that a corpus that is not bundled can fill the same figures. */
import type { Row } from "../../model/mod.ts";
import { readGivenCsv } from "../../table/mod.ts";
import { MEASURES } from "./rows.ts";
import { VERSIONS_IN_ORDER } from "./source-pair.ts";

const KEYS = ["number", "design", "version"];

/** The columns of a file of measures, in order. */
export const MEASURED_COLUMNS: readonly string[] = [...KEYS, ...Object.keys(MEASURES)];

/**
 * The rows of a file of measures.
 *
 * @throws {Error} naming file and row: another set of columns, a measure that is no number or
 *   negative, a design without both versions or with one twice.
 */
export function readMeasured(text: string, path: string): Row[] {
  const { columns, rows } = readGivenCsv(text, path);
  const expected = MEASURED_COLUMNS.join(",");
  if (columns.join(",") !== expected) {
    throw new Error(
      `${path}: has columns ${columns.slice(0, 20).join(",")}; expected ${expected}, ` +
        "as wherewhen iron metrics DIR --csv prints",
    );
  }
  if (rows.length === 0) throw new Error(`${path}: holds no measures`);
  const seen = new Map<string, Set<string>>();
  rows.forEach((row, i) => {
    const refuse = (what: string): never => {
      throw new Error(`${path}: row ${i + 1}: ${what}`);
    };
    const design = String(row["design"]);
    const version = String(row["version"]);
    if (!(VERSIONS_IN_ORDER as readonly string[]).includes(version)) {
      refuse(`version is "${version}"; expected before or after`);
    }
    for (const name of Object.keys(MEASURES).concat("number")) {
      const value = row[name];
      if (typeof value !== "number" || value < 0) refuse(`${name} is ${value}; expected a count`);
    }
    const versions = seen.get(design) ?? new Set();
    if (versions.has(version)) refuse(`${design} has two rows for ${version}`);
    seen.set(design, versions.add(version));
    row["design"] = design;
  });
  const half = [...seen].find(([, versions]) => versions.size < VERSIONS_IN_ORDER.length);
  if (half !== undefined) {
    throw new Error(
      `${path}: ${half[0]} has only ${[...half[1]].join()}; expected before and after`,
    );
  }
  return rows as Row[];
}

/** For the scenario loader: refuses what `readMeasured` refuses. */
export function checkMeasured(text: string, path: string): void {
  readMeasured(text, path);
}
