/** From `parameters`, `cases` and `sweep` to canonical base parameters and the axes of the runs. */
import type { z } from "zod";
import { quantityOf } from "../units/mod.ts";
import type { Cell, Row } from "../table/mod.ts";
import type { Experiment } from "../model/mod.ts";
import {
  check,
  choicesOf,
  errorAtKey,
  errorAtValue,
  examplesOf,
  type Finding,
  type Path,
  placeAt,
  shapeOf,
  type YamlFile,
} from "../yaml/mod.ts";
import { SHELL } from "./shell.ts";
import { inline, writtenFor } from "./examples.ts";
import { isMapping, type Written } from "./shell-reader.ts";
import type { Axis, AxisPoint, Parameters, VariedColumn } from "./resolved.ts";
import { nearest, oneOf, unknownName } from "../units/mod.ts";

/** The key that varies the platform instead of a parameter. */
const HARDWARE = "hardware";

/** Canonical parameters and axes. */
export interface Varied {
  readonly parameters: Parameters;
  readonly axes: readonly Axis[];
}

/** The column that a varied key gives. */
export function columnOf(key: string, schema: z.ZodType | undefined): VariedColumn {
  const quantity = schema === undefined ? undefined : quantityOf(schema);
  if (quantity === undefined) return { key, column: key };
  const suffix = `_${quantity.columnUnit}`;
  return {
    key,
    column: key.endsWith(suffix) ? key : key + suffix,
    factor: quantity.columnFactor,
  };
}

/** A canonical value as a cell of its column; a list or a mapping as it is written. */
function cellOf(value: unknown, column: VariedColumn, schema: z.ZodType | undefined): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") {
    return column.factor === undefined ? value : Number((value / column.factor).toPrecision(15));
  }
  if (typeof value === "string" || typeof value === "boolean") return value;
  return inline((schema === undefined ? undefined : writtenFor(schema, value))?.value ?? value);
}

