/** A commented scenario to start from, written from what an experiment says of itself. */
import type { z } from "zod";
import { buildPlatform } from "../hardware/mod.ts";
import { type Experiment, isInputFile } from "../model/mod.ts";
import { DIMENSIONS, quantityOf } from "../units/mod.ts";
import { gatheredColumns } from "./columns.ts";
import { inline, type Sample, sampleOf, writtenFor } from "./examples.ts";
import {
  choicesOf,
  defaultOf,
  descriptionOf,
  examplesOf,
  isOptional,
  kindOf,
  shapeOf,
} from "../yaml/mod.ts";
import { loadPlatform } from "./platforms.ts";
import { isSafeName } from "./names.ts";
import type { PlatformSource } from "./sources.ts";

/** What a new scenario may be told beside its experiment. */
export interface NewScenarioOptions {
  /** Id to write; default: `my/<name of the experiment>`. */
  readonly id?: string;
  /** Path from the scenario to the JSON Schema, for editors; absent where there is no such file yet. */
  readonly schema?: string;
}

interface Parameter {
  readonly key: string;
  readonly schema: z.ZodType;
  /** What to write; absent: nothing is known that is accepted. */
  readonly sample: Sample | undefined;
  /** Written as a comment: it may be left out, and is by default. */
  readonly optional: boolean;
  readonly hasDefault: boolean;
}

function parameterOf(key: string, schema: z.ZodType): Parameter {
  const given = defaultOf(schema);
  const otherwise = given === undefined ? undefined : schema.safeParse(undefined).data;
  const kept = given === undefined ? undefined : writtenFor(schema, otherwise);
  const sample = kept ?? sampleOf(schema);
  const optional = isOptional(schema) && kept === undefined;
  return { key, schema, sample, optional, hasDefault: given !== undefined };
}

/** `duration in ns us ms s min h`, `one of cold, warm`, `whole number`... */
function form(schema: z.ZodType): string {
  const quantity = quantityOf(schema);
  if (quantity !== undefined) {
    const { noun, units } = DIMENSIONS[quantity.dimension];
    return `${noun} in ${Object.keys(units).join(" ")}`;
  }
  const choices = choicesOf(schema);
  if (choices !== undefined) return choices.map(String).join(" | ");
  const kinds: Record<string, string> = {
    string: "text",
    boolean: "true | false",
    array: "list",
    object: "mapping",
    record: "mapping",
    union: "",
    int: "whole number",
  };
  const kind = kindOf(schema);
  return kinds[kind] ?? kind;
}

const WIDTH = 100;

/** A comment of one or more lines, none longer than `WIDTH` where words allow. */
function comment(text: string, indent = ""): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = `${indent}#`;
    for (const word of paragraph.split(/\s+/).filter((word) => word !== "")) {
      const longer = `${line} ${word}`;
      if (longer.length > WIDTH && line !== `${indent}#`) {
        lines.push(line);
        line = `${indent}# ${word}`;
      } else line = longer;
    }
    lines.push(line);
  }
  return lines;
}

