/** Hashes of plain data: equal for equal meaning, whatever the order of keys. */
import { createHash } from "node:crypto";

/** SHA-256 in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/**
 * Plain data as one text: keys sorted, -0 as 0, non-finite numbers and typed arrays by name, absent
 * and `undefined` alike.
 *
 * @throws {TypeError} for functions, symbols and cycles.
 */
export function canonical(value: unknown): string {
  return write(value, []);
}

function write(value: unknown, above: readonly object[]): string {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "number":
      return Number.isFinite(value) ? String(value === 0 ? 0 : value) : `"#${value}"`;
    case "bigint":
      return `"#${value}n"`;
    case "undefined":
      return "null";
    case "object":
      break;
    default:
      throw new TypeError(`a ${typeof value} has no canonical form`);
  }
  if (value === null) return "null";
  if (above.includes(value as object)) throw new TypeError("a cycle has no canonical form");
  const inside = [...above, value as object];
  if (Array.isArray(value)) return `[${value.map((v) => write(v, inside)).join(",")}]`;
  if (value instanceof Map) return `{"#map":${write([...value], inside)}}`;
  if (value instanceof Set) return `{"#set":${write([...value], inside)}}`;
  if (ArrayBuffer.isView(value)) {
    return `{"#array":${write([...(value as unknown as Iterable<number>)], inside)}}`;
  }
  const entries = Object.entries(value as object).filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => a < b ? -1 : 1);
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${write(v, inside)}`).join(",")}}`;
}

/** SHA-256 of the canonical form. */
export function hashOf(value: unknown): string {
  return sha256(canonical(value));
}
