/**
 * What an expression is before any invocation: its text as it may stand at the end of the module, or
 * the reason why it has no value that early.
 */
import type { Binding, Node, Source } from "./source.ts";

/** Why an access cannot be freshened. */
export class Refused extends Error {
  override name = "Refused";
  /** @param node where the reason stands. */
  constructor(message: string, readonly node: Node) {
    super(message);
  }
}

const PURE = new Set(["String", "Number", "Boolean", "encodeURIComponent", "encodeURI"]);
const TIME = /^(?:Date|performance|process\.hrtime|process\.uptime|Temporal)\b/;
const RANDOM =
  /^(?:Math\.random|crypto\.(?:random|getRandom)|randomUUID|randomBytes|uuid|nanoid|v4)\b/;
const LIMIT = 200;

/** Renders expressions of one source. */
export class Constants {
  readonly #open = new Set<Binding>();

  constructor(readonly source: Source) {}

  /** Text of a constant expression. @throws {Refused} with the reason. */
  render(node: Node, depth = 0): string {
    if (depth > LIMIT) throw new Refused("is nested too deeply", node);
    const inner = (n: Node) => this.render(n, depth + 1);
    switch (node.type) {
      case "Literal":
        return this.#text(node);
      case "TemplateLiteral":
        // deno-lint-ignore no-explicit-any
        return "`" +
          node.quasis.map((q: any, i: number) =>
            q.value.raw +
            (i < node.expressions.length ? "${" + inner(node.expressions[i]) + "}" : "")
          ).join("") + "`";
      case "UnaryExpression":
        if (node.operator === "delete") throw new Refused("has side effects", node);
        return `${node.operator} ${inner(node.argument)}`;
      case "BinaryExpression":
      case "LogicalExpression":
        return `(${inner(node.left)} ${node.operator} ${inner(node.right)})`;
      case "ConditionalExpression":
        return `(${inner(node.test)} ? ${inner(node.consequent)} : ${inner(node.alternate)})`;
      case "ArrayExpression":
        return `[${node.elements.map((e: Node) => (e === null ? "" : inner(e))).join(", ")}]`;
      case "SpreadElement":
        return `...${inner(node.argument)}`;
      case "ObjectExpression":
        return `{ ${node.properties.map((p: Node) => this.#property(p, depth)).join(", ")} }`;
      case "ParenthesizedExpression":
      case "ChainExpression":
        return inner(node.expression);
      case "MemberExpression":
        return this.#member(node, depth);
      case "Identifier":
        return this.#identifier(node, depth);
      case "NewExpression":
      case "CallExpression":
        return this.#call(node, depth);
      case "AwaitExpression":
        throw new Refused("depends on the result of an earlier operation", node);
      case "ThisExpression":
        throw new Refused("depends on `this`", node);
      case "FunctionExpression":
      case "ArrowFunctionExpression":
      case "ClassExpression":
        throw new Refused("contains a function", node);
      case "AssignmentExpression":
      case "UpdateExpression":
      case "SequenceExpression":
        throw new Refused("has side effects", node);
      default:
        throw new Refused(`contains ${node.type}, which is not followed`, node);
    }
  }

  /** The string or number that an expression surely is; undefined when that is not known here. */
  evaluate(node: Node | undefined, depth = 0): string | number | undefined {
    if (node === undefined || depth > LIMIT) return undefined;
    if (node.type === "Literal") {
      return typeof node.value === "string" || typeof node.value === "number"
        ? node.value
        : undefined;
    }
    if (node.type === "TemplateLiteral" && node.expressions.length === 0) {
      return node.quasis[0].value.cooked;
    }
    if (node.type === "Identifier") {
      const init = this.init(node);
      return init === undefined ? undefined : this.evaluate(init, depth + 1);
    }
    return undefined;
  }

