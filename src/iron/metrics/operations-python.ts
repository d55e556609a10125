/**
 * Operations in a Python source, as radon's Halstead visitor finds them in CPython's syntax tree
 * (radon 5.1, module radon.visitors). Its peculiarities are kept: see each comment.
 */
import type { Operation } from "./halstead.ts";
import { pythonNumber, pythonString } from "./python-literals.ts";
import { childOf, innermost, type SyntaxNode } from "./syntax.ts";

/** Names of CPython's operator classes. */
const BINARY: Readonly<Record<string, string>> = {
  "+": "Add",
  "-": "Sub",
  "*": "Mult",
  "@": "MatMult",
  "/": "Div",
  "//": "FloorDiv",
  "%": "Mod",
  "**": "Pow",
  "<<": "LShift",
  ">>": "RShift",
  "|": "BitOr",
  "^": "BitXor",
  "&": "BitAnd",
};
const UNARY: Readonly<Record<string, string>> = { "-": "USub", "+": "UAdd", "~": "Invert" };
const COMPARE: Readonly<Record<string, string>> = { "<>": "!=" };

const TRANSPARENT = ["parenthesized_expression", "type"];

/** The expression inside parentheses, which CPython's tree does not have. */
const inside = (node: SyntaxNode) => innermost(node, TRANSPARENT);

/** All operations of a module, in no particular order. */
export function* pythonOperations(root: SyntaxNode, text: string): Generator<Operation> {
  const written = (node: SyntaxNode) => text.slice(node.start, node.end);

  // Radon compares names, attributes' last parts and constants by value, all in one set: the name x,
  // the attribute .x and the string "x" are one operand, and so are 1, 1.0 and True. Anything else,
  // such as a call, is an operand of its own at each place.
  const key = (operand: SyntaxNode): string | null => {
    const node = inside(operand);
    switch (node.type) {
      case "identifier":
        return `s:${written(node).normalize("NFKC")}`;
      case "attribute":
        return `s:${written(childOf(node, "attribute") as SyntaxNode).normalize("NFKC")}`;
      case "member_type":
        return `s:${written(node.children.at(-1) as SyntaxNode).normalize("NFKC")}`;
      case "integer":
      case "float":
        return pythonNumber(written(node));
      case "true":
        return "n:1";
      case "false":
        return "n:0";
      case "none":
      case "ellipsis":
        return node.type;
      case "string":
        return pythonString([written(node)]);
      case "concatenated_string":
        return pythonString(
          node.children.filter(({ type }) => type === "string").map(written),
        );
      default:
        return null;
    }
  };

  const operation = (node: SyntaxNode): Omit<Operation, "context"> | undefined => {
    const child = (field: string) => childOf(node, field) as SyntaxNode;
    const of = (operator: string, ...operands: SyntaxNode[]) => ({
      operators: [operator],
      operands: operands.map(key),
    });
    switch (node.type) {
      case "binary_operator":
        return of(BINARY[child("operator").type], child("left"), child("right"));
      case "union_type":
        return of("BitOr", node.children[0], node.children.at(-1) as SyntaxNode);
      case "unary_operator":
        return of(UNARY[child("operator").type], child("argument"));
      case "not_operator":
        return of("Not", child("argument"));
      case "augmented_assignment": {
        const operator = child("operator").type.slice(0, -1);
        return of(BINARY[operator], child("left"), child("right"));
      }
      case "boolean_operator": {
        // a and b and c is one operation with three operands.
        const operands = [child("right")];
        let left = child("left");
        while (sameBoolean(left, node)) {
          operands.push(childOf(left, "right") as SyntaxNode);
          left = childOf(left, "left") as SyntaxNode;
        }
        return of(child("operator").type, ...operands, left);
      }
      case "comparison_operator": {
        const operators = node.children.filter(({ field }) => field === "operators");
        const operands = node.children.filter(({ field, type }) =>
          field !== "operators" && type !== "comment" && type !== "line_continuation"
        );
        return {
          operators: operators.map(({ type }) => COMPARE[type] ?? type),
          operands: operands.map(key),
        };
      }
    }
    return undefined;
  };

  const open: [SyntaxNode, string | null][] = [[root, null]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, context] = next;
    if (node.type === "function_definition") {
      // Decorators, parameters and annotations of a function are not looked at.
      const name = written(childOf(node, "name") as SyntaxNode).normalize("NFKC");
      open.push([childOf(node, "body") as SyntaxNode, name]);
      continue;
    }
    if (node.type === "decorated_definition") {
      const definition = childOf(node, "definition") as SyntaxNode;
      if (definition.type === "function_definition") {
        open.push([definition, context]);
        continue;
      }
    }
    const found = operation(node);
    if (found !== undefined) yield { ...found, context };
    for (const each of signs(node)) {
      yield { operators: [each.operator], operands: each.operands.map(key), context };
    }
    for (const child of node.children) {
      // The inner part of a chain has been taken with its outermost operation.
      if (sameBoolean(child, node)) {
        let inner: SyntaxNode = child;
        while (true) {
          open.push([childOf(inner, "right") as SyntaxNode, context]);
          const left = childOf(inner, "left") as SyntaxNode;
          if (!sameBoolean(left, inner)) {
            open.push([left, context]);
            break;
          }
          inner = left;
        }
      } else open.push([child, context]);
    }
  }
}

/** Whether `left` is the left part of a chain of the same `and` or `or`. */
function sameBoolean(left: SyntaxNode, node: SyntaxNode): boolean {
  return node.type === "boolean_operator" && left.type === "boolean_operator" &&
    left.field === "left" &&
    childOf(left, "operator")?.type === childOf(node, "operator")?.type;
}

interface Sign {
  readonly operator: string;
  readonly operands: readonly SyntaxNode[];
}

/** Signs of numbers in the patterns of `case`, which the grammar does not have as expressions. */
function signs(node: SyntaxNode): Sign[] {
  if (!/_pattern$/.test(node.type)) return [];
  const found: Sign[] = [];
  const parts = node.children.filter(({ type }) => ["-", "+", "integer", "float"].includes(type));
  const number = (part: SyntaxNode | undefined) => part !== undefined && !"-+".includes(part.type);
  parts.forEach((part, i) => {
    const operand = parts[i + 1];
    if (number(part) || !number(operand)) return;
    const binary = node.type === "complex_pattern" && i > 0;
    if (!binary) found.push({ operator: UNARY[part.type], operands: [operand] });
    // The left of -1 + 2j is an operation itself, which equals no other operand.
    else found.push({ operator: BINARY[part.type], operands: [i > 1 ? node : parts[0], operand] });
  });
  return found;
}
