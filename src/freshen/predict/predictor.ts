/** What a predictor is: told what happens on the platform, it foretells activations. */
import type { Action } from "../../serverless/mod.ts";

/** An activation foretold. */
export interface Forecast {
  readonly action: Action;
  /** When it is expected, from now, ns. */
  readonly after: number;
  /** It is wrong if nothing came until then, from now, ns. */
  readonly window: number;
  /** How likely the predictor thinks it is. */
  readonly probability: number;
}

/** A predictor of activations. */
export interface Predictor {
  /** An action was requested, perhaps by another one, at `now`. */
  requested(action: Action, by: Action | undefined, now: number): readonly Forecast[];
  /** An activation has ended. */
  ended(action: Action, now: number): readonly Forecast[];
}

/** Nothing is foretold. */
export const NO_PREDICTOR: Predictor = {
  requested: () => [],
  ended: () => [],
};
