/** Source text as a plain syntax tree, parsed by the published tree-sitter grammars. */
import { Language, Parser, type TreeCursor } from "web-tree-sitter";
import { wasmBytes } from "./wasm-bytes.ts";

/** The languages whose sources can be measured. */
export type SourceLanguage = "python" | "typescript";

/** A node of the grammar, detached from the parser's memory. */
export interface SyntaxNode {
  /** The grammar's name of the node; for a keyword or punctuation its text. */
  readonly type: string;
  /** The node's role in its parent (`left`, `operator`, ...). */
  readonly field: string | undefined;
  /** First character, as an index into the source. */
  readonly start: number;
  /** One past the last character. */
  readonly end: number;
  readonly children: readonly SyntaxNode[];
}

/** A source that is not of its language; `message` names file, line and column. */
export class SourceSyntaxError extends Error {
  override name = "SourceSyntaxError";
  readonly line: number;
  readonly column: number;
  /** Line and column count from 1. */
  constructor(file: string, line: number, column: number, what: string) {
    super(`${file}:${line}:${column}: ${what}`);
    this.line = line;
    this.column = column;
  }
}

/** Parses sources of one language. */
export interface SourceParser {
  readonly language: SourceLanguage;
  /**
   * The syntax tree of a source.
   *
   * @param file what errors call the source.
   * @throws {SourceSyntaxError} for the first place that the grammar does not allow.
   */
  parse(text: string, file: string): SyntaxNode;
}

const NAMES: Readonly<Record<SourceLanguage, string>> = {
  python: "Python",
  typescript: "TypeScript",
};

let runtime: Promise<void> | undefined;
const parsers = new Map<SourceLanguage, Promise<SourceParser>>();

/** The parser of a language: grammar and runtime are loaded once. */
export function loadParser(language: SourceLanguage): Promise<SourceParser> {
  let parser = parsers.get(language);
  if (parser === undefined) parsers.set(language, parser = load(language));
  return parser;
}

async function load(language: SourceLanguage): Promise<SourceParser> {
  runtime ??= Parser.init({ wasmBinary: wasmBytes("runtime") });
  await runtime;
  const parser = new Parser();
  parser.setLanguage(await Language.load(wasmBytes(language)));
  return {
    language,
    parse(text, file) {
      const tree = parser.parse(text);
      if (tree === null) throw new Error(`${file}: the parser gave up`);
      const cursor = tree.walk();
      try {
        return detached(cursor, (line, column, what) => {
          throw new SourceSyntaxError(file, line, column, `${what}: this is no ${NAMES[language]}`);
        });
      } finally {
        cursor.delete();
        tree.delete();
      }
    },
  };
}

type Refuse = (line: number, column: number, what: string) => never;

/** Copies a tree without recursion: sources may be nested deeper than the stack. */
function detached(cursor: TreeCursor, refuse: Refuse): SyntaxNode {
  const copied = (): SyntaxNode & { children: SyntaxNode[] } => {
    const { nodeType: type, startIndex: start, endIndex: end } = cursor;
    if (type === "ERROR" || cursor.nodeIsMissing) {
      const { row, column } = cursor.startPosition;
      refuse(row + 1, column + 1, type === "ERROR" ? "syntax error" : `${type} is missing`);
    }
    return { type, field: cursor.currentFieldName ?? undefined, start, end, children: [] };
  };
  const root = copied();
  const path = [root];
  while (true) {
    if (cursor.gotoFirstChild()) {
      const child = copied();
      path.at(-1)!.children.push(child);
      path.push(child);
      continue;
    }
    while (!cursor.gotoNextSibling()) {
      path.pop();
      if (!cursor.gotoParent()) return root;
    }
    path.pop();
    const sibling = copied();
    path.at(-1)!.children.push(sibling);
    path.push(sibling);
  }
}

/** The child with a role, if there is one. */
export function childOf(node: SyntaxNode, field: string): SyntaxNode | undefined {
  return node.children.find((child) => child.field === field);
}

/** What stands inside nodes of the `transparent` types, such as parentheses; comments are passed over. */
export function innermost(node: SyntaxNode, transparent: readonly string[]): SyntaxNode {
  let found = node;
  while (transparent.includes(found.type)) {
    const inner = found.children.find(({ type }) => !["(", ")", "comment"].includes(type));
    if (inner === undefined) break;
    found = inner;
  }
  return found;
}
