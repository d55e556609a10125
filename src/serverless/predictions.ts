/** Predictions of an action's next activation, and whether they came true. */
import type { Simulation } from "../kernel/mod.ts";
import type { Action } from "./action.ts";
import { Confidence, type ConfidenceOptions } from "./confidence.ts";

/** An activation foretold. */
export interface Prediction {
  /** When it was made, ns. */
  readonly at: number;
  /** Until when the activation must have begun to be requested for it to be right, ns. */
  readonly until: number;
  /** What the hook did for it. */
  time: number;
  bytes: number;
}

/** How an action's predictions fared. */
export interface Score {
  predictions: number;
  right: number;
  wrong: number;
  /** Activations that nothing had foretold. */
  unforeseen: number;
  /** Sum over right ones of the time from prediction to request, ns. */
  lead: number;
}

/** Open predictions, scores and trust by action. */
export class Predictions {
  readonly scores: Score = { predictions: 0, right: 0, wrong: 0, unforeseen: 0, lead: 0 };
  readonly #open = new Map<Action, Prediction[]>();
  readonly #trust = new Map<Action, Confidence>();

  /**
   * @param wasted told of each prediction that proved wrong, for the bill.
   * @param onRight told of the lead time of each one that came true, ns.
   */
  constructor(
    readonly sim: Simulation,
    private readonly options: ConfidenceOptions | undefined,
    private readonly wasted: (action: Action, prediction: Prediction) => void,
    private readonly onRight?: (lead: number) => void,
  ) {}

  /** Trust in the predictions of an action. */
  confidence(action: Action): Confidence {
    let trust = this.#trust.get(action);
    if (trust === undefined) this.#trust.set(action, trust = new Confidence(this.options));
    return trust;
  }

  /** The action is foretold to be requested within `window` ns. */
  predict(action: Action, window: number): Prediction {
    const prediction = { at: this.sim.now, until: this.sim.now + window, time: 0, bytes: 0 };
    this.scores.predictions++;
    const open = this.#open.get(action);
    if (open === undefined) this.#open.set(action, [prediction]);
    else {
      this.#expire(action, open);
      open.push(prediction);
    }
    return prediction;
  }

  /** The action is requested: the oldest open prediction was right. */
  requested(action: Action): void {
    const open = this.#open.get(action);
    if (open === undefined) return void this.scores.unforeseen++;
    this.#expire(action, open);
    const right = open.shift();
    if (right === undefined) return void this.scores.unforeseen++;
    this.scores.right++;
    this.scores.lead += this.sim.now - right.at;
    this.onRight?.(this.sim.now - right.at);
    this.confidence(action).score(true);
  }

  /** Settles every prediction whose time is up; call at the end of a run. */
  settle(): void {
    for (const [action, open] of this.#open) this.#expire(action, open);
  }

  #expire(action: Action, open: Prediction[]): void {
    while (open.length > 0 && open[0].until < this.sim.now) {
      const wrong = open.shift() as Prediction;
      this.scores.wrong++;
      this.confidence(action).score(false);
      this.wasted(action, wrong);
    }
  }
}
