/** A syntax tree as the row of tokens that line counters look at. */
import type { SourceLanguage, SyntaxNode } from "./syntax.ts";

/** What a token is to a line counter. */
export type TokenKind = "code" | "string" | "comment" | "continuation";

/** A stretch of source. A string literal is one token, with all that is interpolated into it. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** The literal's node, for strings. */
  readonly node?: SyntaxNode;
}

const KINDS: Readonly<Record<SourceLanguage, Readonly<Record<string, TokenKind>>>> = {
  python: { comment: "comment", string: "string", line_continuation: "continuation" },
  // Regular expressions are strings to pygments, whose tokens pygount counts.
  typescript: {
    comment: "comment",
    html_comment: "comment",
    hash_bang_line: "comment",
    string: "string",
    template_string: "string",
    regex: "string",
  },
};

/** What stands between two leaves, besides white space: a backslash that the scanner has skipped. */
const BETWEEN = /\\(?=\r?\n|\r)|\S+/g;

/** The tokens of a tree, in order. Text that no leaf covers counts as code. */
export function tokensOf(root: SyntaxNode, text: string, language: SourceLanguage): Token[] {
  const found: Token[] = [];
  const kinds = KINDS[language];
  let at = root.start;
  const upTo = (place: number) => {
    for (const { 0: between, index } of text.slice(at, place).matchAll(BETWEEN)) {
      const start = at + index;
      const kind = between === "\\" ? "continuation" : "code";
      found.push({ kind, start, end: start + between.length });
    }
  };
  const open: SyntaxNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    // The type `string` is a leaf of that name; a literal has at least its quotes below it.
    const word = node.children.length === 0 && kinds[node.type] === "string";
    const kind = word ? "code" : kinds[node.type];
    if (kind === undefined && node.children.length > 0) {
      for (let i = node.children.length - 1; i >= 0; i--) open.push(node.children[i]);
      continue;
    }
    if (node.end === node.start) continue;
    upTo(node.start);
    found.push({
      kind: kind ?? "code",
      start: node.start,
      end: node.end,
      ...(kind === "string" && { node }),
    });
    at = node.end;
  }
  upTo(root.end);
  return found;
}

/** The parts of a string literal that are code: what is interpolated. */
export function interpolated(literal: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const open = [...literal.children];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === "template_substitution") {
      found.push(...node.children.filter(({ type }) => type !== "${" && type !== "}"));
    } else if (node.field === "expression") found.push(node);
    else open.push(...node.children);
  }
  return found;
}

/** Finds the line (from 0) of a place in a source. */
export function lineFinder(text: string): { readonly lines: number; lineOf(at: number): number } {
  const starts = [0];
  for (const { 0: end, index } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  return {
    lines: starts.length,
    lineOf(at) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle] <= at) low = middle;
        else high = middle - 1;
      }
      return low;
    },
  };
}
