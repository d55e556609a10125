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

  /** An error at `[start, end)`, cut to the first line. Offsets beyond the text mean its end. */
  error(start: number, end: number, message: string, path = ""): LocatedError {
    const from = Math.max(0, Math.min(start, this.source.length));
    const line = this.lineOf(from);
    const begin = this.#starts[line - 1] as number;
    const text = this.source.slice(begin, this.#starts[line] ?? this.source.length)
      .replace(/\r?\n$/, "");
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

/** Sorts by file, then position, then message, and drops repetitions. */
export function sortErrors(errors: readonly LocatedError[]): LocatedError[] {
  const files = [...new Set(errors.map((e) => e.file))];
  const sorted = [...errors].sort((a, b) =>
    files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column ||
    (a.message < b.message ? -1 : a.message > b.message ? 1 : 0)
  );
  return sorted.filter((e, i) => {
    const previous = sorted[i - 1];
    return previous === undefined || previous.file !== e.file || previous.line !== e.line ||
      previous.column !== e.column || previous.message !== e.message;
  });
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
