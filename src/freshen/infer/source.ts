/** A handler's source as a syntax tree with bindings, or a clear answer why there is none. */
import { type Options, parse } from "acorn";
import { simple } from "acorn-walk";
import { analyze } from "eslint-scope";

/** A node of the ESTree syntax tree, with its place in the text. */
// deno-lint-ignore no-explicit-any
export type Node = any;

/** A binding as eslint-scope finds it. */
// deno-lint-ignore no-explicit-any
export type Binding = any;

/** Why nothing can be inferred from a source at all. */
export class Unusable extends Error {
  override name = "Unusable";
  /** @param line 1-based, if the reason has a place. */
  constructor(message: string, readonly line?: number) {
    super(message);
  }
}

/** Largest source looked at: handlers are far smaller, bundles are not for wrapping. */
export const MAX_SOURCE = 1024 * 1024;

/** A parsed source. */
export interface Source {
  readonly text: string;
  readonly type: "module" | "script";
  readonly tree: Node;
  /** Binding of each identifier that is a use (not a property or label); absent: a global. */
  readonly bindings: ReadonlyMap<Node, Binding>;
  /** Node above each node. */
  readonly parents: { get(node: Node | undefined): Node | undefined };
  /** Names that are assigned to, or whose members are, anywhere: `s3.getObject = ...` gives `s3`. */
  readonly assigned: ReadonlySet<string>;
  line(at: Node | number): number;
}

const LIMIT = `${MAX_SOURCE / 1024} KiB`;

/**
 * Parses a handler as a module, else as a script (CommonJS).
 *
 * @throws {Unusable} for too large, malformed, too deeply nested or self-modifying sources.
 */
export function readSource(text: string): Source {
  if (text.length > MAX_SOURCE) {
    throw new Unusable(
      `the source has ${
        (text.length / 1024).toFixed(0)
      } KiB, more than ${LIMIT}: give the handler's ` +
        "own file, not a bundle",
    );
  }
  try {
    const { tree, type } = parsed(text);
    return withBindings(text, tree, type);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new Unusable("the source is nested too deeply to be analysed");
    }
    throw error;
  }
}

function parsed(text: string): { tree: Node; type: "module" | "script" } {
  const options = (sourceType: "module" | "script"): Options => ({
    ecmaVersion: 2025,
    sourceType,
    ranges: true,
    allowHashBang: true,
    allowAwaitOutsideFunction: sourceType === "module",
    allowReturnOutsideFunction: sourceType === "script",
  });
  const likely = /^\s*(?:import\b(?!\s*\()|export\b)/m.test(text) ? "module" : "script";
  try {
    return { tree: parse(text, options(likely)), type: likely };
  } catch (first) {
    if (!(first instanceof SyntaxError)) throw first;
    const other = likely === "module" ? "script" : "module";
    try {
      return { tree: parse(text, options(other)), type: other };
    } catch (second) {
      if (!(second instanceof SyntaxError)) throw second;
    }
    if (/stack space/.test(first.message)) throw new RangeError(first.message);
    const { loc } = first as SyntaxError & { loc?: { line: number } };
    throw new Unusable(
      `syntax error: ${first.message}; expected JavaScript (compile TypeScript and JSX first)`,
      loc?.line,
    );
  }
}

function withBindings(text: string, tree: Node, type: "module" | "script"): Source {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  const line = (at: Node | number): number => {
    const offset = typeof at === "number" ? at : at.start;
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  const calls: Node[] = [];
  const assigned = new Set<string>();
  simple(tree, {
    AssignmentExpression: (node) => {
      let left: Node = node.left;
      while (left.type === "MemberExpression") {
        if (left.object.name === "globalThis" && !left.computed) left = left.property;
        else left = left.object;
      }
      if (left.type === "Identifier") assigned.add(left.name);
    },
    CallExpression: (node) => void calls.push(node),
    NewExpression: (node) => void calls.push(node),
    // deno-lint-ignore no-explicit-any
    WithStatement: (node: any) => {
      throw new Unusable("`with` hides which binding a name means", line(node));
    },
  });
  const scopes = analyze(tree, { ecmaVersion: 2022, sourceType: type });
  const bindings = new Map<Node, Binding>();
  for (const scope of scopes.scopes) {
    for (const reference of scope.references) {
      if (reference.resolved !== null) bindings.set(reference.identifier, reference.resolved);
    }
  }
  for (const { callee, type } of calls) {
    if (callee.type !== "Identifier" || bindings.has(callee)) continue;
    if (callee.name === "eval" || (callee.name === "Function" && type !== "")) {
      throw new Unusable(
        `${callee.name} may change any binding; nothing can be known`,
        line(callee),
      );
    }
  }
  return { text, type, tree, bindings, parents: new Parents(tree), assigned, line };
}

/** Fields that never hold a node: not worth looking at in large trees. */
const SCALARS = new Set([
  "type",
  "start",
  "end",
  "range",
  "name",
  "raw",
  "operator",
  "kind",
  "regex",
]);
const fields = new Map<string, readonly string[]>();

/** The nodes right below a node, in the order of the text as far as the tree has it. */
export function childrenOf(node: Node): Node[] {
  let keys = fields.get(node.type);
  if (keys === undefined) {
    keys = Object.keys(node).filter((key) => !SCALARS.has(key));
    fields.set(node.type, keys);
  }
  const found: Node[] = [];
  for (const key of keys) {
    const child = node[key];
    if (child === null || typeof child !== "object") continue;
    if (Array.isArray(child)) { for (const c of child) if (c !== null) found.push(c); }
    else if (typeof child.type === "string") found.push(child);
  }
  return found;
}

/** Parents, found when asked for by descending to a node's place in the text. */
class Parents {
  readonly #known = new Map<Node, Node>();
  constructor(readonly tree: Node) {}

  get(node: Node | undefined): Node | undefined {
    if (node === undefined || node === this.tree) return undefined;
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const open = [this.tree];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const child of childrenOf(at)) {
        if (child.start > node.start || child.end < node.end) continue;
        this.#known.set(child, at);
        if (child !== node) open.push(child);
      }
    }
    return this.#known.get(node);
  }
}

/** Parses without looking any further. @throws {Error} for what is not JavaScript. */
export function mustParse(text: string, type: "module" | "script"): void {
  parse(text, {
    ecmaVersion: 2025,
    sourceType: type,
    allowHashBang: true,
    allowAwaitOutsideFunction: type === "module",
    allowReturnOutsideFunction: type === "script",
  });
}
