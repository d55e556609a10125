/** Traces in the Chrome/Perfetto JSON format (open them at ui.perfetto.dev or chrome://tracing). */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Task } from "./task.ts";
import type { Ticks } from "./time.ts";
import type { Waitable } from "./waiting.ts";

/** Values shown beside an event. */
export type TraceArguments = Readonly<Record<string, string | number | boolean>>;

/** Options of a trace. */
export interface TraceOptions {
  /** Events kept; later ones are counted and dropped. Default 1 000 000. */
  readonly limit?: number;
  /** Name of the traced program in the viewer. Default "simulation". */
  readonly process?: string;
}

const FLUSH = 1 << 16;

/**
 * A bounded trace. Events go out as text while the run goes on, so memory stays small; beyond the limit
 * they are counted and dropped, and the file says how many.
 *
 * Format: the JSON array of the Trace Event Format, one event a line, written so that a file cut off at
 * any line still loads (viewers accept a missing end); `close` makes it valid JSON. Times are given in
 * microseconds there, with the nanoseconds behind the point.
 *
 * Given to a `Simulation`, it records by itself every task (from spawn to end, with its waits inside)
 * and every resource's busy servers and queue. Models add what they like on named tracks.
 */
export class TraceSink {
  /** Most events written. */
  readonly limit: number;
  #written = 0;
  #dropped = 0;
  #buffer: string;
  #tracks = new Map<string, number>();
  #tasks = new WeakMap<object, number>();
  #taskCount = 0;
  #write: ((text: string) => void) | null;

  /** @param write takes the next piece of text. @throws {RangeError} for a limit that is no count. */
  constructor(write: (text: string) => void, options: TraceOptions = {}) {
    const { limit = 1_000_000, process = "simulation" } = options;
    if (!(limit >= 0)) throw new RangeError(`a trace cannot be limited to ${limit} events`);
    this.limit = limit;
    this.#write = write;
    const name = JSON.stringify({ name: process });
    this.#buffer = `[\n{"ph":"M","pid":1,"tid":0,"name":"process_name","args":${name}}`;
  }

  /** Events written so far. */
  get written(): number {
    return this.#written;
  }
  /** Events dropped at the limit. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Something that took from `begin` to `end`, on a named track. */
  complete(track: string, name: string, begin: Ticks, end: Ticks, args?: TraceArguments): void {
    if (!this.#admit()) return;
    this.#put(`"ph":"X",${at(begin)},"dur":${micros(end - begin)},${label(name)}`, track, args);
  }
  /** Begins something on a track; what is begun inside ends inside. */
  begin(track: string, name: string, time: Ticks, args?: TraceArguments): void {
    if (this.#admit()) this.#put(`"ph":"B",${at(time)},${label(name)}`, track, args);
  }
  /** Ends what was begun last on a track. */
  end(track: string, time: Ticks): void {
    if (this.#admit()) this.#put(`"ph":"E",${at(time)}`, track);
  }
  /**
   * Where a viewer shows a track among the others: by rising `order`. To be told before the
   * track's first event.
   */
  place(track: string, order: number): void {
    if (this.#tracks.has(track) || this.#write === null) return;
    const tid = this.#tid(track);
    this.#line(
      `"ph":"M","pid":1,"tid":${tid},"name":"thread_sort_index","args":{"sort_index":${order}}`,
    );
  }
  /** Something without duration. */
  instant(track: string, name: string, time: Ticks, args?: TraceArguments): void {
    if (this.#admit()) this.#put(`"ph":"i","s":"t",${at(time)},${label(name)}`, track, args);
  }
  /** New values of a counter. */
  counter(name: string, time: Ticks, values: Readonly<Record<string, number>>): void {
    if (!this.#admit()) return;
    this.#line(
      `"ph":"C","pid":1,"tid":0,${at(time)},${label(name)},"args":${JSON.stringify(values)}`,
    );
  }

  /** @internal A task began. */
  taskBegins(task: Task<any>, time: Ticks): void {
    if (!this.#admit()) return;
    this.#tasks.set(task, ++this.#taskCount);
    this.#slice("b", this.#taskCount, task.name, time);
  }
  /** @internal A task waits for something, or (null) no longer does. */
  taskWaits(task: Task<any>, time: Ticks, what: Waitable | null): void {
    const id = this.#tasks.get(task);
    if (id === undefined || !this.#admit()) return;
    if (what !== null) this.#slice("b", id, `waits for ${what.waitingFor()}`, time);
    else this.#slice("e", id, "", time);
  }
  /** @internal A task ended. */
  taskEnds(task: Task<any>, time: Ticks): void {
    const id = this.#tasks.get(task);
    if (id !== undefined && this.#admit()) this.#slice("e", id, "", time);
  }

  /** Writes what is left, with the count of dropped events, and ends the array. */
  close(): void {
    if (this.#write === null) return;
    const args = `{"written":${this.#written},"dropped":${this.#dropped}}`;
    this.#line(`"ph":"M","pid":1,"tid":0,"name":"trace_summary","args":${args}`);
    this.#write(`${this.#buffer}\n]\n`);
    this.#write = null;
    this.#buffer = "";
  }

  #admit(): boolean {
    if (this.#write !== null && this.#written < this.limit) {
      this.#written++;
      return true;
    }
    this.#dropped++;
    return false;
  }

  /** A track's number; its name is written when it is first used. */
  #tid(track: string): number {
    let tid = this.#tracks.get(track);
    if (tid === undefined) {
      this.#tracks.set(track, tid = this.#tracks.size + 1);
      const name = JSON.stringify({ name: track });
      this.#line(`"ph":"M","pid":1,"tid":${tid},"name":"thread_name","args":${name}`);
    }
    return tid;
  }

  #put(head: string, track: string, args?: TraceArguments): void {
    const tid = this.#tid(track);
    const rest = args === undefined ? "" : `,"args":${JSON.stringify(args)}`;
    this.#line(`${head},"pid":1,"tid":${tid}${rest}`);
  }

  /** Tasks overlap in time, so they are "async" slices, told apart by an id. */
  #slice(phase: "b" | "e", id: number, name: string, time: Ticks): void {
    this.#line(
      `"ph":"${phase}","cat":"task","id":${id},"pid":1,"tid":0,${at(time)},${label(name)}`,
    );
  }

  #line(fields: string): void {
    this.#buffer += `,\n{${fields}}`;
    if (this.#buffer.length < FLUSH) return;
    this.#write?.(this.#buffer);
    this.#buffer = "";
  }
}

/**
 * A trace into a file, written while the run goes on; call `close` at its end.
 *
 * @throws the system's error if the file cannot be created, and from a traced event if writing fails.
 */
export function traceFile(path: string, options?: TraceOptions): TraceSink {
  const file = openSync(path, "w");
  const sink = new TraceSink((text) => writeSync(file, text), options);
  const close = sink.close.bind(sink);
  let open = true;
  sink.close = () => {
    close();
    if (open) closeSync(file);
    open = false;
  };
  return sink;
}

function micros(t: Ticks): string {
  return String(t / 1e3);
}
function at(time: Ticks): string {
  return `"ts":${micros(time)}`;
}
function label(name: string): string {
  return `"name":${JSON.stringify(name)}`;
}
