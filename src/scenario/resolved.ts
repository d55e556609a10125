/**
 * A resolved scenario: everything a run, a hash or a manifest needs, as plain data (it survives
 * `structuredClone` and JSON), in canonical units, without a trace of where in the file it stood.
 */
import type { ClaimSpec } from "../claims/mod.ts";
import type { FigureSpec } from "../figures/spec.ts";
import type { PlatformYaml } from "../hardware/mod.ts";
import type { Cell, Row } from "../table/mod.ts";
import type { Replications } from "../model/mod.ts";

/** Parameters in canonical units, as the experiment's schema gives them. */
export type Parameters = Readonly<Record<string, unknown>>;

/** A CSV column that a varied parameter gives. */
export interface VariedColumn {
  /** The parameter's name, or `hardware`. */
  readonly key: string;
  /** The column's name, with the unit of a quantity: `file_size` → `file_size_bytes`. */
  readonly column: string;
  /** Canonical units in one column unit: 1e6 for `rtt_ms`; absent for a column without unit. */
  readonly factor?: number;
}

/** One point of an axis: what it sets, and what it shows in the CSV. */
export interface AxisPoint {
  /** The parameters this point sets, canonical. Empty for a point of the hardware axis. */
  readonly parameters: Parameters;
  /** The platform, on the hardware axis or in a case that names one. */
  readonly hardware?: string;
  /** The point's cells, one for each of its axis's columns. */
  readonly cells: Row;
}

/** One dimension of the cross product: a swept key, or the list of cases (several keys at once). */
export interface Axis {
  readonly from: "sweep" | "cases";
  readonly columns: readonly VariedColumn[];
  readonly points: readonly AxisPoint[];
}

/** A text that runs may read (a trace), or that tables and claims may query (a reference). */
export interface InputText {
  /** The path as the scenario wrote it. */
  readonly path: string;
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
  readonly text: string;
}

/** A platform, checked by the hardware room's schema. */
export interface ResolvedPlatform {
  readonly id: string;
  /** SHA-256 of the platform file's text, in hex. */
  readonly sha256: string;
  /** What `platformSchema` of src/hardware gives; input of its `buildPlatform`. */
  readonly spec: PlatformYaml;
}

/** A scenario, checked and ready to run. */
export interface ResolvedScenario {
  /** `<system>/<name>`: also names the output files. */
  readonly id: string;
  /** The figure's title. */
  readonly title: string;
  /** Where the reader finds the figure: `Dissertation section 4.4, Figure 4.6`. */
  readonly source?: string;
  /** Id of the experiment. */
  readonly experiment: string;
  /** Id of the platform where no axis chooses one. */
  readonly hardware: string;
  /** Replication numbers, rising, without repeats. */
  readonly seeds: readonly number[];
  /** How the seeds of a setting become rows. */
  readonly replications: Replications;
  /** Parameters before any axis, with defaults. Keys that every point sets may be missing. */
  readonly parameters: Parameters;
  /** Cases first (if any), then the swept keys as written. The last one varies fastest. */
  readonly axes: readonly Axis[];
  /** Every platform that a run may ask for, by id. */
  readonly platforms: Readonly<Record<string, ResolvedPlatform>>;
  /** Every input file that a run may ask for, by path as written. */
  readonly inputs: Readonly<Record<string, InputText>>;
  /** CSV texts that `table` and claims (never models) may query, by table name. */
  readonly references: Readonly<Record<string, InputText>>;
  /** SELECT over `runs` and the references that gives the CSV; absent: the CSV is `runs`. */
  readonly table?: string;
  /** The figure's description, checked by the figures room's schema; absent: a CSV only. */
  readonly figure?: FigureSpec;
  /** What was published, in the order of the file. */
  readonly claims: readonly ClaimSpec[];
}

/** One combination of axis points: with each seed, one run. */
export interface Setting {
  /** 0-based place in the cross product: the order of the CSV. */
  readonly index: number;
  readonly hardware: string;
  readonly parameters: Parameters;
  /** The varied columns' cells, in CSV order. */
  readonly cells: Row;
}

/** Number of settings: the product of the axes' lengths (1 without axes). */
function settingCount(scenario: Pick<ResolvedScenario, "axes">): number {
  return scenario.axes.reduce((product, axis) => product * axis.points.length, 1);
}

/** Number of runs: settings x seeds. */
export function runCount(scenario: Pick<ResolvedScenario, "axes" | "seeds">): number {
  return settingCount(scenario) * scenario.seeds.length;
}

/**
 * The setting at `index` of the cross product.
 *
 * @throws {RangeError} if there is no such setting.
 */
export function settingAt(
  scenario: Pick<ResolvedScenario, "axes" | "hardware" | "parameters">,
  index: number,
): Setting {
  const chosen: AxisPoint[] = [];
  let rest = index;
  for (const axis of [...scenario.axes].reverse()) {
    chosen.push(axis.points[rest % axis.points.length] as AxisPoint);
    rest = Math.floor(rest / axis.points.length);
  }
  if (!(index >= 0) || rest > 0 || !Number.isInteger(index)) {
    throw new RangeError(`no setting ${index}: there are ${settingCount(scenario)}`);
  }
  const parameters: Record<string, unknown> = { ...scenario.parameters };
  const cells: Record<string, Cell> = {};
  let hardware = scenario.hardware;
  for (const point of chosen.reverse()) {
    Object.assign(parameters, point.parameters);
    Object.assign(cells, point.cells);
    hardware = point.hardware ?? hardware;
  }
  return { index, hardware, parameters, cells };
}

/** Every setting, in the order of the CSV. */
export function* settingsOf(
  scenario: Pick<ResolvedScenario, "axes" | "hardware" | "parameters">,
): Generator<Setting> {
  const count = settingCount(scenario);
  for (let index = 0; index < count; index++) yield settingAt(scenario, index);
}

/** The varied columns of the CSV, in order. */
export function variedColumns(scenario: Pick<ResolvedScenario, "axes">): readonly VariedColumn[] {
  return scenario.axes.flatMap((axis) => axis.columns);
}
