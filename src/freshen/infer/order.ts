/** Calls of a handler in the order in which they are first executed, and which are always executed. */
import type { Node, Source } from "./source.ts";

/** A call on the way through the handler. */
export interface Visit {
  readonly call: Node;
  /** Why it may be left out of an execution; undefined if every normal one has it. */
  readonly only: string | undefined;
}

/** Functions that call their argument at once or when a promise is there, once. */
const CONTINUATIONS = new Set(["then", "finally"]);

const isFunction = (node: Node) => /^(?:Function|ArrowFunction)/.test(node?.type ?? "");

/** Walks the handler, and the functions of the source that it calls, each once. */
export function* inOrder(source: Source, handler: Node): Generator<Visit> {
  yield* new Walk(source).body(handler, undefined);
}

class Walk {
  readonly #entered = new Set<Node>();
  /** Set once a branch has returned: what follows is not always executed. */
  #left: string | undefined = undefined;

  constructor(readonly source: Source) {}

  *body(fn: Node, only: string | undefined): Generator<Visit> {
    if (this.#entered.has(fn)) return;
    this.#entered.add(fn);
    const outer = this.#left;
    for (const p of fn.params) yield* this.node(p, only);
    yield* this.node(fn.body, only);
    this.#left = outer;
  }

  *node(node: Node, only: string | undefined): Generator<Visit> {
    if (node === null || node === undefined) return;
    const where = (what: string) => only ?? `it is inside ${what} (line ${this.source.line(node)})`;
    switch (node.type) {
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
      case "ClassDeclaration":
      case "ClassExpression":
        return; // executed when called
      case "IfStatement":
      case "ConditionalExpression": {
        yield* this.node(node.test, only);
        const before = this.#left;
        yield* this.node(node.consequent, where("a branch"));
        yield* this.node(node.alternate, where("a branch"));
        // A branch that only throws ends the execution as a failure: the others still have all that follows.
        if (this.#left !== before && !returns(node)) this.#left = before;
        return;
      }
      case "LogicalExpression":
        yield* this.node(node.left, only);
        yield* this.node(node.right, where(`the right side of ${node.operator}`));
        return;
      case "SwitchStatement":
        yield* this.node(node.discriminant, only);
        for (const c of node.cases) {
          for (const s of [c.test, ...c.consequent]) yield* this.node(s, where("a switch"));
        }
        return;
      case "ForStatement":
        yield* this.node(node.init, only);
        yield* this.node(node.test, only);
        yield* this.node(node.body, where("a loop"));
        yield* this.node(node.update, where("a loop"));
        return;
      case "ForInStatement":
      case "ForOfStatement":
        yield* this.node(node.right, only);
        yield* this.node(node.body, where("a loop"));
        return;
      case "WhileStatement":
        yield* this.node(node.test, only);
        yield* this.node(node.body, where("a loop"));
        return;
      case "TryStatement":
        yield* this.node(node.block, only);
        yield* this.node(node.handler, where("a catch"));
        yield* this.node(node.finalizer, only);
        return;
      case "ReturnStatement":
        yield* this.node(node.argument, only);
        if (only !== undefined) {
          this.#left ??= `a return before it (line ${this.source.line(node)}) may leave it out`;
        }
        return;
      case "CallExpression":
      case "NewExpression":
        yield* this.#call(node, only);
        return;
      default:
        yield* this.#children(node, only);
    }
  }

  *#call(node: Node, only: string | undefined): Generator<Visit> {
    const { callee } = node;
    if (callee.type === "MemberExpression") yield* this.node(callee.object, only);
    else if (isFunction(callee)) yield* this.body(callee, only);
    for (const a of node.arguments) yield* this.node(a, only);
    yield { call: node, only: only ?? this.#left };
    const fn = this.#function(callee);
    if (fn !== undefined) yield* this.body(fn, only);
    const continues = callee.type === "MemberExpression" && !callee.computed &&
      CONTINUATIONS.has(callee.property.name);
    for (const a of node.arguments) {
      if (!isFunction(a)) continue;
      const line = this.source.line(a);
      yield* this.body(
        a,
        only ?? (continues ? undefined : `it is inside a callback (line ${line})`),
      );
    }
  }

  /** The function of this source behind a name. */
  #function(callee: Node): Node | undefined {
    if (callee.type !== "Identifier") return undefined;
    const binding = this.source.bindings.get(callee);
    if (binding?.defs.length !== 1) return undefined;
    const [def] = binding.defs;
    if (def.type === "FunctionName") return def.node;
    return def.type === "Variable" && isFunction(def.node.init) ? def.node.init : undefined;
  }

  *#children(node: Node, only: string | undefined): Generator<Visit> {
    for (const key in node) {
      if (key === "range" || key === "start" || key === "end") continue;
      const child = node[key];
      if (child === null || typeof child !== "object") continue;
      if (Array.isArray(child)) { for (const c of child) if (c?.type) yield* this.node(c, only); }
      else if (typeof child.type === "string") yield* this.node(child, only);
    }
  }
}

/** Whether a branch returns normally somewhere. */
function returns(node: Node): boolean {
  const open = [node];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.type === "ReturnStatement") return true;
    if (isFunction(at)) continue;
    for (const key in at) {
      const child = at[key];
      if (child === null || typeof child !== "object" || key === "range") continue;
      for (const c of Array.isArray(child) ? child : [child]) if (c?.type) open.push(c);
    }
  }
  return false;
}
