/** A parameter that names an input file (a trace): resolved, read and hashed before any run. */
import { z } from "zod";

/** Looks at a file's text before anything runs. @throws {Error} saying where in it what is wrong. */
export type InputCheck = (text: string, path: string) => void;

const inputFiles = new WeakMap<object, InputCheck | undefined>();

/**
 * A path to a text file, relative to the scenario's folder; its text is `context.input(path)`.
 *
 * @param check refuses a text that the experiment could not use, when the scenario is loaded.
 */
export function inputFile(check?: InputCheck): z.ZodType<string, string> {
  const schema = z.string().min(1, "expected the path of a file").meta({
    description: "path of a text file, relative to the scenario",
  });
  inputFiles.set(schema, check);
  return schema;
}

/** The `inputFile()` behind a schema (through `.optional()` and the like); undefined if it is none. */
function inputOf(schema: unknown): { readonly check: InputCheck | undefined } | undefined {
  // `.describe()` and `.refine()` copy a schema and leave the original as its parent.
  let current = schema as
    | { _zod?: { def?: { innerType?: unknown }; parent?: unknown } }
    | undefined;
  while (current !== undefined && current !== null) {
    if (inputFiles.has(current)) return { check: inputFiles.get(current) };
    current = (current._zod?.def?.innerType ?? current._zod?.parent) as typeof current;
  }
  return undefined;
}

/** Whether a schema (through `.optional()` and the like) is an `inputFile()`. */
export function isInputFile(schema: unknown): boolean {
  return inputOf(schema) !== undefined;
}

/** The check of an `inputFile(check)`, if it has one. */
export function inputCheckOf(schema: unknown): InputCheck | undefined {
  return inputOf(schema)?.check;
}
