/**
 * The macro scheduler: pending requests, and every `every` ns or `batch` requests a decision by the
 * policy over the tables (chapter 6.5; defaults 3 ms and 1).
 */
import { Signal, type Simulation } from "../../kernel/mod.ts";
import type { Constraint } from "./constraints.ts";
import { builtIn, type Decision, isSolved, type Policy } from "./policies.ts";
import type { Problem } from "./problem.ts";
import type { RackState, Request } from "./tables.ts";

/** When the scheduler decides. */
export interface MacroOptions {
  /** Time between looks at the pending table, ns. */
  readonly every: number;
  /** Decide only when so many are pending (or the oldest has waited for `every`). */
  readonly batch: number;
  /** Constraints beyond the policy's own. */
  readonly constraints: readonly Constraint[];
}

/** A request cannot be placed: says which constraints stand against it. */
export class PlacementError extends Error {
  override name = "PlacementError";
  constructor(readonly request: Request, readonly constraints: readonly string[]) {
    const { process, cores, memslices } = request;
    const what = [cores > 0 ? `${cores} cores` : "", memslices > 0 ? `${memslices} memslices` : ""]
      .filter((t) => t !== "").join(" and ");
    super(
      `out of resources: no host can give ${process} ${
        what || "nothing"
      }; these constraints cannot ` +
        `hold together: ${constraints.join(", ")}`,
    );
  }
}

interface Waiting {
  readonly request: Request;
  readonly answer: Signal<number | Error>;
}

/** Marks of the life of a batch, for traces. */
export type MacroStep = "pending" | "solve" | "update";

/** The process that looks at the pending table. */
export class MacroScheduler {
  /** Decisions made, and the longest. */
  decisions = 0;
  longest = 0;
  onStep: ((step: MacroStep, from: number, to: number, requests: number) => void) | undefined;
  onFallback: ((why: string) => void) | undefined;
  readonly constraints: readonly Constraint[];
  private readonly waiting = new Map<number, Waiting>();
  private oldest = 0;

  constructor(
    private readonly sim: Simulation,
    readonly state: RackState,
    readonly policy: Policy,
    private readonly options: MacroOptions,
  ) {
    this.constraints = [
      ...builtIn(policy.name),
      ...(isSolved(policy.name) ? options.constraints : []),
    ];
    sim.spawn("macro scheduler", this.loop(), { daemon: true });
  }

  /**
   * Put requests into the pending table; each one's host, when all are placed. If one is refused, all
   * are: what was placed of them is given back.
   *
   * @throws {PlacementError} with the constraints against it; {TooLargeError} from DiNOS's own first level
   */
  *allocate(requests: readonly Request[]): Generator<any, number[], any> {
    const now = this.sim.now;
    if (this.waiting.size === 0) this.oldest = now;
    const ids = this.state.request(requests);
    const answers = ids.map((id, i) => {
      const answer = new Signal<number | Error>(this.sim, `placement of request ${id}`);
      this.waiting.set(id, { request: requests[i], answer });
      return answer;
    });
    this.onStep?.("pending", now, now, requests.length);
    const hosts: number[] = [];
    let failed: Error | undefined;
    for (const answer of answers) {
      const host = (yield answer) as number | Error;
      if (typeof host === "number") hosts.push(host);
      else failed ??= host;
    }
    if (failed !== undefined) {
      this.state.giveBack(ids);
      throw failed;
    }
    return hosts;
  }

  /** What is to be decided now. */
  problem(): Problem {
    const { state, constraints } = this;
    return {
      hosts: state.hosts,
      free: state.free(),
      held: state.held(),
      groups: state.groups(),
      constraints,
    };
  }

  private *loop(): Generator<any, void, any> {
    const { every, batch } = this.options;
    for (;;) {
      yield every;
      const due = this.waiting.size >= batch || this.sim.now - this.oldest >= every;
      if (this.waiting.size === 0 || !due) continue;
      const began = this.sim.now;
      const before = [...this.waiting.keys()];
      const decision = this.policy.decide(this.problem());
      yield decision.time;
      this.finish(decision, before, began);
    }
  }

  private finish(decision: Decision, before: readonly number[], began: number): void {
    const { sim, state, waiting } = this;
    this.decisions++;
    this.longest = Math.max(this.longest, decision.time);
    if (decision.fallback !== undefined) this.onFallback?.(decision.fallback);
    this.onStep?.("solve", began, sim.now, before.length);
    state.place(decision.placed);
    state.refuse(decision.refused.map((r) => r.id));
    this.onStep?.("update", sim.now, sim.now, before.length);
    for (const [id, host] of decision.placed) this.answer(id, host);
    for (const { id, constraints, error } of decision.refused) {
      const w = waiting.get(id) as Waiting;
      this.answer(id, error ?? new PlacementError(w.request, constraints));
    }
    this.oldest = sim.now;
  }

  private answer(id: number, answer: number | Error): void {
    const w = this.waiting.get(id);
    this.waiting.delete(id);
    w?.answer.fire(answer);
  }
}
