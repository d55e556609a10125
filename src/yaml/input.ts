/** YAML that a model reads as its input file: a mistake in it is an exception that names its place. */
import { errorAtKey, type Path } from "./check.ts";
import { type LocatedError, locateErrors } from "./located.ts";
import { loadYaml, openYaml, type YamlForm } from "./open.ts";

/** An input file that cannot be used; the message has a line for each mistake. */
export class InputError extends Error {
  override readonly name = "InputError";
}

const MOST_PATH = 80;

function inOneLine({ file, line, column, message, path }: LocatedError): string {
  const where = path === "" || path.length > MOST_PATH ? "" : ` (${path})`;
  return `${file}:${line}:${column}: ${message}${where}`;
}

/**
 * Reads `text` as a YAML file of this form.
 *
 * @throws {InputError} naming file, line, column and what was expected, each mistake on a line.
 */
export function readInput<T>(text: string, file: string, form: YamlForm<T>): T {
  const loaded = loadYaml({ file, text }, form);
  if (loaded.ok) return loaded.value;
  throw new InputError(loaded.errors.map(inOneLine).join("\n"));
}

/** Where the deepest part of `path` that exists begins in a text that could be read: `file:line:column`. */
export function placeIn(text: string, file: string, path: Path): string {
  const opened = openYaml({ file, text }, "file", Infinity);
  if (!opened.ok) return file;
  const [{ line, column }] = locateErrors([errorAtKey(opened.value, path, "")]) as [LocatedError];
  return `${file}:${line}:${column}`;
}
