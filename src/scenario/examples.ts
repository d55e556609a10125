/** Values as a scenario writes them: examples of what a schema accepts, and defaults written back. */
import { z } from "zod";
import { stringify } from "yaml";
import { DIMENSIONS, formatQuantity, quantityOf } from "../units/mod.ts";
import { isInputFile } from "../model/mod.ts";
import {
  choicesOf,
  elementOf,
  examplesOf,
  isOptional,
  kindOf,
  optionsOf,
  shapeOf,
} from "../yaml/mod.ts";

/** A value written for a schema. */
export interface Sample {
  /** What YAML holds. */
  readonly value: unknown;
}

/** Everything worth trying for a quantity: its own example, then round numbers of every size. */
function* quantities(schema: z.ZodType): Generator<unknown> {
  const quantity = quantityOf(schema);
  if (quantity === undefined) return;
  const { dimension } = quantity;
  yield DIMENSIONS[dimension].example;
  for (const unit of Object.keys(DIMENSIONS[dimension].units)) {
    for (const amount of [1, 10, 100, 0.1]) yield `${amount} ${unit}`;
  }
}

function* candidates(schema: z.ZodType, depth: number): Generator<unknown> {
  yield* examplesOf(schema);
  yield* quantities(schema);
  yield* choicesOf(schema) ?? [];
  if (isInputFile(schema)) yield "input.csv";
  switch (kindOf(schema)) {
    case "boolean":
      yield false;
      return;
    case "number":
    case "int":
      for (const n of [1, 2, 4, 10, 100, 0.5, 0, 1000]) yield n;
      return;
    case "string":
      yield "name";
      yield "a";
      return;
    case "array": {
      yield [];
      const item = elementOf(schema);
      const inner = item === undefined ? undefined : sampleOf(item, depth + 1);
      if (inner !== undefined) { for (const n of [1, 2, 3]) yield Array(n).fill(inner.value); }
      return;
    }
    case "object": {
      const value: Record<string, unknown> = {};
      for (const [key, below] of Object.entries(shapeOf(schema) ?? {})) {
        const inner = isOptional(below) ? undefined : sampleOf(below, depth + 1);
        if (inner !== undefined) value[key] = inner.value;
      }
      yield value;
      return;
    }
    case "union":
      for (const option of optionsOf(schema)) yield sampleOf(option, depth + 1)?.value;
      return;
    case "record":
      yield {};
  }
}

/** Some value that `schema` accepts; undefined if none of those worth trying is. */
export function sampleOf(schema: z.ZodType, depth = 0): Sample | undefined {
  if (depth > 8) return undefined;
  for (const value of candidates(schema, depth)) {
    if (value !== undefined && schema.safeParse(value).success) return { value };
  }
  return undefined;
}

/** How a canonical value would have been written; undefined if that cannot be told. */
export function writtenFor(schema: z.ZodType, canonical: unknown): Sample | undefined {
  const value = back(schema, canonical);
  const parsed = schema.safeParse(value);
  const same = parsed.success && JSON.stringify(parsed.data) === JSON.stringify(canonical);
  return same ? { value } : undefined;
}

function back(schema: z.ZodType, canonical: unknown): unknown {
  const quantity = quantityOf(schema);
  if (quantity !== undefined && typeof canonical === "number") {
    return formatQuantity(canonical, quantity.dimension);
  }
  if (Array.isArray(canonical)) {
    const item = elementOf(schema);
    return item === undefined ? canonical : canonical.map((one) => back(item, one));
  }
  if (typeof canonical !== "object" || canonical === null) return canonical;
  const shape = shapeOf(schema);
  if (shape === undefined) return canonical;
  return Object.fromEntries(
    Object.entries(canonical).map(([key, one]) => [key, back(shape[key] ?? z.unknown(), one)]),
  );
}

/** A value on one line of YAML. */
export function inline(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: false })
    .trimEnd();
}
