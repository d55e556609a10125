/** What goes where: data on stdout, everything else on stderr; one progress line on a terminal. */
import process from "node:process";
import { streamWriter } from "./streams.ts";

const CODES = { bold: "1", dim: "2", red: "31", green: "32", yellow: "33", cyan: "36" } as const;

/** A text style that a terminal can show. */
export type Style = keyof typeof CODES;

/** The two output streams of a command. */
export class Terminal {
  readonly #out: (text: string) => void;
  readonly #err: (text: string) => void;
  readonly interactive: boolean;
  readonly #color: boolean;
  readonly quiet: boolean;
  #status = "";

  /** Defaults are the process's own streams; tests pass collectors. */
  constructor(options: {
    readonly out?: (text: string) => void;
    readonly err?: (text: string) => void;
    readonly interactive?: boolean;
    readonly color?: boolean;
    readonly quiet?: boolean;
  } = {}) {
    this.#out = options.out ?? streamWriter("stdout");
    this.#err = options.err ?? streamWriter("stderr");
    this.interactive = options.interactive ?? Boolean(process.stderr.isTTY);
    // https://no-color.org: any non-empty value turns colour off.
    this.#color = options.color ?? (this.interactive && !process.env["NO_COLOR"]);
    this.quiet = options.quiet ?? false;
  }

  /** The same streams, with notes and progress left out. */
  asQuiet(): Terminal {
    return new Terminal({
      out: this.#out,
      err: this.#err,
      interactive: false,
      color: this.#color,
      quiet: true,
    });
  }

  /** Text in a style, or plain where colour is off. */
  style(style: Style, text: string): string {
    return this.#color ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
  }

  /** Data: the answer that was asked for. */
  data(text: string): void {
    this.#clear();
    this.#out(text.endsWith("\n") ? text : `${text}\n`);
    this.#redraw();
  }

  /** A value as JSON on stdout. */
  json(value: unknown): void {
    this.data(JSON.stringify(value, null, 2));
  }

  /** A line for the person watching; dropped by `--quiet`. */
  note(text: string): void {
    if (!this.quiet) this.#line(text);
  }

  /** A line that is shown even by `--quiet`: warnings and errors. */
  alert(text: string): void {
    this.#line(text);
  }

  /** Replaces the progress line on a terminal; does nothing elsewhere. */
  status(text: string): void {
    if (!this.interactive || this.quiet) return;
    this.#clear();
    this.#status = text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1));
    this.#redraw();
  }

  #line(text: string): void {
    this.#clear();
    this.#err(`${text}\n`);
    this.#redraw();
  }

  #clear(): void {
    if (this.#status !== "") this.#err("\r\x1b[K");
  }

  #redraw(): void {
    if (this.#status !== "") this.#err(this.#status);
  }
}
