/** Predictors of activations (section 4.2). */
export { ExplicitChain, type ExplicitChainOptions } from "./explicit-chain.ts";
export { HybridHistogram, type HybridHistogramOptions } from "./hybrid-histogram.ts";
export { LearntEdges, type LearntEdgesOptions } from "./learnt-edges.ts";
export { type Forecast, NO_PREDICTOR, type Predictor } from "./predictor.ts";
