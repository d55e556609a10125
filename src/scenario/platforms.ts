/** Loads the platforms that a scenario names, with the same checks and errors as a scenario. */
import { createHash } from "node:crypto";
import { buildPlatform, platformSchema } from "../hardware/mod.ts";
import {
  check,
  errorAtValue,
  type Finding,
  type Loaded,
  locateErrors,
  openYaml,
  type YamlSource,
} from "../yaml/mod.ts";
import type { ResolvedPlatform } from "./resolved.ts";

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
