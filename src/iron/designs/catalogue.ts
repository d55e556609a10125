/** The 27 designs of Table 7.1: both versions, inputs, and what should come out. */
import { Buffer } from "node:buffer";
import type { DesignGraph } from "../graph/graph.ts";
import type { TypedData } from "../graph/types.ts";
import type { Program } from "../interface/mod.ts";
import { fromBf16 } from "../kernels/bf16.ts";
import { type Plan, PLANS } from "./plans.ts";
import { VERSIONS } from "./versions.ts";

/** One design of the corpus. */
export interface Design extends Plan {
  /** Name in Table 7.1. */
  readonly name: string;
  /** File name in before/ and after/, without `.ts`. */
  readonly file: string;
  /** Advanced designs are the last six of Table 7.1. */
  readonly advanced: boolean;
  before(): DesignGraph;
  after(): Program;
  readonly tolerance: number;
}

const ADVANCED = ["GEMM", "BBlock", "ResNetConv2x", "ColorDetect", "EdgeDetect", "ColorThreshold"];

/** All designs in the order of Table 7.1. */
export const DESIGNS: readonly Design[] = Object.keys(PLANS).map((name) => ({
  name,
  advanced: ADVANCED.includes(name),
  ...VERSIONS[name],
  ...PLANS[name],
  tolerance: PLANS[name].tolerance ?? 0,
}));

/** The design of a name. @throws {RangeError} listing all names. */
export function designNamed(name: string): Design {
  const found = DESIGNS.find((design) => design.name === name);
  if (found === undefined) {
    throw new RangeError(`no design "${name}"; there are ${DESIGNS.map((d) => d.name).join(", ")}`);
  }
  return found;
}

const outputs = new Map<string, TypedData>();

/** What a design should give for the inputs of `buffers()`, computed once. */
export function expectedOutput(design: Design): TypedData {
  let output = outputs.get(design.name);
  if (output === undefined) {
    output = design.expected(design.buffers());
    outputs.set(design.name, output);
  }
  return output;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: TypedData) =>
  Buffer.from(buffer, byteOffset, byteLength);

/** The first element that differs from what is expected; undefined if none does. */
export function firstDifference(
  design: Design,
  got: TypedData,
  expected: TypedData,
): string | undefined {
  if (got.length !== expected.length) {
    return `${design.name}: ${got.length} elements, expected ${expected.length}`;
  }
  // Almost always all of it is right, and 8 MB are compared at once where a loop takes a second.
  if (bytesOf(got).equals(bytesOf(expected)) && got.constructor === expected.constructor) {
    return undefined;
  }
  for (let i = 0; i < got.length; i++) {
    if (got[i] === expected[i]) continue;
    if (design.tolerance > 0) {
      const a = fromBf16(got[i]), b = fromBf16(expected[i]);
      if (Math.abs(a - b) <= design.tolerance * Math.abs(b)) continue;
    }
    return `${design.name}: element ${i} is ${got[i]}, expected ${expected[i]}`;
  }
  return undefined;
}
