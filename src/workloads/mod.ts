/** What drives the systems: microservice applications, arrivals and load generators. */
export {
  type Application,
  type Entry,
  type Operation,
  parseApplication,
  type RequestType,
  type Service,
} from "./application.ts";
export {
  parseSendTimes,
  type SendTimes,
  sendTimes,
  syntheticTrace,
  type Workload,
  WORKLOAD_CONSTANTS,
  WORKLOADS,
} from "./arrivals.ts";
export { Client, type ClientReport, percentile } from "./client.ts";
export { type Matching, MATCHINGS } from "./connection.ts";
export { BACK_OFF, Container, type ContainerOptions, type OomHook } from "./container.ts";
export { Engine } from "./engine.ts";
export type { EngineOptions } from "./engine-options.ts";
export { type Span, type Tracer } from "./spans.ts";
export { InputError, placeIn } from "../yaml/mod.ts";
