/** Errors with their place in a file, and how they are shown. */

import { shorten } from "../units/mod.ts";

/** One thing wrong in one place of a file. Plain data: also what `--json` prints. */
export interface LocatedError {
  /** The file as the user named it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters. */
  readonly column: number;
  /** How many characters of the line are meant (at least 1). */
  readonly length: number;
  /** What is wrong, what was expected, and a suggestion if there is one. */
  readonly message: string;
  /** Where in the document: `sweep.file_size.2`; empty for the whole of it. */
  readonly path: string;
  /** The line itself. */
  readonly text: string;
}

/** A mistake as it was found; cheap, because a hostile file can have very many. */
export interface Finding {
  readonly lines: Lines;
  /** Offsets `[start, end)` into the file's text. */
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly path: string;
}

/** Turns an offset range of one file into a place. Build once per file. */
export class Lines {
  readonly #starts: number[] = [0];

  /** @param file the name to show @param source the file's text */
  constructor(readonly file: string, readonly source: string) {
    for (let i = source.indexOf("\n"); i >= 0; i = source.indexOf("\n", i + 1)) {
      this.#starts.push(i + 1);
    }
  }

  /** The 1-based line of an offset. */
  lineOf(offset: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** The offset at which a 1-based line begins. */
  startOf(line: number): number {
    return this.#starts[line - 1] ?? this.source.length;
  }

  /** A mistake at `[start, end)`. Offsets beyond the text mean its end. */
  finding(start: number, end: number, message: string, path = ""): Finding {
    return { lines: this, start, end, message, path };
  }

  /** A finding with its line, cut to that line. */
  locate({ start, end, message, path }: Finding): LocatedError {
    const from = Math.max(0, Math.min(start, this.source.length));
    const line = this.lineOf(from);
    const begin = this.startOf(line);
    const text = this.source.slice(begin, this.startOf(line + 1)).replace(/\r?\n$/, "");
    const at = Math.min(from - begin, text.length);
    const meant = text.slice(at, Math.max(at, end - begin)).trimEnd();
    return {
      file: this.file,
      line,
      column: [...text.slice(0, at)].length + 1,
      length: Math.max(1, [...meant].length),
      message,
      path,
      text,
    };
  }
}

/** Most errors shown at once. */
const MAX_ERRORS = 50;

/** Sorts findings by file and position, drops repetitions, and locates as many as are worth showing. */
export function locateErrors(findings: readonly Finding[]): LocatedError[] {
  const files = [...new Set(findings.map((f) => f.lines))];
  const sorted = [...findings].sort((a, b) =>
    files.indexOf(a.lines) - files.indexOf(b.lines) || a.start - b.start ||
    (a.message < b.message ? -1 : a.message > b.message ? 1 : 0)
  );
  const distinct = sorted.filter((finding, i) => {
    const previous = sorted[i - 1];
    return previous === undefined || previous.lines !== finding.lines ||
      previous.start !== finding.start || previous.message !== finding.message;
  });
  return distinct.slice(0, MAX_ERRORS).map((finding) => finding.lines.locate(finding));
}

// What a terminal would act on (and line breaks) is shown, not sent.
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const visible = (text: string) => text.replace(CONTROL, (c) => c === "\t" ? " " : "\ufffd");

const WIDTH = 120;

/** The part of a line to show: all of it, or a window around the caret. */
function excerpt(error: LocatedError): { line: string; caret: number; length: number } {
  const characters = [...visible(error.text)];
  const from = error.column - 1;
  if (characters.length <= WIDTH) {
    return { line: characters.join(""), caret: from, length: error.length };
  }
  const start = Math.max(0, Math.min(from - WIDTH / 2, characters.length - WIDTH));
  const end = Math.min(characters.length, start + WIDTH);
  const line = (start > 0 ? "…" : "") + characters.slice(start, end).join("") +
    (end < characters.length ? "…" : "");
  const caret = from - start + (start > 0 ? 1 : 0);
  return { line, caret, length: Math.max(1, Math.min(error.length, end - from)) };
}

/** Shows one error: message, place, line and caret. */
export function formatError(error: LocatedError): string {
  const number = String(error.line);
  const gap = " ".repeat(number.length);
  const { line, caret, length } = excerpt(error);
  const path = error.path === "" ? "" : `  (${visible(shorten(error.path))})`;
  const head = `error: ${visible(error.message)}\n` +
    ` ${gap}--> ${visible(error.file)}:${error.line}:${error.column}${path}`;
  // An empty line has nothing to point at.
  if (error.text === "") return head;
  return [
    head,
    ` ${gap} |`,
    ` ${number} | ${line}`.trimEnd(),
    ` ${gap} | ${" ".repeat(caret)}${"^".repeat(length)}`,
  ].join("\n");
}

/** Shows several errors with a blank line between them. */
export function formatErrors(errors: readonly LocatedError[]): string {
  return errors.map(formatError).join("\n\n");
}
