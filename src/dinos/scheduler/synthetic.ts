/** Synthetic racks for the scaling experiment: filled to a share, with a batch of requests on top. */
import type { Rng } from "../../kernel/mod.ts";
import { RackState, type Request } from "./tables.ts";

/** A rack's size, how full it is, and what is asked of it. */
export interface SyntheticRack {
  readonly hosts: number;
  readonly coresPerHost: number;
  readonly memslicesPerHost: number;
  /** Share of all resources in use before, 0..1. */
  readonly fill: number;
  /** Requests of one core or one memslice each, and the processes that make them. */
  readonly requests: number;
  readonly processes: number;
}

/** How far a host's fill may be from the mean, either way. */
const SPREAD = 0.1;
/** Share of the asking processes that run somewhere already. */
const RUNNING = 0.5;

/** A rack in use, and the requests. */
export function syntheticRack(r: SyntheticRack, rng: Rng): { state: RackState; batch: Request[] } {
  const { coresPerHost: cores, memslicesPerHost: memslices } = r;
  const state = new RackState(Array.from({ length: r.hosts }, () => ({ cores, memslices })));
  const take = (process: string, host: number, c: number, m: number) => {
    const free = state.free()[host];
    const request = {
      process,
      cores: Math.min(c, free.cores),
      memslices: Math.min(m, free.memslices),
    };
    if (request.cores + request.memslices === 0) return;
    state.place(state.request([request]).map((id) => [id, host] as const));
  };
  for (const { id } of state.hosts) {
    const share = Math.max(0, Math.min(1, r.fill + rng.uniform(-SPREAD, SPREAD)));
    take(`background ${id}`, id, Math.round(share * cores), Math.round(share * memslices));
  }
  const names = Array.from({ length: r.processes }, (_, i) => `process ${i}`);
  for (const name of names) if (rng.uniform() < RUNNING) take(name, rng.uniformInt(r.hosts), 1, 1);
  const batch = Array.from({ length: r.requests }, () => {
    const core = rng.uniform() < 0.5;
    return {
      process: names[rng.uniformInt(r.processes)] as string,
      cores: core ? 1 : 0,
      memslices: core ? 0 : 1,
    };
  });
  return { state, batch };
}
