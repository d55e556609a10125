/** taplib: tensor access patterns, sequences of them, and tilers that generate them. */
export { type AccessMap, TensorAccessPattern, type TensorAccessPatternOptions } from "./pattern.ts";
export {
  type StepFunction,
  TensorAccessSequence,
  type TensorAccessSequenceOptions,
} from "./sequence.ts";
export {
  type GroupTilerOptions,
  type SimpleTilerOptions,
  type StepTilerOptions,
  TensorTiler2D,
} from "./tiler.ts";