function parameterLines(parameter: Parameter): string[] {
  const { key, schema, sample, optional, hasDefault } = parameter;
  const says = descriptionOf(schema);
  const kind = form(schema);
  const state = isInputFile(schema) && !optional
    ? examplesOf(schema).length > 0
      ? "required: a file of yours; this one ships with wherewhen"
      : "required: name a file of yours"
    : hasDefault
    ? "the default is shown"
    : optional
    ? "may be left out"
    : "required";
  const known = says === undefined || says === kind || kind === ""
    ? says ?? kind
    : `${says} (${kind})`;
  const lines = comment(`${known}; ${state}`.replace(/\.(;| \()/, "$1"), "  ");
  const value = sample === undefined ? "" : ` ${inline(sample.value)}`;
  lines.push(optional ? `  # ${key}:${value}` : `  ${key}:${value}`);
  return lines;
}

/** The first platform on which the experiment finds nothing wrong with these parameters. */
function platformFor(
  experiment: Experiment,
  written: Readonly<Record<string, unknown>>,
  platforms: PlatformSource,
): string {
  const parsed = experiment.parameters.safeParse(written);
  for (const id of platforms.ids) {
    const loaded = loadPlatform(id, platforms.read(id));
    if (!loaded.ok || !parsed.success) continue;
    try {
      const platform = buildPlatform(loaded.value.spec);
      if ((experiment.check?.(parsed.data, platform) ?? []).length === 0) return id;
    } catch {
      // A platform that the experiment cannot use at all.
    }
  }
  return platforms.ids[0] ?? "PLATFORM";
}

/** Values to suggest for a sweep: every choice, or the written value alone. */
function sweepLine({ schema, key, sample }: Parameter): string {
  const choices = choicesOf(schema) ?? (kindOf(schema) === "boolean" ? [false, true] : undefined);
  return `#   ${key}: ${inline(choices ?? [sample?.value])}`;
}

/**
 * A scenario for `experiment` with every parameter, its description, form and default. It loads as it
 * is, on the first of `platforms` that the experiment accepts.
 */
export function newScenario(
  experiment: Experiment,
  platforms: PlatformSource,
  options: NewScenarioOptions = {},
): string {
  const shape = shapeOf(experiment.parameters) ?? {};
  const parameters = Object.entries(shape).map(([key, schema]) => parameterOf(key, schema));
  const active = parameters.filter((p) => !p.optional && p.sample !== undefined);
  const written = Object.fromEntries(active.map((p) => [p.key, p.sample?.value]));
  const name = experiment.id.split("/").pop() ?? "scenario";
  const id = options.id ?? `my/${isSafeName(name) ? name : "scenario"}`;
  // Columns that depend on parameters: those that the parameters as written give.
  const parsed = experiment.parameters.safeParse(written);
  const given = parsed.success ? experiment.columnsFor?.(parsed.data) : undefined;
  const observed = Object.entries(experiment.columns)
    .filter(([column]) => given === undefined || given.includes(column));
  const columns = gatheredColumns({
    varied: [],
    columns: observed,
    replications: experiment.replications,
    seeds: 3,
  });
  const choosable = (p: Parameter) => choicesOf(p.schema) !== undefined;
  const sweepable = [
    ...parameters.filter((p) => quantityOf(p.schema) !== undefined).slice(0, 2),
    ...parameters.filter(choosable).slice(0, 2),
  ];
  const measure = columns.find((c) =>
    observed.some(([m, { role }]) => role === "measure" && c.startsWith(m))
  );
  const required = parameters.filter((p) => !p.optional && !p.hasDefault).map(({ key }) => key);
  const { schema } = options;
  return [
    ...(schema === undefined
      ? ["# For completion in an editor: wherewhen schema > schema.json, in this folder."]
      : []),
    `# yaml-language-server: $schema=${schema ?? "schema.json"}`,
    ...comment(`${experiment.id}: ${experiment.says}`),
    "# Check this file with `wherewhen check`, run it with `wherewhen run`.",
    ...comment(
      "Yours to fill in: id, title" +
        (required.length === 0 ? "" : `, and what has no default: ${required.join(", ")}`) +
        ". What else you do not change may go.",
    ),
    "",
    `id: ${id} # <system>/<name>, in lower case; also names the output files`,
    `title: ${inline(experiment.says)}`,
    "# source: where the original is published, for example: Dissertation section 4.4, Figure 4.6",
    `experiment: ${experiment.id}`,
    `hardware: ${platformFor(experiment, written, platforms)} # a platform in scenarios/hardware/`,
    "seeds: 3 # replications 1 to 3; also a range (5..9) or a list ([3, 7])",
    `# replications: ${experiment.replications} # mean_stddev | mean | mean_ci | rows`,
    "",
    parameters.length === 0 ? "parameters: {}" : "parameters:",
    ...parameters.flatMap(parameterLines),
    "",
    "# Parameters to vary: the runs are the cross product of these lists, and each is a CSV column.",
    "# A swept value takes the place of the one under `parameters`.",
    "# sweep:",
    ...(sweepable.length === 0 ? parameters.slice(0, 2) : sweepable).map(sweepLine),
    "",
    "# What the CSV holds:",
    ...observed.flatMap(([column, { says }]) => comment(`${column}: ${says}`)),
    "# SQL over the table `runs` can replace it:",
    `# table: SELECT ${columns.join(", ")} FROM runs`,
    "",
    "# How the CSV is drawn: line | bars | cdf | box | heatmap | timeline | table | effect | panels.",
    "figure:",
    "  kind: table",
    "  # Of the CSV's columns these alone; without the list all are shown, those of the sweep first.",
    "  # columns:",
    ...columns.slice(0, 8).map((column) => `  #   - column: ${column}`),
    "",
    "# What was published, and the measure over the CSV (the table `result`) that answers it.",
    "claims: []",
    "#  - id: a-name",
    "#    says: what the publication states, in words",
    "#    published: 71.94 % # as printed",
    "#    kind: value # value | ratio | ordering | crossover | trend",
    `#    measure: avg(${measure ?? "column"})`,
    "#    tolerance: 5 points # printed (half of the last digit) | 5 points | 10 % | 20 ms",
    "#    basis: predicted # predicted | calibrated",
    "",
  ].join("\n");
}
