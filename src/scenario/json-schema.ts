/**
 * JSON Schemas (draft-07, what YAML editors understand) of scenarios and platforms, from the same
 * schemas that the loader checks with.
 */
import { z } from "zod";
import { platformSchema } from "../hardware/mod.ts";
import type { Experiment } from "../model/mod.ts";
import { formatQuantity, quantityOf } from "../units/mod.ts";
import { defaultOf, shapeOf } from "../yaml/mod.ts";
import { SHELL } from "./shell.ts";

/** A JSON Schema or a part of one. */
export type JsonSchema = { [key: string]: unknown };

/** A schema's written form: quantities with units, what has a default may be left out. */
function written(schema: z.ZodType): JsonSchema {
  const json = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      // zod gives a default as the model sees it; the editor needs it as it is written.
      const quantity = quantityOf(zodSchema);
      const otherwise = defaultOf(zodSchema as unknown as z.ZodType)?.value;
      if (quantity !== undefined && typeof otherwise === "number") {
        jsonSchema.default = formatQuantity(otherwise, quantity.dimension);
      }
    },
  }) as JsonSchema;
  delete json["$schema"];
  return json;
}

const list = (items: JsonSchema) => ({ type: "array", minItems: 1, items });

/** What an experiment adds: its parameters, wherever a scenario may set them. */
function parametersOf(experiment: Experiment, hardware: JsonSchema): JsonSchema {
  const shape = shapeOf(experiment.parameters) ?? {};
  const own = Object.fromEntries(
    Object.entries(shape).map(([key, schema]) => [key, written(schema)]),
  );
  // Nothing is required here: a sweep or the cases may set it. The loader looks at all three.
  const object = (properties: Record<string, JsonSchema>) => ({
    type: "object",
    properties,
    additionalProperties: false,
  });
  const varied = { ...own, hardware };
  const lists = Object.fromEntries(Object.entries(varied).map(([k, v]) => [k, list(v)]));
  return {
    if: { properties: { experiment: { const: experiment.id } }, required: ["experiment"] },
    then: {
      properties: {
        parameters: {
          ...object(own),
          type: ["object", "null"],
          description: `Parameters of ${experiment.id}: ${experiment.says}`,
        },
        cases: list({ ...object(varied), minProperties: 1 }),
        sweep: { ...object(lists), minProperties: 1 },
      },
    },
  };
}

/** The JSON Schema of scenario files, with each experiment's parameters. */
export function scenarioJsonSchema(
  experiments: Iterable<Experiment>,
  platforms: readonly string[] = [],
): JsonSchema {
  const all = [...experiments];
  const shell = written(z.strictObject(SHELL)) as { properties: Record<string, JsonSchema> };
  const hardware = platforms.length === 0 ? { type: "string" } : { enum: [...platforms] };
  const { properties } = shell;
  const narrowed = (key: string, by: JsonSchema) => ({ ...properties[key], ...by });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A wherewhen scenario",
    ...shell,
    properties: {
      ...properties,
      id: narrowed("id", { pattern: "^[a-z0-9]+([.-][a-z0-9]+)*/[a-z0-9]+([.-][a-z0-9]+)*$" }),
      experiment: narrowed("experiment", { enum: all.map(({ id }) => id) }),
      hardware: narrowed("hardware", hardware),
      // YAML gives `parameters:` without anything below it as null.
      parameters: narrowed("parameters", { type: ["object", "null"] }),
    },
    allOf: all.map((experiment) => parametersOf(experiment, hardware)),
  };
}

/** The JSON Schema of platform files (scenarios/hardware/*.yaml). */
export function platformJsonSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A wherewhen platform",
    ...written(platformSchema),
  };
}
