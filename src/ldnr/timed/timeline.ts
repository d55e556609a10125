/**
 * A phase of an experiment in plotted time. While the system is on its way somewhere (replicas come or
 * go, a log fills, a replica catches up) every nanosecond is simulated; while it is settled, a window of
 * each plotted second is, and stands for the whole of it.
 */
import type { HashMapSystem } from "./system.ts";
import type { TimelineObserver } from "./trace.ts";

/** Something that happens at a time of a phase. */
export type Happening =
  | { readonly at: number; readonly kind: "add" | "remove"; readonly domain: number }
  | { readonly at: number; readonly kind: "idle" | "busy"; readonly replica: number };

/** How much of settled time is simulated. */
export interface TimelineOptions {
  /** Plotted length of the phase and of one sample, ns. */
  readonly phase: number;
  readonly sample: number;
  /** Simulated ns that stand for a settled sample. */
  readonly window: number;
  /** Simulated ns before the phase's clock starts, and after a change before the system is settled. */
  readonly settle: number;
}

/** What one sample of a phase showed. */
export interface Sample {
  /** End of the sample, ns from the start of the phase. */
  readonly until: number;
  /** Operations per ns. */
  readonly rate: number;
  /** Bytes in use and replicas at the end of the sample. */
  readonly memory: number;
  readonly replicas: number;
  /** Whether a replica was inactive for most of the sample. */
  readonly inactive: boolean;
}

/** Plays one phase. */
export class Timeline {
  private pending = 0;
  private idleReplicas = 0;
  /** Simulated time, and place in the log, before which the system is not settled. */
  private settledAt: number;
  private lapEnds = 0;
  private catchUpTo = 0;
  /** Operations per ns while a replica is inactive, once known. */
  private cycleRate: number | undefined = undefined;

  constructor(
    private readonly system: HashMapSystem,
    private readonly happenings: readonly Happening[],
    private readonly options: TimelineOptions,
    private readonly observer?: TimelineObserver,
  ) {
    this.settledAt = system.sim.now + options.settle;
  }

  /** The samples of the phase, in order. */
  *samples(): Generator<Sample> {
    const { phase, sample, settle } = this.options;
    this.system.sim.run(this.settledAt);
    this.settledAt = this.system.sim.now;
    const marks = [...this.happenings].sort((a, b) => a.at - b.at);
    for (let begin = 0; begin < phase; begin += sample) {
      const end = Math.min(phase, begin + sample);
      this.observer?.sample(begin, end);
      let operations = 0;
      let at = begin;
      let idle = 0;
      while (at < end) {
        while (marks.length > 0 && (marks[0] as Happening).at <= at) {
          this.apply(marks.shift() as Happening);
          this.settledAt = this.system.sim.now + settle;
        }
        const until = Math.min(end, marks[0]?.at ?? Infinity);
        operations += this.advance(until - at);
        if (this.idleReplicas > 0) idle += until - at;
        at = until;
      }
      if (end === phase) this.observer?.over();
      yield {
        until: end,
        rate: operations / (end - begin),
        memory: this.memory(),
        replicas: this.replicas(),
        inactive: idle > (end - begin) / 2,
      };
    }
  }

  private apply(happening: Happening): void {
    const { system } = this;
    if ("domain" in happening) {
      this.pending++;
      system.change(happening.kind, happening.domain, () => {
        this.pending--;
        this.settledAt = system.sim.now + this.options.settle;
      });
      return;
    }
    this.cycleRate = undefined;
    const { kind, replica } = happening;
    const threads = system.replicaOfThread.flatMap((r, t) => r === replica ? [t] : []);
    this.observer?.happens(`replica ${replica} ${kind}`);
    const idle = kind === "idle";
    system.benchmark.setIdle(threads, idle);
    this.idleReplicas += idle ? 1 : -1;
    const log = this.log();
    if (log === undefined) return;
    // A log that one replica no longer drains shows what it does after a lap; a replica that wakes has
    // everything written until now to catch up with.
    this.lapEnds = idle ? log.tail.value + log.size : 0;
    this.catchUpTo = idle ? 0 : log.tail.value;
  }

  private log() {
    return this.system.dispatcher?.log ?? this.system.nr?.log;
  }

  private settled(): boolean {
    if (this.pending > 0 || this.system.sim.now < this.settledAt) return false;
    const log = this.log();
    if (log === undefined) return true;
    if (this.idleReplicas > 0 && this.system.stallsForEver) return false;
    if (log.tail.value < this.lapEnds) return false;
    return log.cursors.every((c) => c.ltail.value >= this.catchUpTo);
  }

  /** Operations of the next `span` ns of plotted time. */
  private advance(span: number): number {
    const { window } = this.options;
    let operations = 0;
    let left = span;
    while (left > 0 && !this.settled()) {
      const step = Math.min(left, window);
      operations += this.simulate(step);
      left -= step;
    }
    if (left <= 0) return operations;
    if (this.idleReplicas === 0) return operations + this.settledRate(left) * left;
    // With a replica inactive the same cycle repeats until something happens: one of them is enough.
    this.cycleRate ??= this.rateOfCycle(left);
    return operations + this.cycleRate * left;
  }

  /** Operations per ns over a window, or over longer for a slow map. */
  private settledRate(left: number): number {
    const { sim, benchmark } = this.system;
    const { window } = this.options;
    const from = sim.now;
    const before = benchmark.operations();
    const enough = before + 10 * benchmark.completed.length;
    const least = Math.min(left, this.system.averagesOver);
    const most = Math.max(least, Math.min(left, 50 * window));
    do this.simulate(Math.min(window, left)); while (
      sim.now - from < least || (benchmark.operations() < enough && sim.now - from < most)
    );
    return (benchmark.operations() - before) / (sim.now - from);
  }

  /** Operations per ns from one time at which the log is full and somebody helps to the next. */
  private rateOfCycle(left: number): number {
    const { sim, benchmark } = this.system;
    const protocol = (this.system.dispatcher ?? this.system.nr)?.protocol;
    if (protocol === undefined) return this.settledRate(left);
    const { log, counts } = protocol;
    const end = sim.now + left;
    const run = (more: () => boolean) => {
      const step = this.options.window / 10;
      while (sim.now < end && more()) this.simulate(Math.min(step, end - sim.now));
    };
    const toNextHelp = () => {
      const head = log.head.value;
      run(() => log.head.value === head);
      const helped = counts.escapes;
      run(() => counts.escapes === helped);
    };
    let from = sim.now;
    let before = benchmark.operations();
    toNextHelp();
    // Nobody ever helps: what was seen until now is all there is.
    if (sim.now >= end) return (benchmark.operations() - before) / (sim.now - from);
    from = sim.now;
    before = benchmark.operations();
    toNextHelp();
    return (benchmark.operations() - before) / (sim.now - from);
  }

  private simulate(span: number): number {
    const { sim, benchmark } = this.system;
    const before = benchmark.operations();
    sim.run(sim.now + span);
    return benchmark.operations() - before;
  }

  private replicas(): number {
    const { system } = this;
    return (system.dispatcher ?? system.nr)?.replicaList().length ?? 1;
  }

  private memory(): number {
    return this.system.ledger.inUse();
  }
}
