/** One message over one stream: by the fast loop, or by the one that can lose packets. */
import { Flow } from "./flow.ts";
import { LossyFlow } from "./lossy-flow.ts";
import type { Delivered, Stream } from "./stream.ts";

const flow = new Flow();
const lossy = new LossyFlow();

/**
 * Sends `bytes` from one application to the other, beginning at `start` (ns), and lets the last
 * acknowledgements come home. Changes the state of both halves, cores and link directions.
 */
export function transmit(stream: Stream, start: number, bytes: number): Delivered {
  const loses = stream.forward.drops !== undefined || stream.back.drops !== undefined;
  return (loses ? lossy : flow).run(stream, start, bytes);
}
