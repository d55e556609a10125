/**
 * The manifest beside a result: how it was made, in full, and only what is the same on every run. It
 * is written last, so that a result without a fitting manifest is known to be unfinished or edited.
 */
import type { ClaimSpec } from "../claims/mod.ts";
import type { ResolvedScenario } from "../scenario/mod.ts";
import type { Table } from "../table/mod.ts";
import { canonical, hashOf } from "./hash.ts";

/** Version of the manifest's own layout. */
export const MANIFEST_FORMAT = 1;

/** A measure's result, kept so that `compare` needs no run. */
export interface ManifestClaim {
  /** Hash of the measure's SQL. */
  readonly measure: string;
  /** What it gave; absent if it failed or was large. */
  readonly table?: Table;
  readonly failed?: string;
}

/** A manifest's content. */
export interface Manifest {
  readonly format: number;
  readonly scenario: string;
  readonly title: string;
  readonly tool: string;
  /** Everything that the table follows from: experiment, parameters, axes, seeds, platforms, inputs. */
  readonly made_from: Record<string, unknown>;
  /** Hash of `made_from`. */
  readonly scenario_hash: string;
  /** Hash of the source behind the model. */
  readonly model_hash: string;
  readonly runs: number;
  readonly events: number;
  /** Over the event hashes of all runs, in scenario order. */
  readonly event_hash: string;
  readonly csv: { readonly sha256: string; readonly rows: number; readonly columns: string[] };
  /** Hash of the figure's description and of the code that drew it; absent without a picture. */
  readonly figure_hash?: string;
  readonly pictures: string[];
  readonly claims: Readonly<Record<string, ManifestClaim>>;
}

/** Everything of a scenario that its table follows from. */
export function madeFrom(scenario: ResolvedScenario): Record<string, unknown> {
  const { experiment, hardware, seeds, replications, parameters, axes, table } = scenario;
  const hashes = (record: Readonly<Record<string, { readonly sha256: string }>>) =>
    Object.fromEntries(Object.entries(record).map(([name, { sha256 }]) => [name, sha256]));
  const platforms = Object.fromEntries(
    Object.entries(scenario.platforms).map(([name, { spec }]) => [name, hashOf(spec)]),
  );
  // By way of the canonical form: what the manifest holds compares equal when it is read back.
  return JSON.parse(canonical({
    experiment,
    hardware,
    seeds: seedsText(seeds),
    replications,
    parameters,
    axes: axes.map(({ columns, points }) => ({
      columns: columns.map(({ column }) => column),
      points: points.map(({ cells, parameters, hardware }) => ({ cells, parameters, hardware })),
    })),
    platforms,
    inputs: hashes(scenario.inputs),
    references: hashes(scenario.references),
    table,
  })) as Record<string, unknown>;
}

/** `1..20` for consecutive seeds, else the list. */
function seedsText(seeds: readonly number[]): string {
  const [first, last] = [seeds[0], seeds[seeds.length - 1]];
  const consecutive = seeds.every((seed, i) => seed === first + i);
  return consecutive ? seeds.length === 1 ? `${first}` : `${first}..${last}` : seeds.join(", ");
}

/** The hash under which a claim's measure is kept. */
export function measureHash(claim: Pick<ClaimSpec, "measure">): string {
  return hashOf(claim.measure.trim()).slice(0, 16);
}

/** Where two plain values first differ, as a path with both values; undefined if they do not. */
export function firstDifference(before: unknown, now: unknown, path = ""): string | undefined {
  if (canonical(before) === canonical(now)) return undefined;
  const both = [before, now];
  if (both.every((v) => v !== null && typeof v === "object" && !Array.isArray(v))) {
    const [a, b] = both as Record<string, unknown>[];
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const found = firstDifference(a[key], b[key], path === "" ? key : `${path}.${key}`);
      if (found !== undefined) return found;
    }
  }
  if (both.every(Array.isArray)) {
    const [a, b] = both as unknown[][];
    if (a.length !== b.length) return `${path} (${a.length} → ${b.length} items)`;
    for (let i = 0; i < a.length; i++) {
      const found = firstDifference(a[i], b[i], `${path}[${i}]`);
      if (found !== undefined) return found;
    }
  }
  const [from, to] = both.map(short);
  return from.length + to.length > 80 ? path : `${path} (${from} → ${to})`;
}

const short = (value: unknown) => value === undefined ? "absent" : canonical(value);

/** A manifest as text: two spaces deep, lists of plain values on one line. */
export function formatManifest(manifest: Manifest): string {
  return `${layOut(manifest, "")}\n`;
}

function layOut(value: unknown, indent: string): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const flat = value.every((v) => v === null || typeof v !== "object");
    if (flat) return `[${value.map((v) => JSON.stringify(v)).join(", ")}]`;
    return `[\n${value.map((v) => deeper + layOut(v, deeper)).join(",\n")}\n${indent}]`;
  }
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  if (entries.length === 0) return "{}";
  const flat = JSON.stringify(value);
  if (indent.length > 2 && flat.length <= 80 && entries.length > 0) {
    return `{ ${
      entries.map(([k, v]) => `${JSON.stringify(k)}: ${JSON.stringify(v)}`).join(", ")
    } }`;
  }
  const lines = entries.map(([k, v]) => `${deeper}${JSON.stringify(k)}: ${layOut(v, deeper)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

/** Reads a manifest; undefined if the text is none of this format. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const value = JSON.parse(text) as Manifest;
    const whole = value.format === MANIFEST_FORMAT && typeof value.scenario_hash === "string" &&
      typeof value.csv?.sha256 === "string" && typeof value.claims === "object" &&
      Array.isArray(value.pictures) && typeof value.made_from === "object";
    return whole ? value : undefined;
  } catch {
    return undefined;
  }
}
