/**
 * YAML text to a tree of plain values in which every value and key knows its place. Hostile text
 * (alias bombs, deep nesting, huge files, bad bytes) becomes a located error, quickly.
 */
import { isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Document, Node, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { type Finding, Lines } from "./located.ts";
import { MAX_DEPTH, syntaxErrors, TOO_DEEP } from "./syntax.ts";

/** A value of the document with its place: offsets `[start, end)` into the text. */
export interface Place {
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
  /** Where the key that holds this value stands; absent for list items and the root. */
  readonly key?: readonly [start: number, end: number];
  /** The text of a plain scalar as written (`8.0`, not 8). */
  readonly written?: string;
  readonly children: ReadonlyMap<string, Place>;
}

/** A parsed document. */
export interface YamlFile {
  readonly lines: Lines;
  readonly root: Place;
}

/** Largest file read as YAML, in bytes: a thousand cases fit; more would take seconds to parse. */
export const MAX_YAML_BYTES = 128 * 1024;
const MAX_ALIASES = 100;
const MAX_VALUES = 100_000;

/** Text of a file's bytes, or the error that they are more than `most` or no UTF-8. */
export function decodeYaml(
  file: string,
  bytes: Uint8Array,
  most = MAX_YAML_BYTES,
): string | Finding {
  if (bytes.length > most) {
    const size = Math.ceil(bytes.length / 1024);
    const limit = Math.floor(most / 1024);
    const message = `the file has ${size} KiB; at most ${limit} KiB are read as YAML`;
    return new Lines(file, "").finding(0, 0, message);
  }
  const text = new TextDecoder("utf-8").decode(bytes);
  const again = new TextEncoder().encode(text);
  const skipped = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const body = bytes.subarray(skipped);
  const bad = body.findIndex((byte, i) => byte !== again[i]);
  if (bad < 0 && body.length === again.length) return text;
  const at = bad < 0 ? text.length : new TextDecoder("utf-8").decode(body.subarray(0, bad)).length;
  const byte = body[bad]?.toString(16).padStart(2, "0") ?? "";
  return new Lines(file, text).finding(
    at,
    at + 1,
    `the file is not UTF-8 text (byte 0x${byte}); save it as UTF-8`,
  );
}

const article = (noun: string) => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;

/** Walks the syntax tree once, in document order: values, places, and what is refused. */
class Reader {
  readonly errors: Finding[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #values = 0;
  #aliases = 0;
  #stopped = false;

  constructor(readonly lines: Lines) {}

  #refuse(node: { range?: readonly number[] | null | undefined }, message: string, path: string) {
    const [start = 0, end = 0] = node.range ?? [];
    this.errors.push(this.lines.finding(start, end, message, path));
  }

  /** The place of `node`. `at` overrides its offsets: what an alias stands for is shown at the alias. */
  read(node: Node | null, path: string, depth: number, at?: readonly [number, number]): Place {
    const [start, end] = at ?? [node?.range?.[0] ?? 0, node?.range?.[1] ?? 0];
    const children = new Map<string, Place>();
    const nothing = { value: null, start, end, children };
    if (node === null || this.#stopped) return nothing;
    if (++this.#values > MAX_VALUES) {
      this.#refuse(node, `more than ${MAX_VALUES} values (aliases written out)`, path);
      this.#stopped = true;
      return nothing;
    }
    if (depth > MAX_DEPTH) {
      this.#refuse(node, TOO_DEEP, path);
      return nothing;
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (++this.#aliases > MAX_ALIASES) {
        this.#refuse(node, `more than ${MAX_ALIASES} aliases; write the values out`, path);
        this.#stopped = true;
      } else if (target === undefined) {
        this.#refuse(node, `no anchor &${node.source} stands before this alias`, path);
      } else if (this.#open.has(target)) {
        this.#refuse(node, `the alias *${node.source} stands inside its own anchor`, path);
      } else return this.read(target, path, depth + 1, at ?? [start, end]);
      return nothing;
    }
    const { tag, anchor } = node as Scalar & { tag?: string };
    if (tag !== undefined) {
      this.#refuse(node, `the tag ${tag} is not accepted; write a plain value`, path);
      return nothing;
    }
    if (anchor !== undefined && at === undefined) this.#anchors.set(anchor, node);
    if (isScalar(node)) {
      const written = typeof node.source === "string" ? { written: node.source } : {};
      return { value: node.value, start, end, children, ...written };
    }
    this.#open.add(node);
    const value = isMap(node)
      ? this.#map(node, path, depth, children, at)
      : isSeq(node)
      ? this.#list(node, path, depth, children, at)
      : null;
    this.#open.delete(node);
    return { value, start, end, children };
  }

  #list(
    node: YAMLSeq,
    path: string,
    depth: number,
    children: Map<string, Place>,
    at?: readonly [number, number],
  ): unknown[] {
    return node.items.map((item, i) => {
      const child = this.read(item as Node | null, join(path, i), depth + 1, at);
      children.set(String(i), child);
      return child.value;
    });
  }

  #map(
    node: YAMLMap,
    path: string,
    depth: number,
    children: Map<string, Place>,
    at?: readonly [number, number],
  ): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      if (key === null || !isScalar(key) || key.value === null) {
        this.#refuse(key ?? node, "a key is plain text followed by a colon", path);
        continue;
      }
      const name = typeof key.value === "string" ? key.value : key.source ?? String(key.value);
      const inside = join(path, name);
      if (name === "<<") {
        this.#refuse(key, "merge keys (<<) are not accepted; write the keys out", inside);
        continue;
      }
      if (name === "__proto__") {
        this.#refuse(key, `unknown key "__proto__"`, inside);
        continue;
      }
      if (children.has(name)) {
        const first = this.lines.lineOf(children.get(name)?.key?.[0] ?? 0);
        this.#refuse(key, `the key "${name}" stands on line ${first} already; keep one`, inside);
        continue;
      }
      const range: readonly [number, number] = at ?? [key.range?.[0] ?? 0, key.range?.[1] ?? 0];
      const child = this.read(pair.value as Node | null, inside, depth + 1, at);
      // A key without a value has no place of its own: its key stands for it.
      const empty = child.end <= child.start;
      children.set(name, {
        ...child,
        key: range,
        ...(empty ? { start: range[0], end: range[1] } : {}),
      });
      value[name] = child.value;
    }
    return value;
  }
}

