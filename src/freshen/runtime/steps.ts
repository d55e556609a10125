/**
 * Code written once for two worlds: steps are a generator that yields whatever its world can wait for
 * (a kernel `Waitable` or a delay under simulation, a promise in a real JavaScript handler).
 */

/** A piece of work in a world whose waitable things are of type W. */
export type Steps<W, R> = Generator<W, R, unknown>;

/** Something that opens once; everybody who waits goes on then. */
export interface Gate<W> {
  /** Waits until it is open; at once if it is. */
  wait(): Steps<W, void>;
  open(): void;
}

/** What the freshen primitive needs of the world that it runs in. */
export interface Driver<W> {
  /** The time in whole nanoseconds; never runs backwards. */
  now(): number;
  gate(): Gate<W>;
}
