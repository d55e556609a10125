/**
 * DiNOS and DiNOS* as far as resources go: Dkernels with a page cache for each process, RPC over
 * shared-memory queues, and the Ckernel with process identifiers, macro and micro scheduler. An allocation
 * takes the twelve steps of Figure 6.6, each of which can be traced, as the other control operations can.
 */
import type { MemoryValues } from "../../hardware/memory/mod.ts";
import { Resource, type Simulation } from "../../kernel/mod.ts";
import { MacroScheduler } from "../scheduler/macro.ts";
import { MicroScheduler } from "../scheduler/micro.ts";
import type { Policy } from "../scheduler/policies.ts";
import type { Constraint } from "../scheduler/constraints.ts";
import { RackState } from "../scheduler/tables.ts";
import { PageCaches } from "./page-cache.ts";
import { ProcessTable, type RackProcess } from "./processes.ts";

/** A memslice of DiNOS* (chapter 6.5), bytes. */
export const MEMSLICE = 2 * 2 ** 20;
/** A slice of DiNOS's Ckernel (chapter 6.4.2), bytes. */
export const DINOS_SLICE = 2 ** 31;

/** CPU times of the path, ns; all assumed: short kernel paths on a core at 3 GHz. */
const COSTS = {
  systemCall: 200,
  cacheLookup: 100,
  marshal: 300,
  dispatch: 500,
  micro: 200,
} as const;
/** Cache lines of an RPC message: header and arguments. */
const MESSAGE_LINES = 2;

/** A rack and how its scheduler works. */
export interface RackOptions {
  readonly hosts: readonly { readonly cores: number; readonly memslices: number }[];
  readonly values: MemoryValues;
  /** Time between looks at the pending table, and requests that start a decision. */
  readonly every: number;
  readonly batch: number;
  readonly constraints: readonly Constraint[];
  /** Bytes of a memslice; default: DiNOS*'s 2 MiB. */
  readonly memslice?: number;
}

/** A piece of memory: memslice `index` of `host`. */
export interface Slice {
  readonly host: number;
  readonly index: number;
}

/** A running rack. */
export class Rack {
  readonly state: RackState;
  readonly macro: MacroScheduler;
  readonly micro: readonly MicroScheduler[];
  /** Time of the last and of all allocations that went to the Ckernel. */
  readonly latencies: number[] = [];
  readonly caches: PageCaches;
  readonly processes = new ProcessTable();
  readonly memslice: number;
  private readonly ckernel: Resource;
  /** Units that each process holds, for its end. */
  private readonly holdings = new Map<string, Record<"cores" | "memslices", Slice[]>>();

  constructor(
    private readonly sim: Simulation,
    policy: Policy,
    private readonly options: RackOptions,
  ) {
    this.state = new RackState(options.hosts);
    this.macro = new MacroScheduler(sim, this.state, policy, options);
    this.micro = this.state.hosts.map((h) => new MicroScheduler(h));
    this.caches = new PageCaches(options.hosts.length);
    this.memslice = options.memslice ?? MEMSLICE;
    this.ckernel = new Resource(sim, "Ckernel RPC server", 1);
    const { trace } = sim;
    this.macro.onStep = (step, from, to, requests) => {
      const name =
        { pending: "5 pending table", solve: "6 solve", update: "7 update tables" }[step];
      trace?.complete("macro scheduler", name, from, to, { requests });
    };
  }

  /** Requests that a page cache met alone. */
  get fastPaths(): number {
    return this.caches.hits;
  }

  /**
   * A control operation: the Ckernel gives a new process its identifier.
   *
   * @throws {ProcessStateError} if one of that name runs; {RackStateError} if the Dkernel has left
   */
  *start(name: string, host: number): Generator<any, RackProcess, any> {
    const note = this.note(`${name} on Dkernel ${host}`);
    const begin = this.sim.now;
    yield* this.control(name, host, "process identifier");
    this.state.refuseAsking(host);
    const process = this.processes.start(name, host);
    yield* note("started", 0);
    this.sim.trace?.complete(`${name} on Dkernel ${host}`, "start", begin, this.sim.now, {
      pid: process.pid,
    });
    return process;
  }

  /**
   * A process ends: its page caches are dropped on every Dkernel, its cores and memslices go back to the
   * micro schedulers and out of the macro scheduler's tables.
   *
   * @returns what was given back
   * @throws {ProcessStateError} if no such process runs
   */
  *end(name: string): Generator<any, { cores: number; memslices: number; cached: number }, any> {
    const { pid, home } = this.processes.find(name);
    const begin = this.sim.now;
    yield* this.control(name, home, "process end");
    const cached = this.caches.drop(name);
    const held = this.holdings.get(name) ?? { cores: [], memslices: [] };
    const units = held.cores.length + held.memslices.length;
    yield* this.note("Ckernel")("release", units * COSTS.micro);
    for (const resource of ["cores", "memslices"] as const) {
      for (const { host, index } of held[resource]) {
        this.micro[host].release(name, resource, index);
      }
    }
    for (const { id } of this.state.hosts) this.state.release(name, id);
    this.holdings.delete(name);
    this.processes.end(name);
    this.sim.trace?.complete(`${name} on Dkernel ${home}`, "end", begin, this.sim.now, {
      pid,
      cached,
    });
    return { cores: held.cores.length, memslices: held.memslices.length, cached };
  }

