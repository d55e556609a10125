/** What a standalone binary carries in one file: scenarios, platforms, data, and model versions. */
import type { ScenarioHead } from "./head.ts";
import type { Library } from "./library.ts";

/** Hashes of the sources that a binary was built from; it has no source files to hash. */
export interface Versions {
  /** By system, as the runner names it: the hash that goes into manifests. */
  readonly models: Readonly<Record<string, string>>;
  /** Of the code that draws. */
  readonly figures: string;
}

/** Name of the packed file beside a binary's code. */
export const PACK_NAME = "wherewhen.pack";

/** What is known of the packed files without reading them. */
export interface Known {
  readonly versions: Versions;
  /** Heads of the scenarios by path. */
  readonly heads: Readonly<Record<string, ScenarioHead>>;
}

interface Index extends Known {
  /** Path and length of each file, in the order of the bytes that follow. */
  readonly files: readonly (readonly [path: string, bytes: number])[];
}

/** Files and what is known of them as one: the length of the index in a line, the index as JSON, the bytes. */
export function packLibrary(
  files: ReadonlyMap<string, Uint8Array>,
  known: Known,
): Uint8Array {
  const paths = [...files.keys()].sort();
  const index: Index = {
    ...known,
    files: paths.map((path) => [path, (files.get(path) as Uint8Array).length]),
  };
  const head = new TextEncoder().encode(JSON.stringify(index));
  const size = new TextEncoder().encode(`${head.length}\n`);
  const parts = [size, head, ...paths.map((path) => files.get(path) as Uint8Array)];
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    packed.set(part, at);
    at += part.length;
  }
  return packed;
}

/**
 * The library inside a packed file.
 *
 * @throws {Error} if the bytes are none, or are cut short.
 */
export function packedLibrary(packed: Uint8Array): Library {
  const text = (from: number, to: number) => new TextDecoder().decode(packed.subarray(from, to));
  const damaged = () => new Error(`${PACK_NAME} inside this binary is damaged: build it again`);
  const line = packed.subarray(0, 16).indexOf(10);
  const size = Number(line < 1 ? NaN : text(0, line));
  if (!Number.isInteger(size)) throw damaged();
  const { versions, heads, files } = JSON.parse(text(line + 1, line + 1 + size)) as Index;
  const places = new Map<string, readonly [from: number, to: number]>();
  let at = line + 1 + size;
  for (const [path, bytes] of files) places.set(path, [at, at += bytes]);
  if (at !== packed.length) throw damaged();
  return {
    versions,
    heads,
    list: (folder) => [...places.keys()].filter((path) => path.startsWith(`${folder}/`)),
    read(path) {
      const place = places.get(path);
      return place === undefined ? undefined : packed.subarray(...place);
    },
  };
}
