/** What the engine keeps of a request, and of each operation of a service that it runs. */
import type { EventId } from "../kernel/mod.ts";
import type { Operation } from "./application.ts";
import type { Span } from "./spans.ts";

/** Where a visit stands. */
export const enum State {
  FREE,
  COMING,
  QUEUED,
  MEMORY,
  FIRST,
  CALLING,
  SECOND,
  DEAD,
}
/** Caller of an entry operation, and of a call that nobody waits for. */
export const CLIENT = -1, NOBODY = -2;
/** CPU bursts that belong to no visit. */
export const BACKGROUND = 0x7fffffff;

/** One execution of an operation. */
export interface Visit {
  id: number;
  state: State;
  operation: Operation;
  parent: number;
  request: number;
  step: number;
  outstanding: number;
  calls: boolean;
  memory: number;
  /** What it, or a call that it needs, came to: an error. */
  failed: boolean;
  /** The caller goes on without it. */
  optional: boolean;
  /** The caller's time-out. */
  timer: EventId | -1;
  /** Of a request that is traced. */
  span: Span | null;
}

/** A request under way, with the places of its executions. */
export interface Request {
  readonly id: number;
  type: number;
  tag: number;
  failed: boolean;
  answered: boolean;
  /** Its entry was down or died: the client's connection breaks. */
  lost: boolean;
  visits: number;
  arrivals: Int8Array;
}
