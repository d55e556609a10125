/** A cache line as the coherence protocol sees it. */

/** Nobody holds the line modified. */
export const NOBODY = -1;

/** State of one 64-byte line: which core has it modified, and which cores hold a copy. */
export class CacheLine {
  /** Core that holds the line modified; `NOBODY` when it is clean. */
  owner = NOBODY;
  /** Until when the line's home is busy moving it, in ns: later requests queue. */
  busyUntil = 0;
  /** Where its copies are in the arrays of the `Coherence` that it is used with; -1: not used yet. */
  copies = -1;

  /** When the last of those who read it so far has it. */
  readUntil = 0;
  /** Until this time the first request in flight has not got the line yet, and these still have it. */
  changesAt = 0;
  formerOwner = NOBODY;
  formerCopies = -1;

  constructor(
    /** NUMA domain whose memory the line belongs to. */
    public home: number,
  ) {}
}
