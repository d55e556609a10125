/** Loads the platforms that a scenario names, with the same checks and errors as a scenario. */
import { createHash } from "node:crypto";
import type { z } from "zod";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import { check, errorAtValue } from "./check.ts";
import { decodeYaml, readYaml, type YamlFile } from "./document.ts";
import { type Finding, type LocatedError, locateErrors } from "./located.ts";
import type { ResolvedPlatform } from "./resolved.ts";
import type { YamlSource } from "./sources.ts";

/** What comes of reading a file. */
export type Loaded<T, E = LocatedError> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly E[] };

/** Decodes and parses a YAML source. */
export function openYaml(source: YamlSource, what: string): Loaded<YamlFile, Finding> {
  const text = typeof source.text === "string"
    ? decodeYaml(source.file, new TextEncoder().encode(source.text))
    : decodeYaml(source.file, source.text);
  if (typeof text !== "string") return { ok: false, errors: [text] };
  const read = readYaml(source.file, text, what);
  return read.ok ? { ok: true, value: read.yaml } : read;
}

/**
 * Loads any YAML file by a schema, with the same checks and errors as a scenario's.
 *
 * @param what names the file in errors: `application`
 */
export function loadYaml<T>(source: YamlSource, schema: z.ZodType<T>, what: string): Loaded<T> {
  const opened = openYaml(source, what);
  if (!opened.ok) return { ok: false, errors: locateErrors(opened.errors) };
  const checked = check(schema, opened.value, []);
  return checked.ok ? checked : { ok: false, errors: locateErrors(checked.errors) };
}

/** Loads a platform's YAML (scenarios/hardware/<id>.yaml). */
export function loadPlatform(id: string, source: YamlSource): Loaded<ResolvedPlatform> {
  const read = readPlatform(id, source);
  return read.ok ? read : { ok: false, errors: locateErrors(read.errors) };
}

/** The same, with errors that are not located yet. */
export function readPlatform(id: string, source: YamlSource): Loaded<ResolvedPlatform, Finding> {
  const opened = openYaml(source, "platform");
  if (!opened.ok) return opened;
  const yaml = opened.value;
  const checked = check(platformSchema, yaml, []);
  if (!checked.ok) return { ok: false, errors: checked.errors };
  if (checked.value.id !== id) {
    const message = `this platform is known as "${id}"; write id: ${id}`;
    return { ok: false, errors: [errorAtValue(yaml, ["id"], message)] };
  }
  try {
    buildPlatform(checked.value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ok: false, errors: [errorAtValue(yaml, ["hosts"], error.message)] };
  }
  const sha256 = createHash("sha256").update(yaml.lines.source).digest("hex");
  return { ok: true, value: { id, sha256, spec: checked.value } };
}
