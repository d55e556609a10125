/**
 * The times of the machine whose turn it is: registers, as those of the memory floor, and for the same reason
 * (hardware/memory/registers.ts). Nothing stays in them from one turn of a machine to the next.
 */
export const CLOCK: Float64Array = new Float64Array(16);

/** Place of the time of the event that is going on, ns. */
export const NOW = 0;
/** Place of the time up to which the thread whose turn it is has come, where it is ahead of the clock. */
export const AT = 1;
/** Place of the time beyond which no thread goes for now. */
export const LIMIT = 2;
/** Place of the time before which the thread's present step is nobody else's business. */
export const BOUND = 3;
/** Place of the time at which work begins, or ends, and then of how long it takes. */
export const WORK_TIME = 4;
/** Place of how long reading entries of the log takes. */
export const LOG_TIME = 5;
