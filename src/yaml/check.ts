/** Checks a part of a YAML file against a zod schema; every issue becomes a located error. */
import type { z } from "zod";
import type { Place, YamlFile } from "./document.ts";
import type { Finding } from "./located.ts";
import { choicesOf, kindOf, schemasAt, shapeOf } from "./inside.ts";
import { nameOf, nearest, oneOf, unknownName } from "../units/mod.ts";

/** Keys and indices from the root of the file down to a value. */
export type Path = readonly (string | number)[];

/** The place at `path`, or the deepest one on the way to it (`found` false). */
export function placeAt(root: Place, path: Path): { place: Place; found: boolean } {
  let place = root;
  for (const step of path) {
    const next = place.children.get(String(step));
    if (next === undefined) return { place, found: false };
    place = next;
  }
  return { place, found: true };
}

/** An error under the value at `path` (or what is nearest to it). */
export function errorAtValue(yaml: YamlFile, path: Path, message: string): Finding {
  const { place, found } = placeAt(yaml.root, path);
  if (!found) return errorAtKey(yaml, path, message);
  // A block of several lines is shown by its key, also a text after | or >.
  const { source } = yaml.lines;
  const block = place.key !== undefined && (/^[|>]/.test(source.slice(place.start, place.end)) ||
    place.children.size > 0 && source.slice(place.key[1], place.start).includes("\n"));
  const [start, end] = block ? place.key as readonly [number, number] : [place.start, place.end];
  return yaml.lines.finding(start, end, message, path.join("."));
}

/** An error under `word` inside the text at `path`, or under all of it if the word is not found. */
export function errorAtWord(
  yaml: YamlFile,
  path: Path,
  word: string | undefined,
  message: string,
): Finding {
  const { place, found } = placeAt(yaml.root, path);
  const text = yaml.lines.source.slice(place.start, place.end);
  const at = found && word !== undefined && word !== "" ? text.indexOf(word) : -1;
  if (at < 0) return errorAtValue(yaml, path, message);
  const start = place.start + at;
  return yaml.lines.finding(start, start + (word as string).length, message, path.join("."));
}

/** An error under the key at `path`; for a missing one, at the mapping that should have it. */
export function errorAtKey(yaml: YamlFile, path: Path, message: string): Finding {
  const { place } = placeAt(yaml.root, path);
  const [start, end] = place.key ?? [place.start, place.end];
  return yaml.lines.finding(start, end, message, path.join("."));
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "a mapping",
  record: "a mapping",
  null: "nothing",
};

const ARTICLE = (kind: string) => KINDS[kind] ?? `a ${kind}`;

/** The choice that a value most likely misspells; a list or a mapping misspells none. */
const nearTo = (value: unknown, choices: readonly unknown[]) =>
  typeof value === "object" ? undefined : nearest(String(value), choices.map(String));

const count = (n: unknown, noun: string) => `${n} ${noun}${Number(n) === 1 ? "" : "s"}`;

/** The text for an issue that has none of its own. */
function describe(issue: z.core.$ZodRawIssue): string | undefined {
  const got = nameOf(issue.input);
  switch (issue.code) {
    case "invalid_type": {
      const number = typeof issue.input === "number" ? issue.input : undefined;
      const kind = issue.expected === "number" && number !== undefined
        ? "a finite number"
        : ARTICLE(String(issue.expected));
      return `expected ${kind}, not ${got}`;
    }
    case "invalid_value": {
      const values = issue.values as readonly unknown[];
      const near = nearTo(issue.input, values);
      return `expected ${oneOf(values)}, not ${got}` +
        (near === undefined ? "" : `; did you mean "${near}"?`);
    }
    case "too_small":
    case "too_big": {
      const small = issue.code === "too_small";
      const limit = small ? issue.minimum : issue.maximum;
      const bound = issue.exact
        ? "exactly"
        : issue.inclusive === false
        ? small ? "more than" : "less than"
        : small
        ? "at least"
        : "at most";
      if (issue.origin === "string") {
        return `expected ${bound} ${count(limit, "character")}, not ${got}`;
      }
      if (issue.origin === "array" || issue.origin === "set") {
        const has = (issue.input as readonly unknown[]).length;
        return `expected ${bound} ${count(limit, "item")}, not ${
          has === 0 ? "an empty list" : has
        }`;
      }
      return `${got} is out of range: expected ${bound} ${limit}`;
    }
    case "not_multiple_of":
      return `expected a multiple of ${issue.divisor}, not ${got}`;
    case "invalid_format":
      return `${got} is not of the form that is expected here (${issue.pattern ?? issue.format})`;
    default:
      return undefined;
  }
}

