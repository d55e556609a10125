/** A parameter that names an input file (a trace): resolved, read and hashed before any run. */
import { z } from "zod";

const inputFiles = new WeakSet<object>();

/** A path to a text file, relative to the scenario's folder; its text is `context.input(path)`. */
export function inputFile(): z.ZodType<string, string> {
  const schema = z.string().min(1, "expected the path of a file").meta({
    description: "path of a text file, relative to the scenario",
  });
  inputFiles.add(schema);
  return schema;
}

/** Whether a schema (through `.optional()` and the like) is an `inputFile()`. */
export function isInputFile(schema: unknown): boolean {
  // `.describe()` and `.refine()` copy a schema and leave the original as its parent.
  let current = schema as
    | { _zod?: { def?: { innerType?: unknown }; parent?: unknown } }
    | undefined;
  while (current !== undefined && current !== null) {
    if (inputFiles.has(current)) return true;
    current = (current._zod?.def?.innerType ?? current._zod?.parent) as typeof current;
  }
  return false;
}
