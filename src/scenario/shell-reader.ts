/**
 * Reads the scenario's own keys one by one: a wrong one, or a wrong item of a list, does not hide
 * what is right or wrong elsewhere.
 */
import type { z } from "zod";
import { claimSchema, type ClaimSpec } from "../claims/mod.ts";
import { nearest, unknownName } from "../units/mod.ts";
import { check, errorAtKey, errorAtValue, type Finding, type YamlFile } from "../yaml/mod.ts";
import { SHELL, type Shell, type ShellKey } from "./shell.ts";
import { keepWritten } from "./written.ts";

type Report = (...errors: Finding[]) => void;
type Mapping = Readonly<Record<string, unknown>>;

/** Whether a value of a YAML file is a mapping. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What sets parameters, as far as it is well-formed; items keep their index. */
export interface Written {
  /** The platform where no axis chooses one. */
  readonly hardware: string | undefined;
  readonly parameters: Mapping;
  readonly cases: readonly Mapping[];
  readonly sweep: Readonly<Record<string, readonly unknown[]>>;
}

/** Files that stand near scenarios, and the key that tells them. */
const OTHERS = [
  { key: "hosts", is: "a platform (hardware:)" },
  { key: "services", is: "an application (application:)" },
];

/** The scenario's own keys, checked; a key that is wrong is reported and absent. */
export function readShell(yaml: YamlFile, report: Report): Shell {
  const shell: Record<string, unknown> = {};
  const keys = Object.keys(SHELL);
  const root = yaml.root.value as Mapping;
  const unknown = Object.keys(root).filter((key) => !keys.includes(key));
  const other = Object.hasOwn(root, "experiment")
    ? undefined
    : OTHERS.find(({ key }) => Object.hasOwn(root, key));
  if (other !== undefined) {
    const message = `this is ${other.is}, no scenario: it is checked with a scenario that names it`;
    report(errorAtKey(yaml, [other.key], message));
    return {} as Shell;
  }
  for (const [key, schema] of Object.entries(SHELL) as [ShellKey, z.ZodType][]) {
    if (!Object.hasOwn(root, key)) {
      const missing = schema.safeParse(undefined);
      if (missing.success) shell[key] = missing.data;
      else if (!unknown.some((word) => nearest(word, [key]) !== undefined)) {
        report(errorAtKey(yaml, [key], `missing key "${key}" (${brief(schema)})`));
      }
    } else if (key === "parameters" && root[key] === null) shell[key] = {};
    else if (key !== "claims" || !Array.isArray(root[key])) {
      const checked = check(schema, yaml, [key]);
      if (checked.ok) shell[key] = checked.value;
      else report(...checked.errors);
    }
  }
  return shell as Shell;
}

/** Reports the keys that a scenario does not have; `parameters` are those of its experiment. */
export function reportUnknownKeys(
  yaml: YamlFile,
  parameters: readonly string[],
  report: Report,
): void {
  const written = Object.keys(yaml.root.value as Mapping);
  if (OTHERS.some(({ key }) => written.includes(key)) && !written.includes("experiment")) return;
  const free = Object.keys(SHELL).filter((key) => !written.includes(key));
  for (const key of written.filter((key) => !Object.hasOwn(SHELL, key))) {
    const message = parameters.includes(key)
      ? `"${key}" is a parameter; write it under "parameters"`
      : unknownName("key", key, free);
    report(errorAtKey(yaml, [key], message));
  }
}

const brief = (schema: z.ZodType) => {
  const text = schema.description ?? "";
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
};

/** The claims, each checked on its own; absent where one is wrong. */
export function readClaims(yaml: YamlFile, report: Report): (ClaimSpec | undefined)[] {
  const written = keepWritten(yaml, "claims");
  if (!Array.isArray(written)) return [];
  const first = new Map<string, number>();
  return written.map((claim, i) => {
    const checked = check(claimSchema, yaml, ["claims", i], "key", claim);
    if (!checked.ok) {
      report(...checked.errors);
      return undefined;
    }
    const { id } = checked.value;
    if (first.has(id)) {
      const message = `the claim id "${id}" is used by claims.${first.get(id)} already`;
      report(errorAtValue(yaml, ["claims", i, "id"], message));
    } else first.set(id, i);
    return checked.value;
  });
}

/** What sets parameters; what is malformed was reported by `readShell` and is empty here. */
export function writtenOf(yaml: YamlFile): Written {
  const root = yaml.root.value as Mapping;
  const { hardware, parameters, cases, sweep } = root;
  const lists = Object.entries(isMapping(sweep) ? sweep : {})
    .map(([key, values]) => [key, Array.isArray(values) ? values : []]);
  return {
    hardware: typeof hardware === "string" ? hardware : undefined,
    parameters: isMapping(parameters) ? parameters : {},
    cases: Array.isArray(cases) ? cases.map((one) => isMapping(one) ? one : {}) : [],
    sweep: Object.fromEntries(lists),
  };
}

/** The references whose name and path are well-formed. */
export function referencesOf(yaml: YamlFile): Readonly<Record<string, string>> {
  const { references } = yaml.root.value as Mapping;
  const one = SHELL.references;
  return Object.fromEntries(
    Object.entries(isMapping(references) ? references : {})
      .filter(([name, path]) => one.safeParse({ [name]: path }).success),
  ) as Record<string, string>;
}
