/**
 * Lines of code by pygount's rule (its documentation, "How pygount counts code"; version 1.8 was read):
 * a line counts if it has a token other than comment, string, white space, brackets and separators
 * `(),:;[]{}`, and in Python the word `pass`. Table 7.1 holds these counts.
 */
import type { SourceLanguage, SyntaxNode } from "./syntax.ts";
import { interpolated, lineFinder, type Token, tokensOf } from "./tokens.ts";

const WHITE = /^[\s(),:;[\]{}]*$/;
const WHITE_WORDS: Readonly<Record<SourceLanguage, readonly string[]>> = {
  python: ["pass"],
  typescript: [],
};

/** Number of lines of code, as pygount's `codeCount`. */
export function pygountSloc(root: SyntaxNode, text: string, language: SourceLanguage): number {
  const { lineOf } = lineFinder(text);
  const lines = new Set<number>();
  const add = (tokens: readonly Token[]) => {
    for (const { kind, start, end, node } of tokens) {
      if (kind === "comment") continue;
      if (kind === "string") {
        for (const code of interpolated(node as SyntaxNode)) add(tokensOf(code, text, language));
        continue;
      }
      // The backslash that continues a line is neither white space nor string to pygount.
      const written = text.slice(start, end);
      if (WHITE.test(written) || WHITE_WORDS[language].includes(written)) continue;
      const first = lineOf(start);
      const last = kind === "continuation" ? first : lineOf(end - 1);
      for (let line = first; line <= last; line++) lines.add(line);
    }
  };
  add(tokensOf(root, text, language));
  return lines.size;
}
