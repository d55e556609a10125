/** The Agent on a worker (section 5.3): applies limits with two system calls, without a restart. */
import type { Managed } from "./managed.ts";

/** Two writes, pod and container; assumed 20 us each. */
export const APPLY_TIME = 40e3;

/** Sets the CPU limit, cores. Smaller than Linux accepts: its minimum. */
export function applyCpu(container: Managed, cores: number): void {
  const { cpu } = container;
  cpu.setQuota(Math.max(1e6, Math.round(cores * cpu.period)));
}

/** Sets the memory limit, bytes; false when the kernel answers EBUSY. */
export function applyMemory(container: Managed, limit: number): boolean {
  return container.memory.setLimit(limit);
}
