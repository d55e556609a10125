/**
 * What a core computes, as operations of a small intermediate language. A core's function is run once,
 * when the design is built, and records operations; they are printed as MLIR and executed by the NPU
 * model. Loops over data are `range` (recorded), loops over construction are ordinary ones (unrolled).
 */
import { type ScalarType, TensorType } from "./types.ts";

/** Upper end of an endless loop, as designs write it. */
export const MAX_SIZE = 2 ** 63;

/** Which end of an object FIFO an operation is at. */
export type Port = "Produce" | "Consume";

/** An operation of a core's program. */
export type Op =
  | { op: "for"; index: Value; from: number; to: number; step: number; body: Op[] }
  | { op: "acquire"; fifo: string; port: Port; n: number; results: MemRef[]; type: TensorType }
  | { op: "release"; fifo: string; port: Port; n: number }
  | { op: "call"; callee: Callee; args: (Value | MemRef)[] }
  | { op: "load"; from: MemRef; indices: Value[]; result: Value }
  | { op: "store"; value: Value; to: MemRef; indices: Value[] }
  | { op: "arith"; name: ArithName; args: Value[]; result: Value }
  | { op: "constant"; value: number; result: Value }
  | { op: "buffer"; result: MemRef; name: string; init: readonly number[] | undefined };

/** Arithmetic; the suffix follows the operands' type (addi, addf). */
export type ArithName = "add" | "sub" | "mul" | "rem" | "max" | "min" | "trunc" | "cast";

/** What a call refers to: an external kernel or a function of the design. */
export interface Callee {
  readonly name: string;
  readonly argTypes: readonly (TensorType | ScalarType)[];
}

const recorders: Op[][] = [];

/** Records the operations that `build` makes. */
export function record(build: () => void): Op[] {
  const ops: Op[] = [];
  recorders.push(ops);
  try {
    build();
  } finally {
    recorders.pop();
  }
  return ops;
}

/** Adds an operation to the program being recorded. @throws {Error} outside of a core's function. */
export function emit(op: Op): void {
  const ops = recorders[recorders.length - 1];
  if (ops === undefined) {
    throw new RangeError(`"${op.op}" is only possible inside a core's function`);
  }
  ops.push(op);
}

/** Whether a core's function is being recorded. */
export function recording(): boolean {
  return recorders.length > 0;
}

/** A number that exists while the core runs. */
export class Value {
  constructor(readonly type: ScalarType) {}

  plus(other: Value | number): Value {
    return arith("add", this, other);
  }
  minus(other: Value | number): Value {
    return arith("sub", this, other);
  }
  times(other: Value | number): Value {
    return arith("mul", this, other);
  }
  /** Remainder with the dividend's sign (remsi). */
  modulo(other: Value | number): Value {
    return arith("rem", this, other);
  }
  max(other: Value | number): Value {
    return arith("max", this, other);
  }
  min(other: Value | number): Value {
    return arith("min", this, other);
  }
  /** The low bits as a narrower integer. */
  truncate(type: ScalarType): Value {
    if (type === this.type) return this;
    const result = new Value(type);
    emit({ op: "arith", name: type === "index" ? "cast" : "trunc", args: [this], result });
    return result;
  }
}

function arith(name: ArithName, a: Value, b: Value | number): Value {
  const right = typeof b === "number" ? constant(b, a.type) : b;
  if (right.type !== a.type) {
    throw new TypeError(`${name}: operands of types ${a.type} and ${right.type}`);
  }
  const result = new Value(a.type);
  emit({ op: "arith", name, args: [a, right], result });
  return result;
}

/** A constant of a type. */
export function constant(value: number, type: ScalarType): Value {
  const result = new Value(type);
  emit({ op: "constant", value, result });
  return result;
}

function indicesOf(type: TensorType, indices: readonly (Value | number)[]): Value[] {
  if (indices.length !== type.shape.length) {
    throw new RangeError(`${type} takes ${type.shape.length} indices, got ${indices.length}`);
  }
  return indices.map((i, d) => {
    if (typeof i !== "number") return i;
    if (!Number.isInteger(i) || i < 0 || i >= type.shape[d]) {
      throw new RangeError(`index ${i} is outside dimension ${d} of ${type}`);
    }
    return constant(i, "index");
  });
}

