/**
 * The discrete-event kernel: clock, events, processes, resources, random streams and statistics. It
 * knows no computer and imports nothing of ours.
 */
export { all, any, type First, TIMED_OUT, within } from "./combine.ts";
export {
  batchMeans,
  type Interval,
  mser5,
  replicationInterval,
  type WarmUp,
} from "./confidence.ts";
export { Level } from "./level.ts";
export { type RequestOptions, Resource } from "./resource.ts";
export { Rng } from "./rng.ts";
export { Series } from "./series.ts";
export { SharedJob, Sharing } from "./sharing.ts";
export { Signal } from "./signal.ts";
export {
  type EventId,
  type Handler,
  type Outcome,
  Simulation,
  type SimulationOptions,
  type Waiting,
} from "./simulation.ts";
export { Store } from "./store.ts";
export { studentQuantile } from "./special-functions.ts";
export { Tally, type TallyOptions } from "./tally.ts";
export { ProcessError, Task, type TaskState } from "./task.ts";
export { formatTicks, ms, ns, s, type Ticks, us } from "./time.ts";
export { Timer } from "./timer.ts";
export { type TraceArguments, traceFile, type TraceOptions, TraceSink } from "./trace.ts";
export { Condition, Interrupt, type Process, type Waitable, Waiter } from "./waiting.ts";
