/**
 * HiGHS (a MILP solver in WebAssembly), loaded once with its bytes handed over: a standalone binary has
 * no node_modules for it to look in. The only file that knows the package.
 */
import { existsSync, readFileSync } from "node:fs";
import load, { type ModelData } from "highs";

/** The solver's WebAssembly, by its place under node_modules. */
export const SOLVER_WASM = "highs/build/highs.wasm";

function wasmBytes(): Uint8Array {
  // In a binary: beside its bundle, two folders above the worker's, or where the build staged it.
  const places = ["./", "../../", "../../../dist/build/"].map((at) =>
    new URL(`${at}highs.wasm`, import.meta.url)
  );
  try {
    places.unshift(new URL(import.meta.resolve("highs/runtime")));
  } catch {
    // No such package: this is a standalone binary.
  }
  const found = places.find((place) => existsSync(place));
  if (found === undefined) {
    throw new Error(
      `highs.wasm is neither at ${
        places.join(" nor at ")
      }: install the npm package highs, or embed ` +
        "the file when building a binary",
    );
  }
  return readFileSync(found);
}

// The package's types describe its CommonJS form; as an ES module the default export is the loader. It
// ignores the `wasmBinary` that they offer and looks for a file, which workers of a binary do not have
// where it looks; Emscripten's own hook is heeded.
const loader = load as unknown as (options: {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ): unknown;
}) => ReturnType<typeof load.default>;
const highs = await loader({
  instantiateWasm(imports, done) {
    const module = new WebAssembly.Module(wasmBytes() as BufferSource);
    done(new WebAssembly.Instance(module, imports));
    return {};
  },
});

/** A row: lower <= sum of coefficient x column <= upper. */
export interface MilpRow {
  readonly lower: number;
  readonly upper: number;
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

/** A column: its cost (minimised) and bounds; integer unless it says otherwise. */
export interface MilpColumn {
  readonly cost: number;
  readonly lower: number;
  readonly upper: number;
  readonly continuous?: boolean;
}

/** A mixed-integer linear program: minimise the columns' cost. */
export interface Milp {
  readonly columns: readonly MilpColumn[];
  readonly rows: readonly MilpRow[];
}

/** Limits of a solve that do not depend on the machine's speed, and the gap at which it may stop. */
export interface SolveLimits {
  /** Branch-and-bound nodes. */
  readonly nodes: number;
  /** Absolute gap between the solution and the bound. */
  readonly gap: number;
}

/** What the solver found. */
export interface Solution {
  /** `optimal` within the gap; `limit`: stopped early, with values if it had found some. */
  readonly status: "optimal" | "infeasible" | "limit";
  /** Value of each column; absent when nothing was found. */
  readonly values: readonly number[] | undefined;
  /** Branch-and-bound nodes and simplex iterations: the work done, the same on every machine. */
  readonly nodes: number;
  readonly iterations: number;
}

/** Solve a program. @throws {Error} for a program that HiGHS refuses: a bug in whoever made it. */
export function solve(program: Milp, limits: SolveLimits): Solution {
  const { columns, rows } = program;
  const starts = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (const row of rows) {
    indices.push(...row.columns);
    values.push(...row.values);
    starts.push(indices.length);
  }
  const bound = (n: number) =>
    n === Infinity ? highs.infinity : n === -Infinity ? -highs.infinity : n;
  const { integer, continuous } = highs.constants.variableType;
  const data: ModelData = {
    numCols: columns.length,
    numRows: rows.length,
    colCost: columns.map((c) => c.cost),
    colLower: columns.map((c) => bound(c.lower)),
    colUpper: columns.map((c) => bound(c.upper)),
    rowLower: rows.map((r) => bound(r.lower)),
    rowUpper: rows.map((r) => bound(r.upper)),
    integrality: columns.map((c) => c.continuous === true ? continuous : integer),
    matrix: {
      format: "csr",
      numRows: rows.length,
      numCols: columns.length,
      starts,
      indices,
      values,
    },
  };
  return highs.withModel((model): Solution => {
    model.options.set({
      output_flag: false,
      mip_rel_gap: 0,
      mip_abs_gap: limits.gap,
      mip_detect_symmetry: false,
      mip_max_nodes: limits.nodes,
      // These programs' relaxations are nearly whole: looking for solutions by other means takes longer
      // than solving them.
      mip_heuristic_effort: 0,
      mip_heuristic_run_feasibility_jump: false,
      mip_heuristic_run_zi_round: false,
      mip_heuristic_run_shifting: false,
      mip_heuristic_run_rins: false,
      mip_heuristic_run_rens: false,
      mip_heuristic_run_root_reduced_cost: false,
    });
    model.passModel(data);
    model.run();
    const status = model.getModelStatus();
    const known = highs.constants.modelStatus;
    const nodes = Math.max(0, Number(model.info.get("mip_node_count")));
    const iterations = Math.max(0, Number(model.info.get("simplex_iteration_count")));
    if (status === known.infeasible) {
      return { status: "infeasible", values: undefined, nodes, iterations };
    }
    const found = Number(model.info.get("primal_solution_status")) === 2;
    return {
      status: status === known.optimal ? "optimal" : "limit",
      values: found ? [...model.getSolution().colValue] : undefined,
      nodes,
      iterations,
    };
  });
}
