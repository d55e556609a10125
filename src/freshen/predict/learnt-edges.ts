/**
 * Chains learnt from who called whom, as tracing or a service mesh shows it (section 4.2): how often
 * one function's activation has led to another's, and after how long.
 */
import type { Action } from "../../serverless/mod.ts";
import type { Forecast, Predictor } from "./predictor.ts";

/** Settings of the learning. */
export interface LearntEdgesOptions {
  /** Calls seen of a function before anything is foretold from it. Default 5. */
  readonly least?: number;
  /** Least share of its activations that must have led to the other. Default 0.5. */
  readonly probability?: number;
  /** A forecast is wrong after this many times the longest gap seen. Default 1.5. */
  readonly slack?: number;
}

interface Edge {
  count: number;
  /** Mean and largest time from the caller's request to the callee's, ns. */
  mean: number;
  largest: number;
}

interface Vertex {
  activations: number;
  /** When it was last requested: where gaps are counted from. */
  since: number;
  readonly edges: Map<Action, Edge>;
}

/** Foretells from learnt call edges, at the request of the caller. */
export class LearntEdges implements Predictor {
  readonly #seen = new Map<Action, Vertex>();
  constructor(private readonly options: LearntEdgesOptions = {}) {}

  requested(action: Action, by: Action | undefined, now: number): readonly Forecast[] {
    if (by !== undefined) this.#learn(by, action, now);
    const vertex = this.#vertex(action);
    vertex.activations++;
    vertex.since = now;
    const { least = 5, probability: share = 0.5, slack = 1.5 } = this.options;
    if (vertex.activations <= least) return [];
    const found: Forecast[] = [];
    for (const [next, edge] of vertex.edges) {
      const probability = edge.count / (vertex.activations - 1);
      if (probability < share) continue;
      found.push({ action: next, after: edge.mean, window: slack * edge.largest, probability });
    }
    return found;
  }

  ended(): readonly Forecast[] {
    return [];
  }

  #learn(by: Action, action: Action, now: number): void {
    const { edges, since } = this.#vertex(by);
    const gap = now - since;
    const edge = edges.get(action);
    if (edge === undefined) edges.set(action, { count: 1, mean: gap, largest: gap });
    else {
      edge.count++;
      edge.mean += (gap - edge.mean) / edge.count;
      edge.largest = Math.max(edge.largest, gap);
    }
  }

  #vertex(action: Action): Vertex {
    let vertex = this.#seen.get(action);
    if (vertex === undefined) {
      this.#seen.set(action, vertex = { activations: 0, since: 0, edges: new Map() });
    }
    return vertex;
  }
}
