/** What SQL from a scenario may not do. Scenarios come from strangers: read, once, and come to an end. */
import type { DatabaseSync } from "node:sqlite";
import { FUNCTIONS } from "./sql-functions.ts";

/** Longest statement. */
const MAX_STATEMENT = 20_000;
/**
 * Most row combinations that a statement's plan may visit, by a rough estimate: one to three minutes.
 * No runtime's node:sqlite can interrupt a statement, so this is decided before it starts.
 */
export const MAX_VISITS = 1e9;
/** Rows that a table summarised by GROUP BY is taken to have at most. */
const GROUPS = 1e4;

// Comments, strings and quoted names, each as a whole; then words, then any other character.
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[A-Za-z_]\w*|\S/g;

/** Why a text is not one SELECT; undefined if it is. */
export function refuseText(statement: string): string | undefined {
  if (statement.length > MAX_STATEMENT) {
    return `the SQL is ${statement.length} characters long; at most ${MAX_STATEMENT} are accepted`;
  }
  if (statement.includes("\0")) return "the SQL holds a NUL character";
  const tokens = [...statement.matchAll(TOKEN)].map(([token]) => token)
    .filter((token) => !token.startsWith("--") && !token.startsWith("/*"));
  if (tokens.length === 0) return "the SQL is empty; write one SELECT";
  const first = tokens[0].toLowerCase();
  if (first !== "select" && first !== "with" && first !== "values") {
    return `the SQL begins with ${
      tokens[0].slice(0, 40)
    }; only one SELECT (or WITH ... SELECT) is accepted`;
  }
  const end = tokens.indexOf(";");
  if (end >= 0 && end < tokens.length - 1) {
    return "the SQL goes on after a semicolon; only one statement is accepted";
  }
  const parameter = tokens.find((token) => ["?", "$", "@", ":"].includes(token));
  if (parameter !== undefined) {
    return `the SQL has a parameter (${parameter}); write the value itself`;
  }
  return undefined;
}

const ALLOW = 0;
const DENY = 1;
const READ = 20;
const SELECT = 21;
const FUNCTION = 31;
const RECURSIVE = 33;

// Newer than the type declarations of node:sqlite.
interface Authorized {
  setAuthorizer(f: (action: number, first: string | null, second: string | null) => number): void;
}

/** Reasons that the authorizer gave since it was last asked. */
export interface Refusals {
  take(): string | undefined;
}

/**
 * Lets the database do nothing but SELECT from `tables` with known functions. The authorizer must not
 * throw (one runtime does not survive that), so it keeps its reason to be asked for.
 */
export function guard(database: DatabaseSync, tables: ReadonlySet<string>): Refusals {
  let reason: string | undefined;
  const deny = (why: string) => {
    reason ??= why;
    return DENY;
  };
  (database as unknown as Authorized).setAuthorizer((action, first, second) => {
    if (action === SELECT) return ALLOW;
    if (action === READ) {
      const name = (first ?? "").toLowerCase();
      // Counting rows reads no column and names what WITH named, too.
      const counted = second === "" && !/^(?:sqlite|pragma)_/.test(name);
      if (name === "" || tables.has(name) || counted) return ALLOW;
      return deny(`the table ${first} may not be read`);
    }
    if (action === FUNCTION) {
      const name = (second ?? "").toLowerCase();
      return FUNCTIONS.has(name) ? ALLOW : deny(`the function ${name}() is not available here`);
    }
    if (action === RECURSIVE) return deny("a recursive WITH is not accepted: it may never end");
    return deny("only reading is accepted: one SELECT");
  });
  return {
    take() {
      const taken = reason;
      reason = undefined;
      return taken;
    },
  };
}

/** One row of EXPLAIN QUERY PLAN. */
export interface PlanRow {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

const AGGREGATE = /^(?:avg|count|geomean|median|percentile|stddev|sum|total)$/;

/**
 * Whether the SELECT that `WITH name AS (...)` names gathers rows: `groups`, one row of `all`, or none
 * (`rows`: as many as it reads). A subquery without a name is taken to group.
 */
export function gathers(statement: string, name: string): "groups" | "all" | "rows" {
  const tokens = [...statement.matchAll(TOKEN)].map(([token]) => token.toLowerCase())
    .filter((token) => !token.startsWith("--") && !token.startsWith("/*"));
  const named = tokens.findIndex((token, i) =>
    token.replace(/^["`[]|["`\]]$/g, "") === name && ["as", "("].includes(tokens[i + 1] ?? "")
  );
  const begin = named < 0 ? -1 : tokens.indexOf("select", named);
  if (begin < 0) return "groups";
  let depth = 0;
  let aggregate = false;
  for (let i = begin; i < tokens.length && depth >= 0; i++) {
    const token = tokens[i] as string;
    if (token === "(") depth++;
    else if (token === ")") depth--;
    else if (depth > 0) continue;
    else if (token === "group" || token === "distinct") return "groups";
    // Over a window it keeps every row.
    else if (token === "over") return "rows";
    else if (AGGREGATE.test(token) && tokens[i + 1] === "(") aggregate = true;
  }
  return aggregate ? "all" : "rows";
}

/**
 * Roughly how many row combinations a plan visits: nested scans multiply, an index search counts as the
 * root of its table's rows, an intermediate result as what made it.
 */
export function estimateVisits(
  statement: string,
  plan: readonly PlanRow[],
  rows: ReadonlyMap<string, number>,
): number {
  const largest = Math.max(1, ...rows.values());
  const made = new Map<string, number>();
  const sizeOf = (detail: string): number => {
    const constant = /(\d+)(?: CONSTANT ROW|-ROW VALUES)/.exec(detail);
    if (constant !== null) return Number(constant[1]);
    const name = (/^(?:SCAN|SEARCH) (\S+)/.exec(detail)?.[1] ?? "").toLowerCase();
    return made.get(name) ?? rows.get(name) ?? Math.max(largest, ...made.values());
  };
  const visit = (parent: number): { visits: number; scans: number } => {
    let product = 1;
    let extra = 0;
    let scans = 0;
    for (const { id, detail } of plan.filter((row) => row.parent === parent)) {
      const below = visit(id);
      if (detail.startsWith("SCAN")) {
        scans++;
        product *= Math.max(1, sizeOf(detail));
      } else if (detail.startsWith("SEARCH")) {
        scans++;
        product *= Math.max(1, Math.sqrt(sizeOf(detail)));
      } else if (detail.startsWith("CORRELATED")) product *= 1 + below.visits;
      else {
        const name = /^(?:MATERIALIZE|CO-ROUTINE) (\S+)/.exec(detail)?.[1];
        if (name !== undefined) {
          // One table summarised is usually small; a join kept for another join is not.
          const how = below.scans > 1 ? "rows" : gathers(statement, name.toLowerCase());
          const most = how === "rows" ? Infinity : how === "groups" ? GROUPS : 1;
          made.set(name.toLowerCase(), Math.min(below.visits, most));
        }
        extra += below.visits;
        scans += below.scans;
      }
    }
    return { visits: product + extra, scans };
  };
  return visit(0).visits;
}
