/**
 * What a zod schema is made of, as far as error messages, templates and column names need to know.
 * zod has no public reflection beyond `_zod.def`; this is the one file that reads it.
 */
import { z } from "zod";

interface Def {
  readonly type: string;
  readonly format?: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly items?: readonly z.ZodType[];
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
  readonly getter?: () => z.ZodType;
  readonly entries?: Record<string, string | number>;
  readonly values?: readonly unknown[];
  readonly defaultValue?: unknown;
  readonly checks?: readonly z.core.$ZodCheck[];
}

const defOf = (schema: z.ZodType): Def => (schema as unknown as { _zod: { def: Def } })._zod.def;

/** The schema under `.optional()`, `.default()`, `.transform()` and the like. */
function unwrap(schema: z.ZodType): z.ZodType {
  const def = defOf(schema);
  const inner = def.innerType ?? (def.type === "pipe" ? def.in : undefined) ??
    (def.type === "lazy" ? def.getter?.() : undefined);
  return inner === undefined ? schema : unwrap(inner);
}

/** The kind of schema under all wrappers: zod's name (`object`, `enum`...), or `int`. */
export function kindOf(schema: z.ZodType): string {
  const { type, format } = defOf(unwrap(schema));
  return type === "number" && format === "safeint" ? "int" : type;
}

/** The keys of an object schema; undefined for any other. */
export function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  return defOf(unwrap(schema)).shape;
}

/** Whether an object schema checks several keys together (`.refine()`, `.superRefine()`). */
export function hasChecks(schema: z.ZodType): boolean {
  return (defOf(schema).checks?.length ?? 0) > 0;
}

/**
 * What an object schema's own checks say of its output. Cheaper than parsing the input again, which
 * a sweep of many points would do for each.
 */
export function objectIssues(
  schema: z.ZodType,
  output: Readonly<Record<string, unknown>>,
): readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] {
  const payload: z.core.ParsePayload = { value: output, issues: [] };
  for (const check of defOf(schema).checks ?? []) check._zod.check(payload as never);
  return payload.issues.map((issue) => z.core.util.finalizeIssue(issue, undefined, z.config()));
}

/** The values that an enumeration or literal accepts; undefined for any other schema. */
export function choicesOf(schema: z.ZodType): readonly unknown[] | undefined {
  const def = defOf(unwrap(schema));
  if (def.entries !== undefined) return Object.values(def.entries);
  return def.type === "literal" ? def.values : undefined;
}

/** The schemas that may hold at `path` below `schema`: several below a union, none where there is no such place. */
export function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  const inner = unwrap(schema);
  const def = defOf(inner);
  if (def.options !== undefined) return def.options.flatMap((o) => schemasAt(o, path));
  if (def.left !== undefined && def.right !== undefined) {
    return [def.left, def.right].flatMap((o) => schemasAt(o, path));
  }
  const [key, ...rest] = path;
  if (key === undefined) return [inner];
  // A key of the file may be any word, also one that every object has.
  const shape = def.shape ?? {};
  const below = (Object.hasOwn(shape, key) ? shape[String(key)] : undefined) ?? def.element ??
    def.valueType ?? def.items?.[Number(key)];
  return below === undefined ? [] : schemasAt(below, rest);
}

/** The description of a schema, from the outermost wrapper that has one. */
export function descriptionOf(schema: z.ZodType): string | undefined {
  const own = (schema as { description?: string }).description;
  if (own !== undefined) return own;
  const def = defOf(schema);
  const inner = def.innerType ?? (def.type === "pipe" ? def.in : undefined);
  return inner === undefined ? undefined : descriptionOf(inner);
}

/** Examples that a schema was given by `.meta({ examples })`, or a wrapped one was. */
export function examplesOf(schema: z.ZodType): readonly unknown[] {
  const own = (schema.meta() as { examples?: readonly unknown[] } | undefined)?.examples;
  if (own !== undefined) return own;
  const def = defOf(schema);
  const inner = def.innerType ?? (def.type === "pipe" ? def.in : undefined);
  return inner === undefined ? [] : examplesOf(inner);
}

/** The schema of a list's items; undefined for any other schema. */
export function elementOf(schema: z.ZodType): z.ZodType | undefined {
  return defOf(unwrap(schema)).element;
}

/** The alternatives of a union; none for any other schema. */
export function optionsOf(schema: z.ZodType): readonly z.ZodType[] {
  return defOf(unwrap(schema)).options ?? [];
}

/** Whether a value for `schema` may be left out. */
export function isOptional(schema: z.ZodType): boolean {
  return (schema as unknown as { _zod: { optin?: string } })._zod.optin === "optional";
}

/** What `.default()` gives, if the schema has one. For quantities this is the canonical number. */
export function defaultOf(schema: z.ZodType): { readonly value: unknown } | undefined {
  const def = defOf(schema);
  if (def.type === "default" || def.type === "prefault") return { value: def.defaultValue };
  return def.innerType === undefined ? undefined : defaultOf(def.innerType);
}

/** Every string value below `value` whose schema satisfies `test`, with its path. */
export function* stringsWhere(
  schema: z.ZodType,
  value: unknown,
  test: (schema: z.ZodType) => boolean,
  path: readonly (string | number)[] = [],
): Generator<{ path: readonly (string | number)[]; value: string }> {
  if (typeof value === "string") {
    const options = defOf(unwrap(schema)).options ?? [schema];
    if (options.some(test)) yield { path, value };
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const step = Array.isArray(value) ? Number(key) : key;
      for (const below of schemasAt(schema, [step])) {
        yield* stringsWhere(below, item, test, [...path, step]);
      }
    }
  }
}
