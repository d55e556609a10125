/**
 * Distributed tracing (OpenTracing's model): a span for each call that somebody waits for, from when it is
 * sent to when the callee is done with it. Calls that nobody waits for are not traced.
 */

/** One call within a traced request. */
export interface Span {
  /** Number of the service that was called. */
  readonly service: number;
  /** ns */
  readonly start: number;
  /** ns; Infinity while it runs. */
  end: number;
  readonly children: Span[];
}

/** What collects spans. */
export interface Tracer {
  /** A call is sent. @param parent the caller's span; null for a request of the client, which it may
   * leave out of its sample by giving null. */
  begins(service: number, parent: Span | null): Span | null;
  /** The callee is done. */
  ends(span: Span): void;
}