const join = (path: string, key: string | number) => path === "" ? `${key}` : `${path}.${key}`;

/** Where brackets open more deeply than any file means; the parser would take seconds to find out. */
function tooManyBrackets(source: string): number | undefined {
  let depth = 0;
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (c === "[" || c === "{") depth++;
    else if (c === "]" || c === "}") depth--;
    if (depth > 1000) return i;
  }
  return undefined;
}

function parse(source: string): Document.Parsed | undefined {
  try {
    return parseDocument(source, {
      version: "1.2",
      uniqueKeys: false, // ours is linear in the number of keys
      prettyErrors: false,
      logLevel: "error", // "silent" would also accept a second document
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the parser's own stack
    throw error;
  }
}

/** Parses YAML text; `what` names it in errors ("scenario"). */
export function readYaml(
  file: string,
  source: string,
  what: string,
): { ok: true; yaml: YamlFile } | { ok: false; errors: Finding[] } {
  const lines = new Lines(file, source);
  const failed = (...errors: Finding[]) => ({ ok: false as const, errors });
  const brackets = tooManyBrackets(source);
  if (brackets !== undefined) {
    return failed(lines.finding(brackets, brackets + 1, TOO_DEEP));
  }
  const document = parse(source);
  if (document === undefined) {
    return failed(lines.finding(0, 1, TOO_DEEP));
  }
  if (document.errors.length > 0) {
    return { ok: false, errors: syntaxErrors(lines, document.errors) };
  }
  const directives = document.directives;
  if (directives.yaml.explicit === true || Object.keys(directives.tags).length > 1) {
    return failed(lines.finding(0, 1, "directives (%YAML, %TAG) are not accepted; drop them"));
  }
  if (document.contents === null || isEmpty(document.contents)) {
    return failed(
      lines.finding(0, 0, `the file is empty; ${article(what)} is a mapping of keys to values`),
    );
  }
  if (!isMap(document.contents)) {
    const [start, end] = document.contents.range ?? [0, 1];
    const kind = isSeq(document.contents) ? "a list" : "a single value";
    return failed(
      lines.finding(start, end, `${article(what)} is a mapping of keys to values, not ${kind}`),
    );
  }
  const reader = new Reader(lines);
  const root = reader.read(document.contents as Node, "", 0);
  if (reader.errors.length > 0) {
    return { ok: false, errors: reader.errors };
  }
  return { ok: true, yaml: { lines, root } };
}

const isEmpty = (node: Node) => isScalar(node) && node.value === null && node.tag === undefined;
