/** Copies of fetched data: one kept result serves many invocations, each of which may change its own. */
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";

/** A body that can be read once, kept so that it can be read by everyone who is given a copy. */
class KeptBody {
  constructor(readonly bytes: Uint8Array) {}

  /** A stream with the reading methods that AWS SDK v3 gives to its bodies. */
  open(): Readable {
    const { bytes } = this;
    return Object.assign(Readable.from([Buffer.from(bytes)]), {
      transformToByteArray: () => Promise.resolve(bytes.slice()),
      transformToString: (encoding?: string) =>
        Promise.resolve(Buffer.from(bytes).toString(encoding as BufferEncoding | undefined)),
      transformToWebStream: () => new Blob([bytes.slice()]).stream(),
    });
  }
}

/**
 * Makes an answer whose `Body` is a stream (AWS SDK v3) servable more than once: the body is read now,
 * and every copy has it again.
 */
export async function replayable<T>(answer: Promise<T> | T): Promise<T> {
  const given = await answer as any;
  const body = given?.Body;
  if (typeof body?.transformToByteArray !== "function") return given;
  return { ...given, Body: new KeptBody(await body.transformToByteArray()) };
}

/**
 * A copy of fetched data. Data is copied deeply (Buffers stay Buffers); a Response is cloned; of
 * instances of other classes (clients, sockets, an axios response's request) only the reference is.
 */
export function copyOf<T>(value: T): T {
  return copy(value, new Map()) as T;
}

function copy(value: unknown, seen: Map<object, unknown>): unknown {
  if (value === null || typeof value !== "object") return value;
  const before = seen.get(value);
  if (before !== undefined) return before;
  const keep = <T extends object>(made: T): T => {
    seen.set(value, made);
    return made;
  };
  if (value instanceof KeptBody) return keep(value.open());
  if (isClonable(value)) return keep(value.clone());
  if (Buffer.isBuffer(value)) return keep(Buffer.from(value));
  if (value instanceof Date || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return keep(structuredClone(value));
  }
  if (Array.isArray(value)) {
    const made: unknown[] = keep([]);
    for (const v of value) made.push(copy(v, seen));
    return made;
  }
  if (value instanceof Map) {
    const made = keep(new Map());
    for (const [k, v] of value) made.set(copy(k, seen), copy(v, seen));
    return made;
  }
  if (value instanceof Set) {
    const made = keep(new Set());
    for (const v of value) made.add(copy(v, seen));
    return made;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const made: Record<string, unknown> = keep(Object.create(prototype));
  for (const [k, v] of Object.entries(value)) {
    Object.defineProperty(made, k, {
      value: copy(v, seen),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return made;
}

function isClonable(value: object): value is { clone(): object } {
  return typeof Response !== "undefined" && value instanceof Response;
}
