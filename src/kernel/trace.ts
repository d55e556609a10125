/** Traces in the Chrome/Perfetto JSON array format. */
import type { Ticks } from "./time.ts";

/** Values shown beside an event. */
export type TraceArguments = Readonly<Record<string, string | number | boolean>>;

/** Options of a trace. */
export interface TraceOptions {
  /** Events kept; later ones are counted and dropped. Default 1 000 000. */
  readonly limit?: number;
}

/** A bounded trace: events go out as text while the run goes on; memory stays small. */
export class TraceSink {
  /** Events written. */
  written = 0;
  /** Events dropped at the limit. */
  dropped = 0;
  readonly limit: number;
  #buffer = "[\n";
  #tracks = new Map<string, number>();
  #closed = false;

  /** @param write takes the next piece of text. */
  constructor(private readonly write: (text: string) => void, options: TraceOptions = {}) {
    this.limit = options.limit ?? 1_000_000;
  }

  /** Something that took from `begin` to `end`, on a named track. */
  complete(track: string, name: string, begin: Ticks, end: Ticks, args?: TraceArguments): void {
    this.#emit(
      `"ph":"X","name":${JSON.stringify(name)},"ts":${begin / 1e3},"dur":${(end - begin) / 1e3}`,
      track,
      args,
    );
  }
  /** Begins something on a track; nests. */
  begin(track: string, name: string, at: Ticks, args?: TraceArguments): void {
    this.#emit(`"ph":"B","name":${JSON.stringify(name)},"ts":${at / 1e3}`, track, args);
  }
  /** Ends what was begun last on a track. */
  end(track: string, at: Ticks): void {
    this.#emit(`"ph":"E","ts":${at / 1e3}`, track);
  }
  /** Something without duration. */
  instant(track: string, name: string, at: Ticks, args?: TraceArguments): void {
    this.#emit(`"ph":"i","s":"t","name":${JSON.stringify(name)},"ts":${at / 1e3}`, track, args);
  }
  /** New values of a counter. */
  counter(name: string, at: Ticks, values: Readonly<Record<string, number>>): void {
    this.#emit(`"ph":"C","name":${JSON.stringify(name)},"ts":${at / 1e3}`, "", values);
  }
  /** Writes what is left and closes the array. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.write(
      this.#buffer +
        `{"ph":"M","pid":1,"tid":0,"name":"trace_end","args":{"written":${this.written},"dropped":${this.dropped}}}\n]\n`,
    );
    this.#buffer = "";
  }

  #emit(head: string, track: string, args?: TraceArguments): void {
    if (this.#closed) return;
    if (this.written >= this.limit) {
      this.dropped++;
      return;
    }
    let tid = this.#tracks.get(track);
    if (tid === undefined) {
      this.#tracks.set(track, tid = this.#tracks.size);
      const name = JSON.stringify({ name: track });
      this.#buffer += `{"ph":"M","pid":1,"tid":${tid},"name":"thread_name","args":${name}},\n`;
    }
    const rest = args === undefined ? "" : `,"args":${JSON.stringify(args)}`;
    this.#buffer += `{${head},"pid":1,"tid":${tid}${rest}},\n`;
    this.written++;
    if (this.#buffer.length > 65536) {
      this.write(this.#buffer);
      this.#buffer = "";
    }
  }
}
