/** YAML with a schema, for input files of a model: each mistake with file, line and column. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";

/** A file that cannot be used, with every mistake in it (at most 20), separated by semicolons. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** Something wrong in a checked value: where (keys from the root) and what. */
export interface Mistake {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Reads `text` as one YAML document of this schema.
 *
 * @param review further checks on the typed value.
 * @throws {InputError} naming file, line, column and what was expected.
 */
export function readLocated<T>(
  text: string,
  file: string,
  schema: z.ZodType<T>,
  review: (value: T) => readonly Mistake[] = () => [],
): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}: ${message}`;
  };
  if (document.errors.length > 0) {
    throw new InputError(
      document.errors.slice(0, 20).map((e) => at(e.pos[0], e.message)).join("; "),
    );
  }
  const refuse = (mistakes: readonly Mistake[]): never => {
    const shown = mistakes.slice(0, 20).map(({ path, message }) => {
      const where = path.length > 0 ? `${path.map(String).join(" > ")}: ` : "";
      return at(offsetOf(document.contents, path), where + message);
    });
    throw new InputError(shown.join("; "));
  };
  const checked = schema.safeParse(document.toJS({ maxAliasCount: 100 }), {
    error: (issue) => issue.input === undefined ? "missing" : undefined,
  });
  if (!checked.success) return refuse(checked.error.issues);
  const mistakes = review(checked.data);
  return mistakes.length > 0 ? refuse(mistakes) : checked.data;
}

/** Where the deepest part of `path` that exists begins. */
function offsetOf(root: Node | null, path: readonly PropertyKey[]): number {
  let node = root, offset = root?.range?.[0] ?? 0;
  for (const key of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key: k }) => isScalar(k) && String(k.value) === String(key));
      next = pair?.value;
      if (isScalar(pair?.key)) offset = pair.key.range?.[0] ?? offset;
    } else if (isSeq(node)) {
      next = node.items[Number(key)];
      offset = (next as Node | undefined)?.range?.[0] ?? offset;
    }
    if (next === undefined || next === null) break;
    node = next as Node;
  }
  return offset;
}
