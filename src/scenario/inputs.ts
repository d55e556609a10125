/** The files that a scenario names: input files of the model, reference tables of the claims. */
import type { z } from "zod";
import { type Experiment, type InputCheck, inputCheckOf, isInputFile } from "../model/mod.ts";
import { CsvError, readGivenCsv } from "../table/csv.ts";
import {
  errorAtValue,
  type Finding,
  type Path,
  shapeOf,
  stringsWhere,
  type YamlFile,
} from "../yaml/mod.ts";
import type { InputText } from "./resolved.ts";
import type { FileReader } from "./sources.ts";

type Report = (...errors: Finding[]) => void;

/** Most bytes of all files together. */
const MAX_TOTAL = 256 * 1024 * 1024;

function readAt(
  yaml: YamlFile,
  path: Path,
  file: string,
  files: FileReader | undefined,
  report: Report,
): InputText | undefined {
  const read = files === undefined
    ? `cannot read "${file}": no files are read here`
    : files.read(file);
  if (typeof read !== "string") return { path: file, ...read };
  report(errorAtValue(yaml, path, read));
  return undefined;
}

/** Reads every file that a parameter of type `inputFile()` names, anywhere in the scenario. */
export function collectInputs(
  yaml: YamlFile,
  experiment: Experiment,
  written: {
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly cases: readonly Readonly<Record<string, unknown>>[];
    readonly sweep: Readonly<Record<string, readonly unknown[]>>;
  },
  resolved: Readonly<Record<string, unknown>>,
  files: FileReader | undefined,
  report: Report,
): Record<string, InputText> {
  const shape = shapeOf(experiment.parameters) ?? {};
  const uses: { path: Path; value: string; check: InputCheck | undefined }[] = [];
  const gather = (key: string, value: unknown, at: Path) => {
    if (!Object.hasOwn(shape, key)) return;
    for (const use of stringsWhere(shape[key] as z.ZodType, value, isInputFile)) {
      const check = inputCheckOf(shape[key]);
      uses.push({ path: [...at, ...use.path], value: use.value, check });
    }
  };
  // With defaults: those may name files too.
  for (const [key, value] of Object.entries({ ...resolved, ...written.parameters })) {
    gather(key, value, ["parameters", key]);
  }
  written.cases.forEach((one, i) =>
    Object.entries(one).forEach(([key, value]) => gather(key, value, ["cases", i, key]))
  );
  for (const [key, values] of Object.entries(written.sweep)) {
    values.forEach((value, i) => gather(key, value, ["sweep", key, i]));
  }
  const inputs: Record<string, InputText> = {};
  let total = 0;
  for (const { path, value, check } of uses) {
    if (value === "" || Object.hasOwn(inputs, value)) continue;
    const input = readAt(yaml, path, value, files, report);
    if (input === undefined) continue;
    inputs[value] = input;
    try {
      check?.(input.text, value);
    } catch (error) {
      // One mistake of the file a line.
      const mistakes = (error as Error).message.split("\n");
      report(...mistakes.map((mistake) => errorAtValue(yaml, path, mistake)));
    }
    total += input.text.length;
    if (total > MAX_TOTAL) {
      const limit = MAX_TOTAL / 2 ** 20;
      report(errorAtValue(yaml, path, `the input files have more than ${limit} MiB together`));
      break;
    }
  }
  return inputs;
}

/** Reads the reference tables; each must be a CSV with a header row. */
export function collectReferences(
  yaml: YamlFile,
  references: Readonly<Record<string, string>>,
  files: FileReader | undefined,
  report: Report,
): Record<string, InputText> {
  const found: Record<string, InputText> = {};
  for (const [name, file] of Object.entries(references)) {
    const path = ["references", name];
    const input = readAt(yaml, path, file, files, report);
    if (input === undefined) continue;
    try {
      readGivenCsv(input.text, file);
      found[name] = input;
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      report(errorAtValue(yaml, path, error.message));
    }
  }
  return found;
}
