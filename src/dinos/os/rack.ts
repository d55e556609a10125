/**
 * DiNOS* as far as allocation goes: Dkernels with a page cache for each process, RPC over shared-memory
 * queues, and the Ckernel with macro and micro scheduler. An allocation takes the twelve steps of
 * Figure 6.6, each of which can be traced.
 */
import type { MemoryValues } from "../../hardware/memory/mod.ts";
import { Resource, type Simulation } from "../../kernel/mod.ts";
import { MacroScheduler } from "../scheduler/macro.ts";
import { MicroScheduler } from "../scheduler/micro.ts";
import type { Policy } from "../scheduler/policies.ts";
import type { Constraint } from "../scheduler/constraints.ts";
import { RackState } from "../scheduler/tables.ts";

/** A memslice of DiNOS* (chapter 6.5), bytes. */
export const MEMSLICE = 2 * 2 ** 20;

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
  /** Requests that a page cache met alone. */
  fastPaths = 0;
  private readonly ckernel: Resource;
  private readonly caches = new Map<string, number>();

  constructor(
    private readonly sim: Simulation,
    policy: Policy,
    private readonly options: RackOptions,
  ) {
    this.state = new RackState(options.hosts);
    this.macro = new MacroScheduler(sim, this.state, policy, options);
    this.micro = this.state.hosts.map((h) => new MicroScheduler(h));
    this.ckernel = new Resource(sim, "Ckernel RPC server", 1);
    const { trace } = sim;
    this.macro.onStep = (step, from, to, requests) => {
      const name =
        { pending: "5 pending table", solve: "6 solve", update: "7 update tables" }[step];
      trace?.complete("macro scheduler", name, from, to, { requests });
    };
  }

  /** Memory for a process that asks on `host`: whole memslices from the Ckernel unless its cache has enough. */
  *allocate(process: string, host: number, bytes: number): Generator<any, Slice[], any> {
    const { sim } = this;
    const key = `${process} ${host}`;
    const begin = sim.now;
    const note = this.note(`${process} on Dkernel ${host}`);
    yield* note("1 request", COSTS.systemCall);
    yield* note("2 per-process cache", COSTS.cacheLookup);
    const cached = this.caches.get(key) ?? 0;
    if (cached >= bytes) {
      this.caches.set(key, cached - bytes);
      this.fastPaths++;
      yield* note("12 done (fast path)", 0);
      return [];
    }
    const slices = Math.ceil((bytes - cached) / MEMSLICE);
    const one = { process, cores: 0, memslices: 1 };
    const hosts = yield* this.call(process, host, Array.from({ length: slices }, () => one));
    const found = yield* this.pick(process, "memslices", hosts);
    yield* this.respond(process, host);
    this.caches.set(key, cached + slices * MEMSLICE - bytes);
    yield* note("11 rest into the cache", COSTS.cacheLookup);
    yield* note("12 done", 0);
    this.latencies.push(sim.now - begin);
    return found;
  }

  /** A core for a process: the same path without a cache. */
  *core(process: string, host: number): Generator<any, Slice, any> {
    const begin = this.sim.now;
    yield* this.note(`${process} on Dkernel ${host}`)("1 request a core", COSTS.systemCall);
    const hosts = yield* this.call(process, host, [{ process, cores: 1, memslices: 0 }]);
    const [core] = yield* this.pick(process, "cores", hosts);
    yield* this.respond(process, host);
    this.latencies.push(this.sim.now - begin);
    return core;
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
    return hosts.map((h) => ({ host: h, index: this.micro[h].take(process, resource, 1)[0] }));
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
