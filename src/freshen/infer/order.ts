/** Calls of a handler in the order in which they are first executed, and which are always executed. */
import { childrenOf, type Node, type Source } from "./source.ts";

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
export function walkInOrder(source: Source, handler: Node, seen: (visit: Visit) => void): void {
  new Walk(source, seen).body(handler, undefined);
}

class Walk {
  readonly #entered = new Set<Node>();
  /** Set once a branch has returned: what follows is not always executed. */
  #left: string | undefined = undefined;

  constructor(readonly source: Source, private readonly seen: (visit: Visit) => void) {}

  body(fn: Node, only: string | undefined): void {
    if (this.#entered.has(fn)) return;
    this.#entered.add(fn);
    const outer = this.#left;
    for (const p of fn.params) this.node(p, only);
    this.node(fn.body, only);
    this.#left = outer;
  }

  node(node: Node, only: string | undefined): void {
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
        this.node(node.test, only);
        const before = this.#left;
        this.node(node.consequent, where("a branch"));
        this.node(node.alternate, where("a branch"));
        // A branch that only throws ends the execution as a failure: the others still have all that follows.
        if (this.#left !== before && !returns(node)) this.#left = before;
        return;
      }
      case "LogicalExpression":
        this.node(node.left, only);
        this.node(node.right, where(`the right side of ${node.operator}`));
        return;
      case "SwitchStatement":
        this.node(node.discriminant, only);
        for (const c of node.cases) {
          for (const s of [c.test, ...c.consequent]) this.node(s, where("a switch"));
        }
        return;
      case "ForStatement":
        this.node(node.init, only);
        this.node(node.test, only);
        this.node(node.body, where("a loop"));
        this.node(node.update, where("a loop"));
        return;
      case "ForInStatement":
      case "ForOfStatement":
        this.node(node.right, only);
        this.node(node.body, where("a loop"));
        return;
      case "WhileStatement":
        this.node(node.test, only);
        this.node(node.body, where("a loop"));
        return;
      case "TryStatement":
        this.node(node.block, only);
        this.node(node.handler, where("a catch"));
        this.node(node.finalizer, only);
        return;
      case "ReturnStatement":
        this.node(node.argument, only);
        if (only !== undefined) {
          this.#left ??= `a return before it (line ${this.source.line(node)}) may leave it out`;
        }
        return;
      case "CallExpression":
      case "NewExpression":
        this.#call(node, only);
        return;
      default:
        this.#children(node, only);
    }
  }

  #call(node: Node, only: string | undefined): void {
    const { callee } = node;
    if (callee.type === "MemberExpression") this.node(callee.object, only);
    else if (isFunction(callee)) this.body(callee, only);
    for (const a of node.arguments) this.node(a, only);
    this.seen({ call: node, only: only ?? this.#left });
    const fn = this.#function(callee);
    if (fn !== undefined) this.body(fn, only);
    const continues = callee.type === "MemberExpression" && !callee.computed &&
      CONTINUATIONS.has(callee.property.name);
    for (const a of node.arguments) {
      if (!isFunction(a)) continue;
      const line = this.source.line(a);
      this.body(
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

  #children(node: Node, only: string | undefined): void {
    for (const child of childrenOf(node)) this.node(child, only);
  }
}

/** Whether a branch returns normally somewhere. */
function returns(node: Node): boolean {
  const open = [node];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.type === "ReturnStatement") return true;
    if (!isFunction(at)) open.push(...childrenOf(at));
  }
  return false;
}
