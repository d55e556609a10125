/** Inference of freshen hooks from sources and from traces. */
export {
  inferHook,
  type InferOptions,
  type Inferred,
  type InferredResource,
  type Refusal,
} from "./infer.ts";
export { MAX_SOURCE } from "./source.ts";
export {
  inferFromTraces,
  type RecurringAccess,
  type TracedAccess,
  type TraceOptions,
} from "./traces.ts";
