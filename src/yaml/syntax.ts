/** What is no YAML at all: the parser's mistakes in our words, each cause once. */
import type { YAMLError } from "yaml";
import type { Finding, Lines } from "./located.ts";

/** Levels of nesting that are read. */
export const MAX_DEPTH = 64;
const MAX_SYNTAX_ERRORS = 5;

/** What is said of a file that nests more deeply. */
export const TOO_DEEP = `nested too deeply; at most ${MAX_DEPTH} levels are read`;

/** Our words for the parser's codes, where its own are about its grammar. */
const SYNTAX: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "a second document starts here; a file holds one, so drop the ---",
  TAB_AS_INDENT: "a tab is used for indentation; YAML wants spaces",
  MULTILINE_IMPLICIT_KEY:
    "this value goes on below, where lines are indented more deeply than its " +
    "key; keys of one mapping begin in the same column",
  BLOCK_AS_IMPLICIT_KEY: 'a text with a colon and a space in it needs quotes: "a: b"',
  RESOURCE_EXHAUSTION: TOO_DEEP,
};

/** Of several mistakes in one line the one that the others follow from: a tab, an indentation, the first. */
function perLine(lines: Lines, errors: readonly YAMLError[]): YAMLError[] {
  const causes = ["TAB_AS_INDENT", "MULTILINE_IMPLICIT_KEY"];
  const rank = ({ code }: YAMLError) =>
    causes.includes(code) ? causes.indexOf(code) : causes.length;
  const found = new Map<number, YAMLError>();
  for (const error of errors) {
    const line = lines.lineOf(error.pos[0]);
    const earlier = found.get(line);
    if (earlier === undefined || rank(error) < rank(earlier)) found.set(line, error);
  }
  return [...found.values()];
}

function syntaxError(lines: Lines, error: YAMLError): Finding {
  const bracket = /^Flow (map|sequence) in block collection/.exec(error.message)?.[1];
  const quote = /^Missing closing (["'])/.exec(error.message)?.[1];
  const unclosed = bracket === undefined ? quote : bracket === "map" ? "{" : "[";
  const message = unclosed === undefined
    ? SYNTAX[error.code] ?? `YAML syntax: ${firstLower(error.message)}`
    : `a ${unclosed} before this place is not closed`;
  // How deep the parser comes depends on its stack: the line is the same each time, the column is not.
  const line = lines.startOf(lines.lineOf(error.pos[0]));
  const [start, end] = error.code === "RESOURCE_EXHAUSTION" ? [line, line] : error.pos;
  return lines.finding(start, end, message);
}

const firstLower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** The parser's mistakes as findings: at most five, and only that of the nesting if there is one. */
export function syntaxErrors(lines: Lines, errors: readonly YAMLError[]): Finding[] {
  // Whatever follows from nesting too deeply is no news.
  const deep = errors.find((error) => error.code === "RESOURCE_EXHAUSTION");
  const told = deep === undefined ? perLine(lines, errors).slice(0, MAX_SYNTAX_ERRORS) : [deep];
  return told.map((error) => syntaxError(lines, error));
}
