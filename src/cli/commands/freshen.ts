/** `freshen infer`: the hook of a JavaScript handler, from its source and from traces. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import {
  inferFromTraces,
  inferHook,
  type Inferred,
  MAX_SOURCE,
  type RecurringAccess,
  type TracedAccess,
} from "../../freshen/infer/mod.ts";
import { CommandError, Exit, type ExitCode } from "../exit.ts";
import { reason } from "../reason.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `freshen infer`. */
export interface InferCommandOptions {
  readonly handler?: string;
  readonly traces?: string;
  readonly write?: string;
  readonly json?: boolean;
}

const MAX_TRACE = 64 * 2 ** 20;

function readText(path: string, what: string, most: number): string {
  try {
    const { size } = statSync(path);
    if (size > most) {
      throw new CommandError(
        Exit.usage,
        `${path}: ${what} of ${(size / 2 ** 20).toFixed(1)} MiB; expected at most ${
          most / 2 ** 20
        } MiB`,
      );
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(
      Exit.usage,
      `cannot read the ${what} ${path}: ${reason(error)}`,
    );
  }
}

/** One JSON object a line: invocation, operation, args, kind, at (ns), and perhaps version, line. */
function readTraces(path: string): TracedAccess[] {
  const lines = readText(path, "trace", MAX_TRACE).split("\n");
  return lines.flatMap((line, i) => {
    if (line.trim() === "") return [];
    const wrong = (why: string) => new CommandError(Exit.usage, `${path}:${i + 1}: ${why}`);
    let value: Partial<TracedAccess>;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw wrong(`expected one JSON object a line: ${(error as Error).message}`);
    }
    if (typeof value?.invocation !== "string" && typeof value?.invocation !== "number") {
      throw wrong("expected an `invocation`, a string or a number");
    }
    if (typeof value.operation !== "string") throw wrong("expected an `operation`, a string");
    if (value.kind !== "read" && value.kind !== "write") {
      throw wrong("expected a `kind`: read or write");
    }
    if (typeof value.at !== "number") throw wrong("expected `at`, a time in ns");
    return [value as TracedAccess];
  });
}

function print(
  terminal: Terminal,
  file: string,
  found: Inferred,
  recurring: readonly RecurringAccess[],
) {
  if (found.unusable !== undefined) {
    const { reason, line } = found.unusable;
    terminal.alert(`${file}${line === undefined ? "" : `:${line}`}: nothing inferred: ${reason}`);
  }
  for (const { line, operation, reason } of found.refused) {
    terminal.note(`${file}:${line}: ${operation} left as it is: ${reason}`);
  }
  for (const { wrapper, operation, share, args } of recurring) {
    terminal.note(
      `traces: ${wrapper} ${operation} ${JSON.stringify(args)} in ${
        Math.round(100 * share)
      } % of invocations`,
    );
  }
  if (found.resources.length === 0) {
    if (found.unusable === undefined) terminal.note(`${file}: no access can be freshened`);
    return;
  }
  for (const { index, wrapper, operation, lines } of found.resources) {
    terminal.note(`${file}:${lines.join(",")}: ${wrapper}(${index}) ${operation}`);
  }
  // The rewritten handler ends with the hook.
  terminal.data(found.code);
}

/** Prints the inferred hook and the rewritten handler. */
export function infer(
  terminal: Terminal,
  file: string,
  options: InferCommandOptions,
): Promise<ExitCode> {
  const text = readText(file, "handler", 64 * MAX_SOURCE);
  const recurring = options.traces === undefined ? [] : inferFromTraces(readTraces(options.traces));
  const found = inferHook(text, {
    file: basename(file),
    ...(options.handler === undefined ? {} : { handler: options.handler }),
    recurring: (operation, line) =>
      recurring.some((r) => r.operation === operation && r.lines.includes(line)),
  });
  if (options.write !== undefined && found.resources.length > 0) {
    if (resolve(options.write) === resolve(file)) {
      throw new CommandError(
        Exit.usage,
        `--write ${options.write} would overwrite the handler itself`,
      );
    }
    writeFileSync(
      options.write,
      `${found.code}//# sourceMappingURL=${basename(options.write)}.map\n`,
    );
    writeFileSync(`${options.write}.map`, found.map ?? "");
  }
  if (options.json) terminal.json({ file, ...found, recurring });
  else print(terminal, file, found, recurring);
  return Promise.resolve(Exit.ok);
}