/** What zod says of a union that has no words of its own. */
const UNTOLD = "Invalid input";

/** Whether an issue says that a value is missing (its key was not written). */
const isMissing = (issue: z.core.$ZodIssue, at: (path: Path) => boolean) =>
  !at(issue.path as Path) && (issue as { input?: unknown }).input === undefined;

interface Context {
  readonly schema: z.ZodType;
  readonly yaml: YamlFile;
  /** Path of the checked part in the file. */
  readonly base: Path;
  /** What a key is called: `key`, `parameter`. */
  readonly noun: string;
}

function union(context: Context, issue: z.core.$ZodIssueInvalidUnion, path: Path): Finding[] {
  const discriminator = (issue as { discriminator?: string }).discriminator;
  if (issue.errors.length === 0 && discriminator !== undefined) {
    const from = path.slice(context.base.length);
    const at = from[from.length - 1] === discriminator ? from : [...from, discriminator];
    const choices = schemasAt(context.schema, at).flatMap((s) => choicesOf(s) ?? []);
    const { place, found } = placeAt(context.yaml.root, [...context.base, ...at]);
    const full = [...context.base, ...at];
    if (!found) {
      const message = `missing ${context.noun} "${discriminator}"; expected ${oneOf(choices)}`;
      return [errorAtKey(context.yaml, full, message)];
    }
    const near = nearTo(place.value, choices);
    return [
      errorAtValue(
        context.yaml,
        full,
        `expected ${oneOf(choices)}, not ${nameOf(place.value)}` +
          (near === undefined ? "" : `; did you mean "${near}"?`),
      ),
    ];
  }
  // The alternative that fits furthest explains best; if none fits at all, name them all.
  const depth = (issues: readonly z.core.$ZodIssue[]): number =>
    Math.max(
      0,
      ...issues.map((i) => {
        if (i.code === "unrecognized_keys") return 1;
        // A union in a union fits as far as its best alternative.
        return i.path.length +
          (i.code === "invalid_union" ? Math.max(0, ...i.errors.map(depth)) : 0);
      }),
    );
  const deepest = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
  if (deepest !== undefined && depth(deepest) > 0) {
    return locate(context, deepest.map((i) => ({ ...i, path: [...issue.path, ...i.path] })));
  }
  if (issue.message !== UNTOLD) return [errorAtValue(context.yaml, path, issue.message)];
  const alternatives = wanted(issue);
  const { place } = placeAt(context.yaml.root, path);
  const message = `expected ${[...new Set(alternatives)].join(" or ")}, not ${nameOf(place.value)}`;
  return [errorAtValue(context.yaml, path, message)];
}

/** What each alternative of a union wants, also of a union in it. */
function wanted(union: z.core.$ZodIssueInvalidUnion): string[] {
  return union.errors.flatMap(([i]) => {
    if (i?.code === "invalid_union" && i.message === UNTOLD) return wanted(i);
    if (i?.code === "invalid_type") return [ARTICLE(i.expected)];
    if (i?.code === "invalid_value") return [oneOf(i.values)];
    return [i?.message ?? "something else"];
  });
}

