/** What an NPU cannot do. Each names the thing, the place, what there is and what was asked for. */

/** A tile or the stream switches have no more of something. */
export class ExhaustedError extends RangeError {
  override name = "ExhaustedError";
}

/** A transfer that a DMA cannot be programmed to do. */
export class DescriptorError extends RangeError {
  override name = "DescriptorError";
}

/** A program in which everybody waits: the message lists each lock, DMA or core and what it waits for. */
export class DeadlockError extends Error {
  override name = "DeadlockError";
}
