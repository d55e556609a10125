/** Which model stands for which external kernel. */
import type { KernelModel } from "../graph/graph.ts";
import type { ScalarType, TensorType } from "../graph/types.ts";
import { BASIC } from "./basic.ts";
import { CONVOLUTION } from "./convolution.ts";
import { VISION } from "./vision.ts";

/** Makes the model of a kernel from how it is declared. */
export type KernelMaker = (
  binary: string,
  argTypes: readonly (TensorType | ScalarType)[],
) => KernelModel;

const LIBRARY: Readonly<Record<string, KernelMaker>> = {
  ...BASIC,
  ...VISION,
  ...CONVOLUTION,
};

/** The model of a kernel by its symbol; undefined if the library does not know it. */
export function kernelModel(
  name: string,
  binary: string,
  argTypes: readonly (TensorType | ScalarType)[],
): KernelModel | undefined {
  return Object.hasOwn(LIBRARY, name) ? LIBRARY[name](binary, argTypes) : undefined;
}
