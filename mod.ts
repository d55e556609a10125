export * from "./src/units/mod.ts";
export {
  createFreshen,
  type Freshen,
  type HandlerLimits,
  type HandlerResource,
  replayable,
} from "./src/freshen/runtime/mod.ts";
