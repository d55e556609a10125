/** The freshen primitive: `fr_state`, the hook, `FrFetch` and `FrWarm`, for both worlds. */
export { asyncDriver, type Awaitable, runSteps } from "./async-driver.ts";
export { copyOf, replayable } from "./copy.ts";
export { type EntryState, type Resource, type ResourceKind } from "./entry.ts";
export {
  type FreshenEvent,
  FrState,
  type FrStateOptions,
  type HookLimits,
  type HookReport,
} from "./fr-state.ts";
export {
  createFreshen,
  type Freshen,
  type HandlerLimits,
  type HandlerResource,
} from "./handler.ts";
export { simDriver, type SimWait } from "./sim-driver.ts";
export type { Driver, Gate, Steps } from "./steps.ts";
