/** Where a value comes from: which export of which package, made or called how. */
import { type Constants, isTopLevel, reassigned } from "./constant.ts";
import type { Node, Source } from "./source.ts";

/** A value's origin. */
export interface Origin {
  /** Package, without `node:`. Empty for a global. */
  readonly module: string;
  /** Exported names from the package down: `["S3"]`; `default` is left out. */
  readonly path: readonly string[];
  /** value: the export itself. instance: `new` of it, or what calling it gives. */
  readonly how: "value" | "instance";
  /** For an instance: whether it is made inside a function, for one invocation only. */
  readonly scoped: boolean;
  /** For an instance: its arguments. */
  readonly args: readonly Node[];
}

const value = (module: string, path: readonly string[]): Origin => ({
  module: module.replace(/^node:/, ""),
  path: path.filter((p) => p !== "default"),
  how: "value",
  scoped: false,
  args: [],
});

/** Methods that give back the client that they are called on. */
const CHAINED = new Set(["on", "connect", "once"]);
/** Functions that make a client: package and export. */
const FACTORIES = new Set([
  "redis createClient",
  "@aws-sdk/lib-dynamodb DynamoDBDocumentClient.from",
  "axios create",
  "got extend",
]);

/** Follows values to their origin within one source. */
export class Origins {
  readonly #known = new Map<Node, Origin | undefined>();

  constructor(readonly source: Source, readonly constants: Constants) {}

  /** The origin of an expression; undefined where it cannot be followed. */
  of(node: Node, depth = 0): Origin | undefined {
    if (depth > 20) return undefined;
    if (this.#known.has(node)) return this.#known.get(node);
    const found = this.#find(node, depth);
    this.#known.set(node, found);
    return found;
  }

  /** The package that `require("...")` asks for. */
  required(node: Node): string | undefined {
    if (node?.type !== "CallExpression" || node.callee.type !== "Identifier") return undefined;
    if (node.callee.name !== "require" || this.source.bindings.has(node.callee)) return undefined;
    const name = node.arguments[0]?.value;
    return typeof name === "string" ? name : undefined;
  }

  #find(node: Node, depth: number): Origin | undefined {
    switch (node?.type) {
      case "Identifier":
        return this.#identifier(node, depth);
      case "MemberExpression": {
        if (node.computed) return undefined;
        const object = this.of(node.object, depth + 1);
        if (object === undefined || object.how !== "value") return undefined;
        return value(object.module, [...object.path, node.property.name]);
      }
      case "AwaitExpression":
        return this.of(node.argument, depth + 1);
      case "NewExpression":
        return this.#instance(node, this.of(node.callee, depth + 1));
      case "CallExpression": {
        const module = this.required(node);
        if (module !== undefined) return value(module, []);
        const { callee } = node;
        if (callee.type === "MemberExpression" && CHAINED.has(callee.property.name)) {
          const object = this.of(callee.object, depth + 1);
          if (object?.how === "instance") return object;
        }
        const made = this.of(callee, depth + 1);
        if (made === undefined || made.how !== "value") return undefined;
        return FACTORIES.has(`${made.module} ${made.path.join(".")}`)
          ? this.#instance(node, made)
          : undefined;
      }
      default:
        return undefined;
    }
  }

  #instance(node: Node, made: Origin | undefined): Origin | undefined {
    if (made === undefined || made.how !== "value") return undefined;
    return { ...made, how: "instance", scoped: this.#insideFunction(node), args: node.arguments };
  }

  #identifier(node: Node, depth: number): Origin | undefined {
    const binding = this.source.bindings.get(node);
    if (binding === undefined) return value("", [node.name]);
    if (binding.defs.length !== 1 || reassigned(binding)) return undefined;
    const [def] = binding.defs;
    if (def.type === "ImportBinding") {
      const { imported, type } = def.node;
      const name = type === "ImportSpecifier" ? [imported.name ?? imported.value] : [];
      return value(def.parent.source.value, name);
    }
    if (def.type !== "Variable" || def.node.type !== "VariableDeclarator") return undefined;
    const { id, init } = def.node;
    if (init === null) return undefined;
    const origin = this.of(init, depth + 1);
    if (origin === undefined) return undefined;
    if (id.type === "Identifier") {
      return origin.how === "instance" ? { ...origin, scoped: !isTopLevel(binding) } : origin;
    }
    if (id.type !== "ObjectPattern" || origin.how !== "value") return undefined;
    const own = id.properties.find((p: Node) =>
      p.type === "Property" && !p.computed && p.value.type === "Identifier" &&
      p.value.name === node.name
    );
    return own === undefined ? undefined : value(origin.module, [...origin.path, own.key.name]);
  }

  #insideFunction(node: Node): boolean {
    for (
      let at = this.source.parents.get(node);
      at !== undefined;
      at = this.source.parents.get(at)
    ) {
      if (/Function/.test(at.type)) return true;
    }
    return false;
  }
}
