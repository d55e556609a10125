/** Collects what a binary carries into dist/build/: no list to maintain, folders as they are. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { systemSourceHash } from "../../src/experiment/mod.ts";
import { SYSTEMS } from "../../src/experiment/registry.ts";
import { figuresVersion } from "../../src/cli/draw.ts";
import { readHead, type ScenarioHead } from "../../src/cli/head.ts";
import { folderLibrary, isScenarioPath } from "../../src/cli/library.ts";
import { DESIGNS_PACK, packedDesigns } from "../../src/iron/metrics/bundled.ts";
import { PACK_NAME, packLibrary } from "../../src/cli/pack.ts";

/** Everything that scenarios can name lies in these folders. */
const FOLDERS = ["scenarios", "data"];

/** The figures' font: its licence allows embedding. */
const FONTS = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

/** A WASM file inside an npm package, as source names it. */
const WASM = /["'`]((?:@[\w.-]+\/)?[\w.-]+\/[\w./-]+\.wasm)["'`]/g;

/** The WASM files that some source file names and that are there: no list to maintain. */
function wasmFiles(root: string): string[] {
  const found = new Set<string>();
  for (const path of folderLibrary(root).list("src")) {
    if (!path.endsWith(".ts") || path.endsWith("_test.ts")) continue;
    for (const [, name] of readFileSync(join(root, path), "utf8").matchAll(WASM)) {
      const file = join(root, "node_modules", name);
      if (existsSync(file)) found.add(file);
    }
  }
  return [...found];
}

/** Files that the binary's code expects beside it. */
export interface Staged {
  /** Paths of the assets. */
  readonly assets: readonly string[];
  /** How many scenarios, platforms and data files are inside. */
  readonly files: number;
}

/** Writes the packed library and copies font and WASM files into `root`/dist/build. */
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
  const designs = join(build, DESIGNS_PACK);
  writeFileSync(designs, packedDesigns());
  const fonts = FONTS.map((name) => join(root, "node_modules", "dejavu-fonts-ttf", "ttf", name));
  const assets = [...fonts, ...wasmFiles(root)].map((file) => {
    const to = join(build, basename(file));
    copyFileSync(file, to);
    return to;
  });
  if (new Set(assets).size < assets.length) {
    throw new Error(`two assets have one name: ${assets.join(", ")}`);
  }
  return { assets: [pack, designs, ...assets], files: files.size };
}
