/** Arithmetic of core programs, by type. */
import type { ArithName } from "../graph/body.ts";
import type { ScalarType } from "../graph/types.ts";

/** Brings a result into the range of its type. */
export function wrapping(type: ScalarType): (x: number) => number {
  switch (type) {
    case "i8":
      return (x) => (x << 24) >> 24;
    case "i16":
      return (x) => (x << 16) >> 16;
    case "i32":
      return (x) => x | 0;
    case "f32":
      return Math.fround;
    default:
      return (x) => x;
  }
}

/** What an operation computes, before wrapping. */
export function operation(name: ArithName, type: ScalarType): (a: number, b: number) => number {
  switch (name) {
    case "add":
      return (a, b) => a + b;
    case "sub":
      return (a, b) => a - b;
    case "mul":
      return type === "f32" ? (a, b) => a * b : Math.imul;
    case "rem":
      return (a, b) => a % b;
    case "max":
      return Math.max;
    case "min":
      return Math.min;
    default:
      return (a) => a;
  }
}
