/**
 * Whether predictions are good enough to act on (section 4.3.3): a moving share of right ones per
 * action. All predictions are scored, also those not acted on, so that trust can come back.
 */
import type { ServiceCategory } from "./action.ts";

/** Settings of the gate. */
export interface ConfidenceOptions {
  /** Share of right predictions from which freshen runs. */
  readonly threshold: number;
  /** The same for latency-sensitive actions (aggressive). */
  readonly sensitiveThreshold: number;
  /** Weight of the newest prediction. */
  readonly weight: number;
  /** Share that an action begins with. */
  readonly initial: number;
}

/** Our choice: the chapter names the mechanism and no number. */
export const CONFIDENCE_DEFAULTS: ConfidenceOptions = {
  threshold: 0.5,
  sensitiveThreshold: 0.1,
  weight: 0.1,
  initial: 1,
};

/** How far one action's predictions are trusted. */
export class Confidence {
  right = 0;
  wrong = 0;
  #share: number;

  /** @throws {RangeError} for shares outside 0..1. */
  constructor(readonly options: ConfidenceOptions = CONFIDENCE_DEFAULTS) {
    for (const [name, value] of Object.entries(options)) {
      if (!(value >= 0 && value <= 1)) {
        throw new RangeError(`confidence ${name}: ${value}; expected 0 to 1`);
      }
    }
    this.#share = options.initial;
  }

  /** Moving share of right predictions. */
  get share(): number {
    return this.#share;
  }

  /** A prediction came true, or did not. */
  score(right: boolean): void {
    if (right) this.right++;
    else this.wrong++;
    this.#share += this.options.weight * ((right ? 1 : 0) - this.#share);
  }

  /** Whether freshen may run for an action of this category. */
  allows(category: ServiceCategory): boolean {
    if (category === "latency-insensitive") return false;
    const { threshold, sensitiveThreshold } = this.options;
    return this.#share >= (category === "latency-sensitive" ? sensitiveThreshold : threshold);
  }
}
