/** LD-NR's affinity manager (chapter 6.3.1): which domain a thread's new memory comes from. */
import { type Steps, Work } from "./step.ts";

/** Switches and restores a thread's memory policy; supplied by the user of LD-NR. */
export interface AffinityManager<T> {
  /** Make new memory of `thread` come from `domain`; the domain before, to restore it. */
  switchTo(thread: T, domain: number): Steps<number>;
}

/** The evaluation's manager: one system call (set_mempolicy or mbind) per switch. */
export class SystemCallAffinity<T extends { policy: number }> implements AffinityManager<T> {
  /** Switches made. */
  switches = 0;
  /** Told of every switch, for traces. */
  onSwitch: ((thread: T, from: number, to: number) => void) | undefined = undefined;

  *switchTo(thread: T, domain: number): Steps<number> {
    this.switches++;
    yield new Work("affinity", 1, domain);
    const before = thread.policy;
    thread.policy = domain;
    this.onSwitch?.(thread, before, domain);
    return before;
  }
}