  /** The only value that a name ever has: its initialiser; undefined for anything less certain. */
  init(identifier: Node): Node | undefined {
    const binding = this.source.bindings.get(identifier);
    if (binding === undefined || binding.defs.length !== 1) return undefined;
    const [def] = binding.defs;
    if (def.type !== "Variable" || def.node.type !== "VariableDeclarator") return undefined;
    if (def.node.id.type !== "Identifier" || def.node.init === null) return undefined;
    return reassigned(binding) ? undefined : def.node.init;
  }

  /** The object literal behind an expression, if it is one that nothing changes. */
  object(node: Node | undefined): Node | undefined {
    if (node?.type === "ObjectExpression") return node;
    if (node?.type !== "Identifier") return undefined;
    const init = this.init(node);
    return init?.type === "ObjectExpression" ? init : undefined;
  }

  /** The value of a property of an object literal; undefined if it is not there or not certain. */
  property(object: Node | undefined, name: string): Node | undefined {
    for (const p of object?.properties ?? []) {
      if (p.type === "Property" && !p.computed && (p.key.name ?? p.key.value) === name) {
        return p.value;
      }
    }
    return undefined;
  }

  #property(p: Node, depth: number): string {
    if (p.type === "SpreadElement") return `...${this.render(p.argument, depth + 1)}`;
    if (p.method || p.kind !== "init") throw new Refused("contains a method", p);
    const key = p.computed ? `[${this.render(p.key, depth + 1)}]` : this.#text(p.key);
    return `${key}: ${this.render(p.value, depth + 1)}`;
  }

  #member(node: Node, depth: number): string {
    const text = this.#text(node);
    const { object, property } = node;
    if (isEnvironment(object, this.source)) {
      if (!node.computed) return text;
      return `process.env[${this.render(property, depth + 1)}]`;
    }
    if (TIME.test(text)) throw new Refused("depends on the time", node);
    const key = node.computed ? this.evaluate(property) : property.name;
    const literal = this.object(object);
    if (literal !== undefined) {
      this.#mustNotChange(object);
      const value = this.property(literal, String(key));
      const simple = literal.properties.every((p: Node) => p.type === "Property" && !p.computed);
      if (value !== undefined && simple) return this.render(value, depth + 1);
    }
    throw new Refused(this.#whyNot(object) ?? `depends on ${short(text)}`, node);
  }

  #identifier(node: Node, depth: number): string {
    const { name } = node;
    const binding = this.source.bindings.get(node);
    if (binding === undefined) {
      if (["undefined", "NaN", "Infinity"].includes(name)) return name;
      throw new Refused(`depends on the global \`${name}\``, node);
    }
    const why = this.#whyNot(node);
    if (why !== undefined) throw new Refused(why, node);
    const [def] = binding.defs;
    const init = def.node.init;
    if (this.#open.has(binding)) throw new Refused(`\`${name}\` refers to itself`, node);
    this.#open.add(binding);
    try {
      if (def.node.id.type === "ObjectPattern") return this.#fromPattern(node, def.node);
      const text = this.render(init, depth + 1);
      if (init.type === "ObjectExpression" || init.type === "ArrayExpression") {
        this.#mustNotChange(node);
      }
      // A name of the module is there when the hook runs; one of a function is not.
      return isTopLevel(binding) ? name : text;
    } finally {
      this.#open.delete(binding);
    }
  }

  /** `const { BUCKET } = process.env` */
  #fromPattern(node: Node, declarator: Node): string {
    const own = declarator.id.properties.find((p: Node) =>
      p.type === "Property" && p.value.type === "Identifier" && p.value.name === node.name
    );
    if (own === undefined || own.computed || !isEnvironment(declarator.init, this.source)) {
      throw new Refused(`\`${node.name}\` is taken out of a value that is not followed`, node);
    }
    return `process.env.${own.key.name}`;
  }

  #call(node: Node, depth: number): string {
    const callee = this.#text(node.callee);
    if (TIME.test(callee)) throw new Refused("depends on the time", node);
    if (RANDOM.test(callee)) throw new Refused("is random", node);
    const global = node.callee.type === "Identifier" && !this.source.bindings.has(node.callee);
    const url = node.type === "NewExpression" && callee === "URL";
    if (global && (PURE.has(callee) || url)) {
      const args = node.arguments.map((a: Node) => this.render(a, depth + 1)).join(", ");
      return `${url ? "new " : ""}${callee}(${args})`;
    }
    throw new Refused(`depends on what ${short(callee)}() gives`, node);
  }

  /** Why a name has no value that is known before a run; undefined if it has one. */
  #whyNot(node: Node): string | undefined {
    if (node.type === "ThisExpression") return "depends on `this`";
    if (node.type === "MemberExpression") return this.#whyNot(node.object);
    if (node.type !== "Identifier") return undefined;
    const { name } = node;
    const binding = this.source.bindings.get(node);
    if (binding === undefined) return undefined;
    const def = binding.defs[0];
    if (name === "arguments" && def === undefined) return "depends on the function's arguments";
    if (binding.defs.length !== 1) return `\`${name}\` is declared more than once`;
    if (def.type === "Parameter") return `depends on the argument \`${name}\``;
    if (def.type === "ImportBinding") return `\`${name}\` is imported: its value is not seen here`;
    if (def.type !== "Variable") return `\`${name}\` is no constant`;
    if (reassigned(binding)) return `\`${name}\` is reassigned`;
    if (def.node.init === null || def.node.init === undefined) {
      return `\`${name}\` is set elsewhere`;
    }
    const above = this.source.parents.get(this.source.parents.get(def.node));
    if (/^For/.test(above?.type ?? "") && above.body !== this.source.parents.get(def.node)) {
      return `depends on the loop variable \`${name}\``;
    }
    return undefined;
  }

  /** An object may be handed to known accesses and read; anything else might change it. */
  #mustNotChange(node: Node): void {
    const binding = this.source.bindings.get(node);
    for (const { identifier } of binding?.references ?? []) {
      if (identifier === binding.defs[0]?.name) continue;
      const above = this.source.parents.get(identifier);
      const fine = this.harmless(identifier, above);
      if (!fine) {
        const line = this.source.line(identifier);
        throw new Refused(`\`${node.name}\` may be changed in line ${line}`, node);
      }
    }
  }

  /** Whether a use of an object can only read it; a caller adds its own calls to `trusted`. */
  harmless(identifier: Node, above: Node): boolean {
    if (above?.type === "MemberExpression" && above.object === identifier) {
      const use = this.source.parents.get(above);
      if (use?.type === "AssignmentExpression" && use.left === above) return false;
      if (use?.type === "UpdateExpression" || use?.type === "UnaryExpression") return false;
      // A method might change what it is called on; a deeper member might be written.
      return use?.type !== "MemberExpression" &&
        !(use?.type === "CallExpression" && use.callee === above);
    }
    if (above?.type === "SpreadElement") return true;
    return this.trusted.has(above);
  }

  /** Calls whose arguments are only read: the accesses that were recognised. */
  readonly trusted = new Set<Node>();

  #text(node: Node): string {
    return this.source.text.slice(node.start, node.end);
  }
}

/** Whether a binding is ever written after its initialiser. */
export function reassigned(binding: Binding): boolean {
  // deno-lint-ignore no-explicit-any
  return binding.references.some((r: any) => r.isWrite() && r.init !== true);
}

/** Whether a binding belongs to the module. */
export function isTopLevel(binding: Binding): boolean {
  return binding.scope.type === "module" || binding.scope.type === "global";
}

function isEnvironment(node: Node, source: Source): boolean {
  return node?.type === "MemberExpression" && !node.computed && node.property.name === "env" &&
    node.object.type === "Identifier" && node.object.name === "process" &&
    !source.bindings.has(node.object);
}

const short = (text: string) => {
  const line = text.replace(/\s+/g, " ");
  return "`" + (line.length > 40 ? line.slice(0, 37) + "..." : line) + "`";
};
