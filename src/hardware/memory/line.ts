/** A cache line as the coherence protocol sees it. */

/** Nobody holds the line modified. */
export const NOBODY = -1;

/** One 64-byte line; which core has it modified and which cores hold a copy is kept by `Coherence`. */
export class CacheLine {
  /** Where its state is in the array of the one `Coherence` that it is used with; -1: not used yet. */
  record = -1;

  constructor(
    /** NUMA domain whose memory the line belongs to. */
    public home: number,
  ) {}
}
