/** A checkout of designs on disk: a folder with each version, files of equal names in both. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DESIGNS } from "../designs/catalogue.ts";
import type { SourcePair, SourceText, Version } from "./source-pair.ts";
import type { SourceLanguage } from "./syntax.ts";

/** A checkout that cannot be measured; the message names the folder or file and what to do. */
export class CheckoutError extends Error {
  override name = "CheckoutError";
}

/** A source that cannot be measured: unreadable, too large or no text; the message names the file. */
export class SourceFileError extends Error {
  override name = "SourceFileError";
}

/** Names of the two folders, below the checkout. */
export type Folders = Readonly<Record<Version, string>>;

/** Folders that are found without being named: ours, and the published artifact's. */
const KNOWN: readonly Folders[] = [
  { before: "before", after: "after" },
  { before: "iron", after: "iron_ext" },
  ...["example_designs", "papers/fccm2025/artifact/example_designs"].map((designs) => ({
    before: `${designs}/iron`,
    after: `${designs}/iron_ext`,
  })),
];

/** A design is some hundred lines; what is larger than this is something else. */
export const MAX_SOURCE_BYTES = 1024 * 1024;
/** Files in one folder. */
export const MAX_SOURCES = 2000;

const LANGUAGES: Readonly<Record<string, SourceLanguage>> = { py: "python", ts: "typescript" };
// Packages' and tools' own files, not designs.
const IGNORED = /^(?:\.|__)/;

const isFolder = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Reads a file error in words. */
function reason(error: unknown): string {
  return (error as { code?: string }).code === "EACCES"
    ? "permission denied"
    : (error as Error).message;
}

function foldersOf(directory: string, named: Partial<Folders>): Folders {
  if (!isFolder(directory)) {
    throw new CheckoutError(
      statSync(directory, { throwIfNoEntry: false }) === undefined
        ? `there is no folder ${directory}`
        : `${directory} is a file; expected a folder with two versions of designs`,
    );
  }
  if (named.before !== undefined && named.after !== undefined) {
    const folders = { before: named.before, after: named.after };
    for (const name of Object.values(folders)) {
      if (!isFolder(join(directory, name))) {
        throw new CheckoutError(`there is no folder ${join(directory, name)}`);
      }
    }
    return folders;
  }
  if (named.before !== undefined || named.after !== undefined) {
    throw new CheckoutError("--before and --after are given together or not at all");
  }
  const found = KNOWN.find(({ before, after }) =>
    isFolder(join(directory, before)) && isFolder(join(directory, after))
  );
  if (found === undefined) {
    throw new CheckoutError(
      `${directory} has no two folders of designs; expected before/ and after/, or iron/ and ` +
        "iron_ext/; name others with --before and --after",
    );
  }
  return found;
}

/** Paths of the sources below a folder, relative to it, sorted. */
function sourcesBelow(folder: string): string[] {
  const found: string[] = [];
  const walk = (below: string) => {
    let entries;
    try {
      entries = readdirSync(join(folder, below), { withFileTypes: true });
    } catch (error) {
      throw new CheckoutError(`cannot read ${join(folder, below)}: ${reason(error)}`);
    }
    for (const entry of entries) {
      if (IGNORED.test(entry.name)) continue;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (languageOf(path) !== undefined) found.push(path);
      if (found.length > MAX_SOURCES) {
        throw new CheckoutError(`${folder} has more than ${MAX_SOURCES} sources; name one corpus`);
      }
    }
  };
  walk("");
  return found.sort();
}

function languageOf(path: string): SourceLanguage | undefined {
  return LANGUAGES[/\.([a-z]+)$/.exec(path)?.[1] ?? ""];
}

function readSource(file: string): SourceText {
  let bytes: Uint8Array;
  try {
    const { size } = statSync(file);
    if (size > MAX_SOURCE_BYTES) {
      throw new SourceFileError(
        `${file} has ${size} bytes; a design has at most ${MAX_SOURCE_BYTES}: leave it out`,
      );
    }
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof SourceFileError) throw error;
    throw new SourceFileError(`cannot read ${file}: ${reason(error)}`);
  }
  const language = languageOf(file) as SourceLanguage;
  const encoding = language === "python" ? declaredEncoding(bytes) : "utf-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return { file, language, text };
  } catch {
    const written = encoding === "utf-8" ? "UTF-8" : encoding;
    throw new SourceFileError(`${file} is not ${written} text; convert it to UTF-8`);
  }
}

/** What a Python source says of its encoding in its first two lines (PEP 263). */
function declaredEncoding(bytes: Uint8Array): string {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 400));
  const lines = start.split(/\r\n|\r|\n/).slice(0, 2).join("\n");
  const named = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/m.exec(lines)?.[1] ?? "utf-8";
  // Python's spellings that TextDecoder does not know.
  return named.toLowerCase().replaceAll("_", "-").replace(/^latin-(\d)/, "latin$1");
}

const letters = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
const BY_LETTERS = new Map(DESIGNS.map(({ name }, i) => [letters(name), { name, place: i }]));

function several(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

/**
 * The designs of a checkout. A design is called after its file; one of Table 7.1 (whatever the case
 * and punctuation of its file) as there. Those come first, in the table's order.
 *
 * @param named the two folders; default: `before` and `after`, or `iron` and `iron_ext`, here or below
 *   the artifact's path.
 * @throws {CheckoutError} for a missing folder, names that only one folder has, no source at all.
 * @throws {SourceFileError} for a file that is too large, no text or unreadable.
 */
export function checkoutSources(directory: string, named: Partial<Folders> = {}): SourcePair[] {
  const folders = foldersOf(directory, named);
  const [before, after] = [join(directory, folders.before), join(directory, folders.after)];
  const [earlier, later] = [sourcesBelow(before), sourcesBelow(after)];
  const only = (these: string[], others: string[]) => these.filter((p) => !others.includes(p));
  const unequal = [[before, only(earlier, later)], [after, only(later, earlier)]] as const;
  const missing = unequal.filter(([, names]) => names.length > 0)
    .map(([folder, names]) => `only ${folder} has ${several(names)}`);
  if (missing.length > 0) {
    throw new CheckoutError(`${missing.join("; ")}: both folders need files of equal names`);
  }
  if (earlier.length === 0) {
    throw new CheckoutError(`${before} has no sources; expected Python (.py) or TypeScript (.ts)`);
  }
  const pairs = earlier.map((path) => {
    const stem = path.replace(/\.[a-z]+$/, "");
    const known = BY_LETTERS.get(letters(stem));
    return {
      design: known?.name ?? stem,
      place: known?.place ?? BY_LETTERS.size,
      before: readSource(join(before, path)),
      after: readSource(join(after, path)),
    };
  });
  const twice = pairs.find(({ design }, i) => pairs.findIndex((p) => p.design === design) !== i);
  if (twice !== undefined) {
    throw new CheckoutError(`two files of ${before} are called ${twice.design}: rename one`);
  }
  return pairs.sort((a, b) => a.place - b.place)
    .map(({ design, before, after }) => ({ design, before, after }));
}