function unknownKeys(
  context: Context,
  issue: z.core.$ZodIssueUnrecognizedKeys,
  path: Path,
): Finding[] {
  const written = placeAt(context.yaml.root, path).place.children;
  const known = schemasAt(context.schema, issue.path)
    .flatMap((s) => Object.keys(shapeOf(s) ?? {}));
  const free = known.filter((key) => !written.has(key));
  return issue.keys.map((key) =>
    errorAtKey(context.yaml, [...path, key], unknownName(context.noun, key, free, known))
  );
}

/** Issues of `context.schema` as located errors. */
function locate(context: Context, issues: readonly z.core.$ZodIssue[]): Finding[] {
  const { yaml, base, noun } = context;
  const full = (issue: z.core.$ZodIssue): Path => [...base, ...issue.path as Path];
  const unknown = issues.filter((i) => i.code === "unrecognized_keys");
  const typos = (path: Path) =>
    unknown.some((i) =>
      i.path.length === path.length - 1 && i.path.every((step, n) => step === path[n]) &&
      i.keys.some((key) => nearest(key, [String(path[path.length - 1])]) !== undefined)
    );
  return issues.flatMap((issue): Finding[] => {
    const path = full(issue);
    if (issue.code === "unrecognized_keys") return unknownKeys(context, issue, path);
    if (isMissing(issue, (p) => placeAt(yaml.root, [...base, ...p]).found) && path.length > 0) {
      if (typos(issue.path as Path)) return [];
      const wanted = expectation(context, issue);
      return [
        errorAtKey(yaml, path, `missing ${noun} "${String(path[path.length - 1])}"${wanted}`),
      ];
    }
    if (issue.code === "invalid_union") return union(context, issue, path);
    if (issue.code === "invalid_key" || issue.code === "invalid_element") {
      const inner = issue.issues[0]?.message ?? issue.message;
      return [errorAtKey(yaml, path, `"${String(path[path.length - 1])}": ${inner}`)];
    }
    return [errorAtValue(yaml, path, wholeNumber(context, issue) ?? issue.message)];
  });
}

/** zod calls what is no number at all wrong for a `number`, also where a whole one is wanted. */
function wholeNumber(context: Context, issue: z.core.$ZodIssue): string | undefined {
  if (issue.code !== "invalid_type" || !issue.message.startsWith("expected a number")) return;
  const [schema] = schemasAt(context.schema, issue.path);
  if (schema === undefined || kindOf(schema) !== "int") return;
  return issue.message.replace("a number", "a whole number");
}

/** What a missing key should have held. */
function expectation(context: Context, issue: z.core.$ZodIssue): string {
  const [schema] = schemasAt(context.schema, issue.path);
  if (issue.code === "invalid_union" && issue.message === UNTOLD) {
    return `; expected ${[...new Set(wanted(issue))].join(" or ")}`;
  }
  if (issue.message !== "" && !issue.message.startsWith("expected ")) return `; ${issue.message}`;
  if (schema === undefined) return "";
  const choices = choicesOf(schema);
  if (choices !== undefined) return `; expected ${oneOf(choices)}`;
  return `; expected ${ARTICLE(kindOf(schema))}`;
}

// A thousand mistakes of one value are one mistake.
const MAX_ISSUES = 200;

/** The result of a check: the schema's output, or what is wrong. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: Finding[] };

/**
 * Checks the value at `base` of the file (or `value` in its stead) against `schema`.
 *
 * @param noun what a key of the checked part is called in errors
 */
export function check<T>(
  schema: z.ZodType<T>,
  yaml: YamlFile,
  base: Path,
  noun = "key",
  value: unknown = placeAt(yaml.root, base).place.value,
): Checked<T> {
  const result = schema.safeParse(value, { reportInput: true, error: describe });
  if (result.success) return { ok: true, value: result.data };
  const issues = result.error.issues.slice(0, MAX_ISSUES);
  return { ok: false, errors: locate({ schema, yaml, base, noun }, issues) };
}
