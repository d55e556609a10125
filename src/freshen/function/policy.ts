/** Who takes care of a function's connections and data. */
import { inferHook } from "../infer/mod.ts";
import { HANDLER } from "./handler-source.ts";

/**
 * none: every invocation connects and fetches anew. runtime-reuse: connections and data are kept in
 * the container, data for its TTL. freshen-developer: a hook for everything that is constant.
 * freshen-inferred: a hook for what the inference finds in the handler's source.
 */
export type Policy = "none" | "runtime-reuse" | "freshen-developer" | "freshen-inferred";

/** Policies from the least to the most care. */
export const POLICIES: readonly Policy[] = [
  "none",
  "runtime-reuse",
  "freshen-inferred",
  "freshen-developer",
];

/** Which of the handler's three accesses a hook covers. */
export interface Coverage {
  readonly model: boolean;
  readonly settings: boolean;
  readonly result: boolean;
  /** Whether the hook may set the congestion window: developers call `warmcwnd`, inferred hooks do not. */
  readonly window: boolean;
}

/** What a policy's hook covers; for `freshen-inferred` by running the inference. */
export function coverage(policy: Policy): Coverage {
  if (policy === "freshen-developer") {
    return { model: true, settings: true, result: true, window: true };
  }
  if (policy !== "freshen-inferred") {
    return { model: false, settings: false, result: false, window: false };
  }
  const { resources } = inferHook(HANDLER);
  const has = (operation: string) => resources.some((r) => r.operation.endsWith(operation));
  return {
    model: has("getObject"),
    settings: has("settingsStore.load"),
    result: has("putObject"),
    window: false,
  };
}
