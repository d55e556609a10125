/** Chains that the platform was told: a state machine of Step Functions (section 4.2). */
import type { Action } from "../../serverless/mod.ts";
import type { Forecast, Predictor } from "./predictor.ts";

/** How far an explicit chain looks ahead. */
export interface ExplicitChainOptions {
  /** Functions of the chain that are foretold at a time. Default 1. */
  readonly ahead?: number;
  /** start: when the function before is requested. trigger: when it has ended and the trigger is sent. */
  readonly when?: "start" | "trigger";
  /** A forecast is wrong after this long, ns. Default 60 s. */
  readonly window?: number;
}

/** Foretells the next functions of declared chains. */
export class ExplicitChain implements Predictor {
  readonly #next = new Map<Action, Action>();
  constructor(private readonly options: ExplicitChainOptions = {}) {}

  /** Declares a chain, in order. */
  declare(chain: readonly Action[]): void {
    for (let i = 1; i < chain.length; i++) this.#next.set(chain[i - 1], chain[i]);
  }

  requested(action: Action): readonly Forecast[] {
    return this.options.when === "start" ? this.#forecasts(action) : [];
  }

  ended(action: Action): readonly Forecast[] {
    return this.options.when === "start" ? [] : this.#forecasts(action);
  }

  #forecasts(action: Action): Forecast[] {
    const { ahead = 1, window = 60e9 } = this.options;
    const found: Forecast[] = [];
    let at: Action | undefined = action;
    for (let i = 0; i < ahead; i++) {
      at = this.#next.get(at);
      if (at === undefined) break;
      found.push({ action: at, after: 0, window: window * (i + 1), probability: 1 });
    }
    return found;
  }
}