  /**
   * A Dkernel leaves the rack.
   *
   * @throws {RackStateError} with the processes that hold something on it
   */
  *leave(host: number): Generator<any, void, any> {
    yield* this.control("deregister", host, "host leaves");
    this.state.leave(host);
  }

  /** A control operation of a Dkernel: to the Ckernel and back. */
  private *control(who: string, host: number, what: string): Generator<any, void, any> {
    const note = this.note(`${who} on Dkernel ${host}`);
    yield* note("RPC to the Ckernel", COSTS.marshal + this.message());
    yield this.ckernel;
    try {
      yield* this.note("Ckernel")(what, COSTS.dispatch);
    } finally {
      this.ckernel.release();
    }
    yield* note("RPC response", COSTS.marshal + this.message());
  }

  /** Memory for a process that asks on `host`: whole memslices from the Ckernel unless its cache has enough. */
  *allocate(process: string, host: number, bytes: number): Generator<any, Slice[], any> {
    const { sim, caches, memslice } = this;
    const begin = sim.now;
    const track = `${process} on Dkernel ${host}`;
    const note = this.note(track);
    const whole = (path: string) =>
      sim.trace?.complete(track, "allocate memory", begin, sim.now, { bytes, path });
    yield* note("1 request", COSTS.systemCall);
    yield* note("2 per-process cache", COSTS.cacheLookup);
    const cached = caches.of(process, host);
    if (caches.take(process, host, bytes)) {
      yield* note("12 done (fast path)", 0);
      whole("fast");
      return [];
    }
    const slices = Math.ceil((bytes - cached) / memslice);
    const one = { process, cores: 0, memslices: 1 };
    const hosts = yield* this.call(process, host, Array.from({ length: slices }, () => one));
    const found = yield* this.pick(process, "memslices", hosts);
    yield* this.respond(process, host);
    caches.add(process, host, slices * memslice - bytes);
    yield* note("11 rest into the cache", COSTS.cacheLookup);
    yield* note("12 done", 0);
    whole("Ckernel");
    this.latencies.push(sim.now - begin);
    return found;
  }

  /** A core for a process: the same path without a cache. */
  *core(process: string, host: number): Generator<any, Slice, any> {
    const [core] = yield* this.cores(process, host, 1);
    return core as Slice;
  }

  /** Several cores in one request. */
  *cores(process: string, host: number, count: number): Generator<any, Slice[], any> {
    const begin = this.sim.now;
    yield* this.note(`${process} on Dkernel ${host}`)("1 request a core", COSTS.systemCall);
    const one = { process, cores: 1, memslices: 0 };
    const hosts = yield* this.call(process, host, Array.from({ length: count }, () => one));
    const found = yield* this.pick(process, "cores", hosts);
    yield* this.respond(process, host);
    this.latencies.push(this.sim.now - begin);
    return found;
  }

  /** Resources in use before the run, by whoever: not through RPC. */
  occupy(process: string, host: number, cores: number, memslices: number): void {
    const ids = this.state.request([{ process, cores, memslices }]);
    this.state.place(ids.map((id) => [id, host] as const));
    for (const [resource, n] of [["cores", cores], ["memslices", memslices]] as const) {
      for (const index of this.micro[host].take(process, resource, n)) {
        this.hold(process, resource, { host, index });
      }
    }
  }

  private *call(
    process: string,
    host: number,
    requests: readonly { process: string; cores: number; memslices: number }[],
  ): Generator<any, number[], any> {
    yield* this.note(`${process} on Dkernel ${host}`)(
      "3 RPC to the Ckernel",
      COSTS.marshal + this.message(),
    );
    yield this.ckernel;
    try {
      yield* this.note("Ckernel")("4 forward to the macro scheduler", COSTS.dispatch);
    } finally {
      this.ckernel.release();
    }
    const hosts = yield* this.macro.allocate(requests);
    yield* this.note("Ckernel")("8 assignment", COSTS.dispatch);
    return hosts;
  }

  private *pick(
    process: string,
    resource: "cores" | "memslices",
    hosts: readonly number[],
  ): Generator<any, Slice[], any> {
    yield* this.note("Ckernel")("9 micro scheduler", hosts.length * COSTS.micro);
    return hosts.map((host) => {
      const slice = { host, index: this.micro[host].take(process, resource, 1)[0] };
      this.hold(process, resource, slice);
      return slice;
    });
  }

  private hold(process: string, resource: "cores" | "memslices", slice: Slice): void {
    let held = this.holdings.get(process);
    if (held === undefined) this.holdings.set(process, held = { cores: [], memslices: [] });
    held[resource].push(slice);
  }

  private *respond(process: string, host: number): Generator<any, void, any> {
    yield* this.note(`${process} on Dkernel ${host}`)(
      "10 RPC response",
      COSTS.marshal + this.message(),
    );
  }

  /** A message through a queue in shared memory: the receiver, polling, fetches lines modified elsewhere. */
  private message(): number {
    return Math.round(MESSAGE_LINES * this.options.values.transferHomeRequester);
  }

  private note(track: string) {
    const { sim } = this;
    return function* (name: string, time: number): Generator<any, void, any> {
      const begin = sim.now;
      if (time > 0) yield time;
      sim.trace?.complete(track, name, begin, sim.now);
    };
  }
}
