/** YAML with a schema, for input files of a model: each mistake with file, line and column. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { Document } from "yaml";
import type { z } from "zod";

/** A file that cannot be used, with every mistake in it (at most 20), separated by semicolons. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** Something wrong in a checked value: where (keys from the root) and what. */
export interface Mistake {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Largest text read, in characters: a thousand services fit; the parser takes seconds for more. */
const MOST_TEXT = 256 * 1024;
/** Most of a mistake that is told, in characters: it may quote the file. */
const MOST_TOLD = 400;
/** Brackets nested more deeply than any file means; the parser would take seconds to find out. */
const MOST_DEPTH = 200;

function tooDeep(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "[" || c === "{") depth++;
    else if (c === "]" || c === "}") depth--;
    if (depth > MOST_DEPTH) return i;
  }
  return -1;
}

/** Keys that stand twice in one mapping. The parser's own check compares every pair of them. */
function repeated(document: Document): { readonly offset: number; readonly message: string }[] {
  const found: { offset: number; message: string }[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          const message = `the key "${String(key.value)}" stands there twice; keep one`;
          found.push({ offset: key.range?.[0] ?? 0, message });
        }
        seen.add(key.value);
      }
    },
  });
  return found;
}

/**
 * Reads `text` as one YAML document of this schema.
 *
 * @param review further checks on the typed value.
 * @throws {InputError} naming file, line, column and what was expected.
 */
export function readLocated<T>(
  text: string,
  file: string,
  schema: z.ZodType<T>,
  review: (value: T) => readonly Mistake[] = () => [],
): T {
  const lines = new LineCounter();
  if (text.length > MOST_TEXT) {
    const [size, limit] = [text.length, MOST_TEXT].map((n) => Math.ceil(n / 1024));
    throw new InputError(`${file}: it has ${size} KiB; at most ${limit} KiB are read as YAML`);
  }
  const deep = tooDeep(text);
  if (deep >= 0) {
    const line = text.slice(0, deep).split("\n").length;
    throw new InputError(
      `${file}:${line}: nested too deeply; at most ${MOST_DEPTH} levels are read`,
    );
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    logLevel: "error", // warnings would go to stderr by themselves
    prettyErrors: false, // one line each; the place comes from here
    uniqueKeys: false,
  });
  const at = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    // What the parser says when it has come to the end of its stack.
    const said = message.startsWith("Maximum call stack") ? "nested too deeply" : message;
    const told = said.length > MOST_TOLD ? `${said.slice(0, MOST_TOLD)}…` : said;
    return `${file}:${line}:${col}: ${told}`;
  };
  const wrong = document.errors.length > 0
    ? document.errors.map((e) => ({ offset: e.pos[0], message: e.message }))
    : repeated(document);
  if (wrong.length > 0) {
    throw new InputError(
      wrong.slice(0, 20).map(({ offset, message }) => at(offset, message)).join("; "),
    );
  }
  const refuse = (mistakes: readonly Mistake[]): never => {
    const shown = mistakes.slice(0, 20).map(({ path, message }) => {
      const where = path.length > 0 ? `${path.map(String).join(" > ")}: ` : "";
      return at(offsetOf(document.contents, path), where + message);
    });
    throw new InputError(shown.join("; "));
  };
  const checked = schema.safeParse(plain(document, file), {
    error: (issue) => issue.input === undefined ? "missing" : undefined,
  });
  if (!checked.success) return refuse(checked.error.issues);
  const mistakes = review(checked.data);
  return mistakes.length > 0 ? refuse(mistakes) : checked.data;
}

function plain(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // A ReferenceError for too many aliases, a RangeError of the stack.
    const why = error instanceof RangeError ? "nested too deeply" : "too many aliases (*)";
    throw new InputError(`${file}: ${why}; write the values out`, { cause: error });
  }
}

/** Where `path` begins in a YAML text that could be read: `file:line:column`. */
export function placeIn(text: string, file: string, path: readonly PropertyKey[]): string {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const { line, col } = lines.linePos(offsetOf(document.contents, path));
  return `${file}:${line}:${col}`;
}

/** Where the deepest part of `path` that exists begins. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
  let node = root, offset = root?.range?.[0] ?? 0;
  for (const key of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key: k }) => isScalar(k) && String(k.value) === String(key));
      next = pair?.value;
      if (isScalar(pair?.key)) offset = pair.key.range?.[0] ?? offset;
    } else if (isSeq(node)) {
      next = node.items[Number(key)];
      offset = (next as Node | undefined)?.range?.[0] ?? offset;
    }
    if (next === undefined || next === null) break;
    node = next as Node;
  }
  return offset;
}
