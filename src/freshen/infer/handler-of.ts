/** Which function of a source is the handler. */
import { type Node, type Source, Unusable } from "./source.ts";

const USUAL = ["handler", "main", "default"];

const isFunction = (node: Node) => /^(?:Function|ArrowFunction)/.test(node?.type ?? "");

/** Exported and top-level functions by name. */
function candidates(source: Source): Map<string, Node> {
  const found = new Map<string, Node>();
  const own = new Map<string, Node>();
  for (const statement of source.tree.body) {
    const declared = statement.declaration ?? statement;
    if (declared.type === "FunctionDeclaration" && declared.id !== null) {
      own.set(declared.id.name, declared);
    }
    if (declared.type === "VariableDeclaration") {
      for (const d of declared.declarations) {
        if (d.id.type === "Identifier" && isFunction(d.init)) own.set(d.id.name, d.init);
      }
    }
  }
  const follow = (node: Node) => node?.type === "Identifier" ? own.get(node.name) : node;
  const put = (name: string, node: Node) => {
    const fn = follow(node);
    if (isFunction(fn)) found.set(name, fn);
  };
  for (const s of source.tree.body) {
    if (s.type === "ExportDefaultDeclaration") put("default", s.declaration);
    if (s.type === "ExportNamedDeclaration") {
      for (const p of s.specifiers) put(p.exported.name ?? p.exported.value, p.local);
      if (s.declaration?.id) put(s.declaration.id.name, s.declaration);
      for (const d of s.declaration?.declarations ?? []) put(d.id.name, d.init);
    }
    if (s.type !== "ExpressionStatement" || s.expression.type !== "AssignmentExpression") continue;
    const { left, right } = s.expression;
    const text = source.text.slice(left.start, left.end);
    if (text === "module.exports" && right.type === "ObjectExpression") {
      for (const p of right.properties) {
        if (p.type === "Property") put(p.key.name ?? p.key.value, p.value);
      }
    } else if (text === "module.exports") put("default", right);
    else {
      const name = /^(?:module\.)?exports\.(\w+)$/.exec(text)?.[1];
      if (name !== undefined) put(name, right);
    }
  }
  // OpenWhisk calls a top-level main without an export.
  for (const name of ["main", "handler"]) {
    const fn = own.get(name);
    if (!found.has(name) && fn !== undefined) found.set(name, fn);
  }
  return found;
}

/**
 * The function that the platform calls.
 *
 * @param name its name, where it is not `handler`, `main` or the default export.
 * @throws {Unusable} when there is none.
 */
export function handlerOf(source: Source, name?: string): { name: string; node: Node } {
  const found = candidates(source);
  for (const n of name === undefined ? USUAL : [name]) {
    const node = found.get(n);
    if (node !== undefined) return { name: n, node };
  }
  const known = [...found.keys()];
  throw new Unusable(
    (name === undefined ? "no handler was found" : `no function "${name}" is exported`) +
      (known.length === 0
        ? "; export one, for example: export async function handler(event) { ... }"
        : `; exported functions: ${known.join(", ")}` + (name === undefined ? " (name one)" : "")),
  );
}
