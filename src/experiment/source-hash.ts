/**
 * The version of a model: a hash over the source files that its results can depend on, so that a result
 * is up to date only as long as its model is.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "./hash.ts";

/** Reads a source file; undefined if it is not there. */
export type ReadSource = (path: string) => string | undefined;

// A folder's URL is no source; what is read below it must be imported to count.
const readSource: ReadSource = (path) =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true
    ? readFileSync(path, "utf8")
    : undefined;

// Static imports, exports from, dynamic imports and worker URLs with a literal path.
const IMPORT = /(?:\bfrom|\bimport|\bimport\s*\(|\bnew URL\()\s*["'](\.{1,2}\/[^"']+)["']/g;
// What is imported for its type alone changes no result.
const TYPE_ONLY = /\b(?:import|export)\s+type\s[^;"']*?\bfrom\s*["'][^"']+["']/g;
// An npm package: a name without a scheme, `node:` for one.
const PACKAGE = /(?:\bfrom|\bimport|\bimport\s*\()\s*["']((?:@[\w.-]+\/)?[a-z][\w.-]*)[^"':]*["']/g;

const SOURCE = /\.[cm]?[jt]sx?$/;

/** Every source file reachable from `entries` by relative imports, sorted. */
export function importGraph(
  entries: readonly string[],
  read: ReadSource = readSource,
): Map<string, string> {
  const found = new Map<string, string>();
  const open = entries.map((entry) => resolve(entry));
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const text = read(path);
    if (text === undefined) continue;
    found.set(path, text);
    if (!SOURCE.test(path)) continue;
    const code = text.replaceAll(TYPE_ONLY, "");
    for (const [, target] of code.matchAll(IMPORT)) open.push(resolve(dirname(path), target));
  }
  return new Map([...found].sort(([a], [b]) => a < b ? -1 : 1));
}

/** The npm packages that a graph's files import, sorted. */
export function packagesOf(files: ReadonlyMap<string, string>): string[] {
  const found = new Set<string>();
  for (const [path, text] of files) {
    if (!SOURCE.test(path)) continue;
    for (const [, name] of text.replaceAll(TYPE_ONLY, "").matchAll(PACKAGE)) found.add(name);
  }
  return [...found].sort();
}

/** Source without the comments that have lines of their own, and without empty lines. */
export function withoutComments(text: string): string {
  const kept: string[] = [];
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    const start = line.trimStart();
    if (inside || start.startsWith("/**")) inside = !line.includes("*/");
    else if (start !== "" && !start.startsWith("//")) kept.push(line);
  }
  return kept.join("\n");
}

/**
 * Hash over the paths (below `root`) and texts of a graph's files. Comments do not count: a better
 * docstring does not make a result out of date.
 */
export function hashGraph(files: ReadonlyMap<string, string>, root: string): string {
  const lines = [...files].map(([path, text]) => {
    const code = SOURCE.test(path) ? withoutComments(text) : text;
    return `${relative(root, path).split(sep).join("/")} ${sha256(code)}`;
  });
  return sha256(lines.sort().join("\n"));
}

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * Hash of the source behind a system's results: its mod.ts, what runs and gathers (run.ts, gather.ts)
 * and the CSV writer, with all they import and the pinned versions of their packages. Undefined where
 * the source cannot be read, as in a binary.
 *
 * @param system the folder's name below src/
 */
export function systemSourceHash(
  system: string,
  read: ReadSource = readSource,
): string | undefined {
  const src = resolve(HERE, "..");
  const entry = resolve(src, system, "mod.ts");
  const own = ["run.ts", "gather.ts", "../table/csv.ts", "../table/sql.ts"];
  try {
    if (read(entry) === undefined) return undefined;
    const files = importGraph([entry, ...own.map((f) => resolve(HERE, f))], read);
    const pins = JSON.parse(read(resolve(src, "../deno.json")) ?? "{}").imports ?? {};
    const packages = packagesOf(files).map((name) => `${name} ${pins[name] ?? "?"}`);
    return sha256([hashGraph(files, src), ...packages].join("\n"));
  } catch {
    return undefined;
  }
}