/** A tensor in memory that a core may read and write: an acquired object, a buffer, an argument. */
export class MemRef {
  constructor(readonly type: TensorType, readonly symbol?: string) {}

  /** Reads an element. */
  at(...indices: (Value | number)[]): Value {
    const places = indicesOf(this.type, indices);
    const result = new Value(this.type.scalar);
    emit({ op: "load", from: this, indices: places, result });
    return result;
  }

  /** Writes an element. */
  set(indices: readonly (Value | number)[], value: Value | number): void {
    const places = indicesOf(this.type, indices);
    const stored = typeof value === "number" ? constant(value, this.type.scalar) : value;
    emit({ op: "store", value: stored, to: this, indices: places });
  }
}

/** A counted loop, recorded: `range(8, (i) => ...)`, `range(4, 8, (i) => ...)`. */
export function range(to: number, body: (index: Value) => void): void;
export function range(from: number, to: number, body: (index: Value) => void): void;
export function range(
  first: number,
  second: number | ((index: Value) => void),
  third?: (index: Value) => void,
): void {
  const body = (third ?? second) as (index: Value) => void;
  const from = third === undefined ? 0 : first;
  const to = third === undefined ? first : second as number;
  const index = new Value("index");
  emit({ op: "for", index, from, to, step: 1, body: record(() => body(index)) });
}

/** Calls a kernel or function; numbers become constants of the declared types. */
export function call(callee: Callee, args: readonly (Value | MemRef | number)[]): void {
  if (args.length !== callee.argTypes.length) {
    throw new TypeError(
      `${callee.name} takes ${callee.argTypes.length} arguments, got ${args.length}`,
    );
  }
  const given = args.map((arg, i) => {
    const type = callee.argTypes[i];
    const where = `argument ${i} of ${callee.name}`;
    if (type instanceof TensorType) {
      if (!(arg instanceof MemRef)) throw new TypeError(`${where}: expected ${type}`);
      if (!arg.type.equals(type)) {
        throw new TypeError(`${where}: expected ${type}, got ${arg.type}`);
      }
      return arg;
    }
    if (typeof arg === "number") return constant(arg, type);
    if (!(arg instanceof Value)) throw new TypeError(`${where}: expected a value of ${type}`);
    return arg.type === type ? arg : arg.truncate(type);
  });
  emit({ op: "call", callee, args: given });
}

/** Records a local function's parameters and operations. */
export function recordFunction(
  argTypes: readonly (TensorType | ScalarType)[],
  body: (...args: any[]) => void,
) {
  const params = argTypes.map((t) => t instanceof TensorType ? new MemRef(t) : new Value(t));
  return { params, body: record(() => body(...params)) };
}

/** Most objects of a FIFO's end that a core holds at once; 0 if it never acquires. */
export function mostAcquired(ops: readonly Op[], fifo: string, port: Port): number {
  let most = 0;
  for (const op of ops) {
    if (op.op === "for") most = Math.max(most, mostAcquired(op.body, fifo, port));
    else if (op.op === "acquire" && op.fifo === fifo && op.port === port) {
      most = Math.max(most, op.n);
    }
  }
  return most;
}

/** Buffers that a core's function declares for itself. */
export function localBuffersOf(ops: readonly Op[]): { name: string; type: TensorType }[] {
  return ops.flatMap((op) => {
    if (op.op === "for") return localBuffersOf(op.body);
    return op.op === "buffer" ? [{ name: op.name, type: op.result.type }] : [];
  });
}

/**
 * Objects that a core's end of a FIFO gets when depths are not listed end by end: as many as the core
 * holds at most and one more to be filled or emptied meanwhile.
 */
export function objectsNeeded(declared: number, most: number): number {
  return most === 0 || (most === 1 && declared === 1) ? declared : most + 1;
}
