/** The Ckernel's table of processes: rack-unique identifiers, in order of start. */

/** A running process. */
export interface RackProcess {
  readonly pid: number;
  readonly name: string;
  /** Dkernel that asked for it. */
  readonly home: number;
}

/** Something asked of a process that its state does not allow. */
export class ProcessStateError extends Error {
  override name = "ProcessStateError";
}

/** Processes by name. Identifiers are never used twice. */
export class ProcessTable {
  private readonly running = new Map<string, RackProcess>();
  private next = 1;

  /** @throws {ProcessStateError} if a process of that name runs already. */
  start(name: string, home: number): RackProcess {
    const other = this.running.get(name);
    if (other !== undefined) {
      throw new ProcessStateError(
        `${name} runs already (process ${other.pid}, started on Dkernel ${other.home}); end it first`,
      );
    }
    const process = { pid: this.next++, name, home };
    this.running.set(name, process);
    return process;
  }

  /** @throws {ProcessStateError} if there is none, with the names of those that run. */
  find(name: string): RackProcess {
    const process = this.running.get(name);
    if (process === undefined) {
      const names = [...this.running.keys()];
      throw new ProcessStateError(
        `no process ${name} runs; running: ${names.length === 0 ? "none" : names.join(", ")}`,
      );
    }
    return process;
  }

  /** Forget a process. */
  end(name: string): void {
    this.running.delete(name);
  }

  /** All that run, in order of start. */
  list(): RackProcess[] {
    return [...this.running.values()];
  }
}
