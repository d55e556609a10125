/** The source of the 27 bundled designs, in both versions. */
import { existsSync, readFileSync } from "node:fs";
import { DESIGNS } from "../designs/catalogue.ts";
import type { SourcePair, Version } from "./source-pair.ts";
import { binaryPlaces } from "./wasm-bytes.ts";

/**
 * Name of the file that holds all sources in a binary, where there are no source files. The build
 * writes it with `packedDesigns` and embeds it under this name: JSON, but Bun would take `.json` for code.
 */
export const DESIGNS_PACK = "iron-designs.pack";

type Pack = Readonly<Record<string, string>>;

// A module cannot be imported both as code and as text: Bun's bundler refuses it. So the text is read.
const ROOM = new URL("../", import.meta.url);

const pathOf = (version: Version, file: string) => `${version}/${file}.ts`;

function readSources(): Pack {
  const paths = DESIGNS.flatMap(({ file }) => [pathOf("before", file), pathOf("after", file)]);
  if (paths.every((path) => existsSync(new URL(`designs/${path}`, ROOM)))) {
    return Object.fromEntries(
      paths.map((path) => [path, readFileSync(new URL(`designs/${path}`, ROOM), "utf8")]),
    );
  }
  const places = binaryPlaces(DESIGNS_PACK, import.meta.url);
  const found = places.find((place) => existsSync(place));
  if (found === undefined) {
    throw new Error(
      `the designs' source is neither below ${ROOM} nor at ${places.join(" nor at ")}: ` +
        `embed ${DESIGNS_PACK} when building a binary`,
    );
  }
  return JSON.parse(readFileSync(found, "utf8"));
}

/** The text of `DESIGNS_PACK`, for the build. */
export function packedDesigns(): string {
  return JSON.stringify(readSources());
}

/** The bundled designs' sources, in the order of Table 7.1. */
export function bundledSources(): SourcePair[] {
  const sources = readSources();
  return DESIGNS.map(({ name, file }) => {
    const source = (version: Version) => ({
      file: `src/iron/designs/${pathOf(version, file)}`,
      language: "typescript" as const,
      text: sources[pathOf(version, file)],
    });
    return { design: name, before: source("before"), after: source("after") };
  });
}
