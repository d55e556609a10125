/** A YAML file's bytes to a document, or to a checked value: both with located errors. */
import type { z } from "zod";
import { check, errorAtKey, type Path } from "./check.ts";
import { decodeYaml, MAX_YAML_BYTES, readYaml, type YamlFile } from "./document.ts";
import { type Finding, type LocatedError, locateErrors } from "./located.ts";

/** A file to read as YAML. */
export interface YamlSource {
  /** The name to show in errors. */
  readonly file: string;
  /** Its bytes, or text that was decoded already. */
  readonly text: string | Uint8Array;
}

/** What comes of reading a file. */
export type Loaded<T, E = LocatedError> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly E[] };

/** Something wrong in a checked value: where (keys from the root) and what. */
export interface Mistake {
  readonly path: Path;
  readonly message: string;
}

/** How a kind of file is read. */
export interface YamlForm<T> {
  /** Names the file in errors: `application`. */
  readonly what: string;
  readonly schema: z.ZodType<T>;
  /** Further checks on the typed value. */
  readonly review?: (value: T) => readonly Mistake[];
  /** Largest file, in bytes; default 128 KiB. */
  readonly most?: number;
}

/**
 * Decodes and parses a YAML source; what is wrong with it comes back as findings, nothing is thrown.
 *
 * @param what names the kind of file in errors: `scenario`
 * @param most largest file that is read, in bytes
 */
export function openYaml(
  source: YamlSource,
  what: string,
  most = MAX_YAML_BYTES,
): Loaded<YamlFile, Finding> {
  const { file, text: given } = source;
  const bytes = typeof given === "string" ? new TextEncoder().encode(given) : given;
  const text = decodeYaml(file, bytes, most);
  if (typeof text !== "string") return { ok: false, errors: [text] };
  const read = readYaml(file, text, what);
  return read.ok ? { ok: true, value: read.yaml } : read;
}

/** Loads a YAML file of this form: its typed value, or every mistake in it. */
export function loadYaml<T>(source: YamlSource, form: YamlForm<T>): Loaded<T> {
  const opened = openYaml(source, form.what, form.most);
  if (!opened.ok) return { ok: false, errors: locateErrors(opened.errors) };
  const yaml = opened.value;
  const checked = check(form.schema, yaml, []);
  if (!checked.ok) return { ok: false, errors: locateErrors(checked.errors) };
  const mistakes = form.review?.(checked.value) ?? [];
  if (mistakes.length === 0) return checked;
  return {
    ok: false,
    errors: locateErrors(
      mistakes.map(({ path, message }) => errorAtKey(yaml, path, message)),
    ),
  };
}
