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

/** A named track: its numbers in the file, and the names of slices that were begun on it and have not ended. */
interface Track {
  readonly pid: number;
  readonly tid: number;
  readonly open: string[];
  /** Begun beyond the limit, and so not in the file. */
  unwritten: number;
}

/**
 * A bounded trace. Events go out as text while the run goes on, so memory stays small; beyond the limit
 * they are counted and dropped, and the file says how many.
 *
 * Format: the JSON object of the Trace Event Format, one event a line, written so that a file cut off at
 * any line lacks only the end; `close` makes it valid JSON. Times are given in microseconds there, with the
 * nanoseconds behind the point.
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
  #tracks = new Map<string, Track>();
  #groups = new Map<string, number>();
  /** Where the clock of the simulation that is being traced starts, and the last time in the file. */
  #start = 0;
  #last = 0;
  #tasks = new WeakMap<object, number>();
  #taskCount = 0;
  #flows = 0;
  #write: ((text: string) => void) | null;

  /** @param write takes the next piece of text. @throws {RangeError} for a limit that is no count. */
  constructor(write: (text: string) => void, options: TraceOptions = {}) {
    const { limit = 1_000_000, process = "simulation" } = options;
    if (!(limit >= 0)) throw new RangeError(`a trace cannot be limited to ${limit} events`);
    this.limit = limit;
    this.#write = write;
    const name = JSON.stringify({ name: process });
    // Without the unit Catapult takes what follows within a microsecond for nested.
    this.#buffer = `{"displayTimeUnit":"ns","traceEvents":[\n` +
      `{"ph":"M","pid":1,"tid":0,"name":"process_name","args":${name}}`;
  }

  /** Events written so far. */
  get written(): number {
    return this.#written;
  }
  /** Events dropped at the limit. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * The next simulation of a run begins, whose clock starts at 0 again: its events go behind all that is
   * in the trace so far. What is still open ends.
   */
  simulationBegins(): void {
    this.#endAll();
    this.#start = this.#last;
  }

  /**
   * Something that took from `begin` to `end`, on a named track. Viewers add the duration to the time, and
   * round: use `begin` and `end` for what follows or contains something else without a gap.
   */
  complete(track: string, name: string, begin: Ticks, end: Ticks, args?: TraceArguments): void {
    if (!this.#admit()) return;
    const ts = this.#at(begin);
    this.#at(end);
    this.#put(`"ph":"X",${ts},"dur":${micros(end - begin)},${label(name)}`, track, args);
  }
  /** Begins something on a track; what is begun inside ends inside. */
  begin(track: string, name: string, time: Ticks, args?: TraceArguments): void {
    if (this.#write === null) return;
    const state = this.#track(track);
    if (!this.#admit()) {
      state.unwritten++;
      return;
    }
    state.open.push(name);
    this.#put(`"ph":"B",${this.#at(time)},${label(name)}`, track, args);
  }
  /** Ends what was begun last on a track; `args` add to those of its beginning. */
  end(track: string, time: Ticks, args?: TraceArguments): void {
    if (this.#write === null) return;
    const state = this.#track(track);
    if (state.unwritten > 0) {
      state.unwritten--;
      this.#dropped++;
      return;
    }
    // What has begun in the file ends there, too, whatever the limit.
    const name = state.open.pop();
    if (name === undefined) return;
    this.#written++;
    // The format needs no name here, but speedscope does.
    this.#put(`"ph":"E",${this.#at(time)},${label(name)}`, track, args);
  }
  /** A number for an arrow, not used in the trace so far. */
  newFlow(): number {
    return ++this.#flows;
  }
  /**
   * An arrow named `name` and numbered `id` leaves (or reaches) what is going on on a track at `time`. To be
   * written after the beginning of that.
   */
  flow(end: "from" | "to", name: string, id: number, track: string, time: Ticks): void {
    if (!this.#admit()) return;
    const phase = end === "from" ? `"ph":"s"` : `"ph":"f","bp":"e"`;
    this.#put(`${phase},"cat":"flow","id":${id},${this.#at(time)},${label(name)}`, track);
  }
  /**
   * Where a viewer shows a track among the others: by rising `order`, and in which group (a "process" of the
   * format; default: the traced program). Groups come in the order in which they are first named. To be told
   * before the track's first event.
   */
  place(track: string, order: number, group?: string): void {
    if (this.#tracks.has(track) || this.#write === null) return;
    const { pid, tid } = this.#track(track, group);
    this.#line(
      `"ph":"M","pid":${pid},"tid":${tid},"name":"thread_sort_index","args":{"sort_index":${order}}`,
    );
  }
  /** Something without duration. */
  instant(track: string, name: string, time: Ticks, args?: TraceArguments): void {
    if (this.#admit()) this.#put(`"ph":"i","s":"t",${this.#at(time)},${label(name)}`, track, args);
  }
  /** New values of a counter, shown with the tracks of `group`. */
  counter(
    name: string,
    time: Ticks,
    values: Readonly<Record<string, number>>,
    group?: string,
  ): void {
    if (!this.#admit()) return;
    const where = `"pid":${group === undefined ? 1 : this.#group(group)},"tid":0`;
    const args = JSON.stringify(values);
    this.#line(`"ph":"C",${where},${this.#at(time)},${label(name)},"args":${args}`);
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
    this.#endAll();
    const counts = `{"written":${this.#written},"dropped":${this.#dropped}}`;
    this.#write(`${this.#buffer}\n],"otherData":${counts}}\n`);
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

  /** A track's numbers; its name is written when it is first used, that of its group as well. */
  #track(track: string, group?: string): Track {
    let state = this.#tracks.get(track);
    if (state === undefined) {
      const pid = group === undefined ? 1 : this.#group(group);
      const tid = this.#tracks.size + 1;
      this.#tracks.set(track, state = { pid, tid, open: [], unwritten: 0 });
      this.#name(pid, tid, "thread_name", track);
    }
    return state;
  }

  #group(group: string): number {
    let pid = this.#groups.get(group);
    if (pid === undefined) {
      this.#groups.set(group, pid = this.#groups.size + 2);
      this.#name(pid, 0, "process_name", group);
      const args = `{"sort_index":${pid}}`;
      this.#line(`"ph":"M","pid":${pid},"tid":0,"name":"process_sort_index","args":${args}`);
    }
    return pid;
  }

  #name(pid: number, tid: number, kind: string, name: string): void {
    const args = JSON.stringify({ name });
    this.#line(`"ph":"M","pid":${pid},"tid":${tid},"name":"${kind}","args":${args}`);
  }

  #endAll(): void {
    for (const [track, state] of this.#tracks) {
      while (state.open.length > 0) this.end(track, this.#last - this.#start);
    }
  }

  /** A simulation's time as the file's. */
  #at(time: Ticks): string {
    const t = this.#start + time;
    if (t > this.#last) this.#last = t;
    return `"ts":${micros(t)}`;
  }

  #put(head: string, track: string, args?: TraceArguments): void {
    const { pid, tid } = this.#track(track);
    const rest = args === undefined ? "" : `,"args":${JSON.stringify(args)}`;
    this.#line(`${head},"pid":${pid},"tid":${tid}${rest}`);
  }

  /** Tasks overlap in time, so they are "async" slices, told apart by an id. */
  #slice(phase: "b" | "e", id: number, name: string, time: Ticks): void {
    this.#line(
      `"ph":"${phase}","cat":"task","id":${id},"pid":1,"tid":0,${this.#at(time)},${label(name)}`,
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
function label(name: string): string {
  return `"name":${JSON.stringify(name)}`;
}
