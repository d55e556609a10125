/** Collects what a binary carries into dist/build/: no list to maintain, folders as they are. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { systemSourceHash } from "../../src/experiment/mod.ts";
import { SYSTEMS } from "../../src/experiment/registry.ts";
import { figuresVersion } from "../../src/cli/draw.ts";
import { readHead, type ScenarioHead } from "../../src/cli/head.ts";
import { folderLibrary, isScenarioPath } from "../../src/cli/library.ts";
import { PACK_NAME, packLibrary } from "../../src/cli/pack.ts";
import { DESIGNS_PACK, packedDesigns } from "../../src/iron/metrics/mod.ts";

/** Everything that scenarios can name lies in these folders. */
const FOLDERS = ["scenarios", "data"];

/** The figures' font: its licence allows embedding. */
const FONTS = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

/** The packages' WASM files that the source names, in whatever folder of the package: no list to maintain. */
function wasmFiles(root: string): string[] {
  const named = new Set<string>();
  for (const path of folderLibrary(root).list("src")) {
    if (!path.endsWith(".ts") || path.endsWith("_test.ts")) continue;
    const text = readFileSync(join(root, path), "utf8");
    for (const [name] of text.matchAll(/[\w.-]+\.wasm\b/g)) named.add(name);
  }
  const config = JSON.parse(readFileSync(join(root, "deno.json"), "utf8"));
  const found = new Map<string, string>();
  for (const specifier of Object.values(config.imports as Record<string, string>)) {
    const name = specifier.replace(/^npm:/, "").replace(/@[^@/]*$/, "");
    const folder = join(root, "node_modules", name);
    // Of several the one that lies least deep: a debug build lies in a folder of its own.
    const depth = (path: string) => path.split("/").length;
    const paths = folderLibrary(folder).list(".").toSorted((a, b) => depth(a) - depth(b));
    for (const path of paths) {
      const file = basename(path);
      if (named.has(file) && !found.has(file)) found.set(file, join(folder, path));
    }
  }
  const missing = [...named].filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`no package has ${missing.join(", ")}: deno install`);
  return [...found.values()];
}

/** Files that the binary's code expects beside it. */
export interface Staged {
  /** Paths of the assets. */
  readonly assets: readonly string[];
  /** How many scenarios, platforms and data files are inside. */
  readonly files: number;
}

/** Writes the packed library and the designs' source, copies the font and the WASM into `root`/dist/build. */
export async function stage(root: string): Promise<Staged> {
  const library = folderLibrary(root);
  const files = new Map<string, Uint8Array>();
  for (const path of FOLDERS.flatMap((folder) => library.list(folder))) {
    files.set(path, library.read(path) as Uint8Array);
  }
  const heads: Record<string, ScenarioHead> = {};
  for (const [path, bytes] of files) {
    if (isScenarioPath(path)) heads[path] = await readHead(path, bytes);
  }
  const models: Record<string, string> = {};
  for (const system of Object.keys(SYSTEMS)) {
    const hash = systemSourceHash(system);
    if (hash === undefined) throw new Error(`the source of ${system} cannot be read`);
    models[system] = hash;
  }
  const versions = { models, figures: figuresVersion() };
  const build = join(root, "dist", "build");
  mkdirSync(build, { recursive: true });
  const pack = join(build, PACK_NAME);
  writeFileSync(pack, packLibrary(files, { versions, heads }));
  const fonts = FONTS.map((name) => {
    const to = join(build, name);
    copyFileSync(join(root, "node_modules", "dejavu-fonts-ttf", "ttf", name), to);
    return to;
  });
  const wasm = wasmFiles(root).map((path) => {
    const to = join(build, basename(path));
    copyFileSync(path, to);
    return to;
  });
  // The source of the IRON designs, which is measured: a binary has no source files.
  const designs = join(build, DESIGNS_PACK);
  writeFileSync(designs, packedDesigns());
  return { assets: [pack, ...fonts, ...wasm, designs], files: files.size };
}
