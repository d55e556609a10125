/**
 * Registers: times that functions of this floor take and leave here, because a number that is passed to or
 * returned from a function that V8 does not inline is allocated. Nothing stays in them from one call to the
 * next, so all machines of a process share them: V8 then compiles the array's address into the code. It
 * does so only for arrays that it never moves, of more than 64 bytes, hence the length.
 *
 * For the same reason the modules that run most take imported constants into constants of their own: V8
 * compiles those into the code as well, but looks up an imported one at each use.
 */
export const REGISTERS: Float64Array = new Float64Array(16);

/** Place of the time of an access's issue, and then of its end, ns. */
export const ACCESS = 0;
/** Place of the time before which a hit in the own cache is sure; -1: it is not. */
export const SURE = 1;
/** Place of the time of a load's issue, and then of its latency; or of the time at which a flow changes, ns. */
export const LOAD = 2;
/** Place of a flow's rate, bytes/ns. */
export const RATE = 3;
