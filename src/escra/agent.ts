/** The Agent on a worker (section 5.3): finds new containers and applies limits without a restart. */
import type { Rng, Simulation } from "../kernel/mod.ts";
import type { Managed } from "./managed.ts";

/** How an Agent works. */
export interface AgentOptions {
  /** How often it asks the container runtime for new containers, ns. */
  readonly agentPoll: number;
  /** The same while it has not seen any, ns. */
  readonly agentIdlePoll: number;
  /** Time to inspect a container that it has found, ns; one after the other. */
  readonly inspectTime: number;
  /** Time of one system call that writes a limit, ns. */
  readonly syscallTime: number;
  /** Share of CPU updates whose system call fails. */
  readonly agentFailures: number;
}

/** What a container gets whose update failed (published Agent): 1 000 000 us per 100 ms, cores. */
export const FAILED_CPU = 10;

/** The Agent of one worker. */
export class Agent {
  #seen = false;
  /** When it last looked with containers known: its next looks are whole polls later. */
  #grid: number;
  #busyUntil = 0;

  constructor(
    private readonly sim: Simulation,
    private readonly options: AgentOptions,
    rng: Rng,
  ) {
    this.#grid = Math.round(rng.uniform(0, options.agentIdlePoll));
  }

  /** A container is there: `found` is called when the Agent has seen and inspected it. */
  notice(found: () => void): void {
    const { agentPoll, agentIdlePoll, inspectTime } = this.options;
    const { now } = this.sim;
    const look = nextOnGrid(this.#grid, this.#seen ? agentPoll : agentIdlePoll, now);
    if (!this.#seen) {
      this.#seen = true;
      this.#grid = look;
    }
    this.#busyUntil = Math.max(look, this.#busyUntil) + inspectTime;
    this.sim.after(this.#busyUntil - now, found);
  }
}

function nextOnGrid(grid: number, step: number, now: number): number {
  return grid >= now ? grid : grid + Math.ceil((now - grid) / step) * step;
}

/** Sets the CPU limit, cores. Smaller than Linux accepts: its minimum. */
export function applyCpu(container: Managed, cores: number): void {
  const { cpu } = container;
  cpu.setQuota(Math.max(1e6, Math.round(cores * cpu.period)));
}

/** Sets the memory limit, bytes; false when the kernel answers EBUSY. */
export function applyMemory(container: Managed, limit: number): boolean {
  return container.memory.setLimit(limit);
}