/** Keys, values and completeness of everything that sets parameters; errors go to `report`. */
export function resolveAxes(
  yaml: YamlFile,
  experiment: Experiment,
  written: Written,
  report: (...errors: Finding[]) => void,
): Varied {
  const shape = shapeOf(experiment.parameters) ?? {};
  const names = Object.keys(shape);
  const known = (path: Path, key: string, varied: boolean): boolean => {
    if (Object.hasOwn(shape, key) || (varied && key === HARDWARE)) return true;
    const message = Object.hasOwn(SHELL, key)
      ? `"${key}" is a key of the scenario, not a parameter; write it beside "${path[0]}"`
      : unknownName("parameter", key, varied ? [...names, HARDWARE] : names);
    report(errorAtKey(yaml, path, message));
    return false;
  };
  /** The canonical value at `path`; undefined if it is wrong (and reported). */
  const valueAt = (path: Path, key: string, value: unknown): { value: unknown } | undefined => {
    if (key === HARDWARE) {
      if (typeof value === "string") return { value };
      report(errorAtValue(yaml, path, "expected the name of a platform"));
      return undefined;
    }
    const checked = check(shape[key] as z.ZodType, yaml, path, "key", value);
    if (checked.ok) return { value: checked.value };
    report(...checked.errors);
    return undefined;
  };

  const base: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(shape)) {
    const given = Object.hasOwn(written.parameters, key);
    if (given) {
      base[key] = valueAt(["parameters", key], key, written.parameters[key])?.value;
    } else {
      const missing = schema.safeParse(undefined);
      if (missing.success && missing.data !== undefined) base[key] = missing.data;
    }
  }
  for (const key of Object.keys(written.parameters)) known(["parameters", key], key, false);

  const axes: Axis[] = [];
  const inCases = casesAxis();
  if (inCases !== undefined) axes.push(inCases);
  for (const [key, values] of Object.entries(written.sweep)) {
    if (!known(["sweep", key], key, true)) continue;
    if (written.cases.some((one) => Object.hasOwn(one, key))) {
      report(
        errorAtKey(yaml, ["sweep", key], `"${key}" is set by cases already; sweep another key`),
      );
    }
    axes.push(sweepAxis(key, values));
  }
  requireAll();
  return { parameters: base, axes };

  function sweepAxis(key: string, values: readonly unknown[]): Axis {
    const column = columnOf(key, shape[key]);
    const points: AxisPoint[] = [];
    const seen = new Map<string, number>();
    values.forEach((value, i) => {
      const path: Path = ["sweep", key, i];
      const found = valueAt(path, key, value);
      if (found === undefined) return;
      const same = JSON.stringify(found.value);
      const first = seen.get(same);
      if (first !== undefined) {
        const message = `the same value as item ${first + 1} of the list; each point runs once`;
        report(errorAtValue(yaml, path, message));
      } else seen.set(same, i);
      points.push(pointOf({ [key]: found.value }, [column], {}));
    });
    return { from: "sweep", columns: [column], points };
  }

  function casesAxis(): Axis | undefined {
    if (written.cases.length === 0) return undefined;
    const canonical = written.cases.map((one, i) => {
      const values: Record<string, unknown> = {};
      if (
        Object.keys(one).length === 0 && isMapping(placeAt(yaml.root, ["cases", i]).place.value)
      ) {
        report(errorAtValue(yaml, ["cases", i], "an empty case sets nothing; drop it"));
      }
      for (const [key, value] of Object.entries(one)) {
        const path: Path = ["cases", i, key];
        if (known(path, key, true)) values[key] = valueAt(path, key, value)?.value;
      }
      return values;
    });
    const keys = [...new Set(canonical.flatMap((values) => Object.keys(values)))];
    const otherwise: Parameters = { ...base, [HARDWARE]: written.hardware };
    const effective = (values: Record<string, unknown>, key: string) =>
      Object.hasOwn(values, key) ? values[key] : otherwise[key];
    const first = new Map<string, number>();
    canonical.forEach((values, i) => {
      const same = JSON.stringify(keys.map((key) => effective(values, key)));
      const other = first.get(same);
      if (other === undefined) first.set(same, i);
      else if (Object.keys(values).length > 0) {
        const message = `the same setting as item ${other + 1} of the list; each runs once`;
        report(errorAtValue(yaml, ["cases", i], message));
      }
    });
    const columns = keys.map((key) => columnOf(key, shape[key]));
    const points = canonical.map((values) => pointOf(values, columns, otherwise));
    return { from: "cases", columns, points };
  }

  function pointOf(
    values: Readonly<Record<string, unknown>>,
    columns: readonly VariedColumn[],
    otherwise: Parameters,
  ): AxisPoint {
    const { [HARDWARE]: hardware, ...parameters } = values;
    const cells: Row = {};
    for (const column of columns) {
      const { key } = column;
      const value = Object.hasOwn(values, key) ? values[key] : otherwise[key];
      cells[column.column] = cellOf(value, column, shape[key]);
    }
    return typeof hardware === "string" ? { parameters, hardware, cells } : { parameters, cells };
  }

  /** Every parameter without default must be set by `parameters`, a sweep, or each case. */
  function requireAll(): void {
    for (const [key, schema] of Object.entries(shape)) {
      if (Object.hasOwn(base, key) || Object.hasOwn(written.sweep, key)) continue;
      if (schema.safeParse(undefined).success) continue;
      const typo = (keys: readonly string[]) =>
        keys.some((k) => !Object.hasOwn(shape, k) && nearest(k, [key]) !== undefined);
      if (typo(Object.keys(written.parameters)) || typo(Object.keys(written.sweep))) continue;
      const message = `missing parameter "${key}"${expected(schema)}`;
      const setting = written.cases.map((one) => Object.hasOwn(one, key));
      if (!setting.includes(true)) report(errorAtKey(yaml, ["parameters", key], message));
      setting.forEach((is, i) => {
        const keys = Object.keys(written.cases[i] ?? {});
        if (is || !setting.includes(true) || keys.length === 0 || typo(keys)) return;
        report(errorAtKey(yaml, ["cases", i, key], message));
      });
    }
  }
}

/** What a parameter that is missing should hold. */
function expected(schema: z.ZodType): string {
  const choices = choicesOf(schema);
  if (choices !== undefined) return `; expected ${oneOf(choices)}`;
  const [example] = examplesOf(schema);
  return example === undefined ? "" : `; write for example ${example}`;
}
