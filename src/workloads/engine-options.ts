/** What a microservice engine is given, and whom it tells. */
import type { Simulation } from "../kernel/mod.ts";
import type { Application } from "./application.ts";

/** Told when a request is answered: its number as given to `send`, and the reply's HTTP status. */
export type Answered = (request: number, status: number) => void;

/** What an engine needs of the world around its application. */
export interface EngineOptions {
  readonly sim: Simulation;
  readonly application: Application;
  /** One way from container to container, ns; -1 is the client. */
  readonly delay: (from: number, to: number) => number;
  readonly answered: Answered;
  /** Told instead that the entry's container was down or died with the request: a connection that breaks
   * and no reply. Default: `answered`, with an error. */
  readonly broken?: ((request: number) => void) | undefined;
  /** Told when a container that requests enter at dies, `delay` later: its connections are reset. */
  readonly reset?: (() => void) | undefined;
}
