/** A cache line as the coherence protocol sees it. */

/** Nobody holds the line modified. */
export const NOBODY = -1;

/** State of one 64-byte line: which core has it modified, and which cores hold a copy. */
export class CacheLine {
  /** Core that holds the line modified; `NOBODY` when it is clean. */
  owner = NOBODY;
  /** Where its times and its copies are in the arrays of the one `Coherence` that it is used with; -1: not used yet. */
  times = -1;
  copies = -1;
  /** Who had it before the first request in flight, and still has it until that is done. */
  formerOwner = NOBODY;
  formerCopies = -1;

  constructor(
    /** NUMA domain whose memory the line belongs to. */
    public home: number,
  ) {}
}
