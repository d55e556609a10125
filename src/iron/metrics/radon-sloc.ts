/**
 * Source lines by radon's rule (`radon raw`, field sloc; version 5.1 was read): every line that is not
 * empty, except comments and strings that stand alone. Figure 7.4 is the mean of this and pygount's.
 */
import type { SourceLanguage, SyntaxNode } from "./syntax.ts";
import { lineFinder, type Token, tokensOf } from "./tokens.ts";

/**
 * Number of source lines. In Python lines that belong together (open brackets, a string over several
 * lines, a backslash) are judged together, as radon does: a comment between brackets is a source line.
 * TypeScript, which radon does not read, has no such groups: a line of comments alone never counts.
 */
export function radonSloc(root: SyntaxNode, text: string, language: SourceLanguage): number {
  const { lines, lineOf } = lineFinder(text);
  const written = text.split(/\r\n|\r|\n/).map((line) => line.trim() !== "");
  const starting: Token[][] = Array.from({ length: lines }, () => []);
  const covered = new Uint8Array(lines);
  const continues = new Uint8Array(lines);
  for (const token of tokensOf(root, text, language)) {
    const first = lineOf(token.start);
    const last = lineOf(token.end - 1);
    if (token.kind === "continuation") continues[first] = 1;
    else starting[first].push(token);
    if (token.kind === "string" || token.kind === "comment") {
      for (let line = first; line < last; line++) continues[line] = 1;
    }
    if (token.kind !== "comment") {
      for (let line = first; line <= last; line++) covered[line] = 1;
    }
  }
  if (language === "typescript") {
    return written.filter((some, line) => some && covered[line] === 1).length;
  }
  let depth = 0;
  let count = 0;
  let group: Token[] = [];
  let first = 0;
  for (let line = 0; line < lines; line++) {
    group.push(...starting[line]);
    for (const { kind, start } of starting[line]) {
      if (kind !== "code") continue;
      if ("([{".includes(text[start])) depth++;
      else if (")]}".includes(text[start])) depth--;
    }
    if ((depth > 0 || continues[line] === 1) && line < lines - 1) continue;
    const alone = group.length === 1 && group[0].kind !== "code";
    if (!alone) { for (let i = first; i <= line; i++) count += Number(written[i]); }
    group = [];
    first = line + 1;
  }
  return count;
}
