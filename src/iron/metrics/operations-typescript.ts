/**
 * Operations in a TypeScript source: radon's rules for Python carried over to the constructs that
 * mean the same. Radon does not read TypeScript; README.md lists the correspondence.
 */
import type { Operation } from "./halstead.ts";
import { childOf, innermost, type SyntaxNode } from "./syntax.ts";

const CHAINED = ["&&", "||", "??"];

// Round an expression without changing it: parentheses, and what exists for the type checker only.
const TRANSPARENT = [
  "parenthesized_expression",
  "as_expression",
  "satisfies_expression",
  "non_null_expression",
];

// Types: Python's counterpart, annotations of parameters and results, is not looked at either.
const TYPES = ["type_annotation", "type_arguments", "type_parameters", "literal_type"];

const FUNCTIONS = [
  "function_declaration",
  "generator_function_declaration",
  "method_definition",
];
const FUNCTION_VALUES = ["arrow_function", "function_expression", "generator_function"];
const NAMING = ["variable_declarator", "public_field_definition"];

const inside = (node: SyntaxNode) => innermost(node, TRANSPARENT);

/** The key of a JavaScript number as written. */
function numberKey(written: string): string {
  const text = written.replaceAll("_", "");
  if (text.endsWith("n")) return `n:${BigInt(text.slice(0, -1))}n`;
  return `n:${Number(/^0\d*[0-7]$/.test(text) ? `0o${text.slice(1)}` : text)}`;
}

/** All operations of a module, in no particular order. */
export function* typescriptOperations(root: SyntaxNode, text: string): Generator<Operation> {
  const written = (node: SyntaxNode) => text.slice(node.start, node.end);

  // As in Python: names, properties' last names and constants by value, anything else by its place.
  const key = (operand: SyntaxNode): string | null => {
    const node = inside(operand);
    switch (node.type) {
      case "identifier":
      case "this":
      case "super":
        return `s:${written(node)}`;
      case "member_expression":
        return `s:${written(childOf(node, "property") as SyntaxNode)}`;
      case "number":
        return numberKey(written(node));
      case "true":
      case "false":
      case "null":
      case "undefined":
        return node.type;
      case "string":
        return `s:${written(node).slice(1, -1)}`;
      case "template_string":
        return node.children.some(({ type }) => type === "template_substitution")
          ? null
          : `s:${written(node).slice(1, -1)}`;
      default:
        return null;
    }
  };

  const operation = (node: SyntaxNode): Omit<Operation, "context"> | undefined => {
    const child = (field: string) => childOf(node, field) as SyntaxNode;
    switch (node.type) {
      case "binary_expression": {
        const operator = child("operator").type;
        const operands = [child("right")];
        let left = child("left");
        while (sameChain(left, node)) {
          operands.push(childOf(left, "right") as SyntaxNode);
          left = childOf(left, "left") as SyntaxNode;
        }
        return { operators: [operator], operands: [...operands, left].map(key) };
      }
      case "unary_expression":
        return {
          operators: [`unary ${child("operator").type}`],
          operands: [key(child("argument"))],
        };
      case "update_expression":
        // i++ is Python's i += 1.
        return {
          operators: [child("operator").type.slice(1)],
          operands: [key(child("argument")), "n:1"],
        };
      case "augmented_assignment_expression":
        return {
          operators: [child("operator").type.slice(0, -1)],
          operands: [key(child("left")), key(child("right"))],
        };
    }
    return undefined;
  };

  const open: [SyntaxNode, string | null][] = [[root, null]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, context] = next;
    if (TYPES.includes(node.type)) continue;
    const body = childOf(node, "body");
    if (FUNCTIONS.includes(node.type) && body !== undefined) {
      open.push([body, written(childOf(node, "name") as SyntaxNode)]);
      continue;
    }
    const value = NAMING.includes(node.type) ? childOf(node, "value") : undefined;
    if (value !== undefined && FUNCTION_VALUES.includes(value.type)) {
      // A function given a name where it is declared is Python's def; any other is a lambda.
      open.push([childOf(value, "body") as SyntaxNode, written(node.children[0])]);
      continue;
    }
    const found = operation(node);
    if (found !== undefined) yield { ...found, context };
    for (const child of node.children) {
      if (!sameChain(child, node)) {
        open.push([child, context]);
        continue;
      }
      let inner: SyntaxNode = child;
      while (true) {
        open.push([childOf(inner, "right") as SyntaxNode, context]);
        const left = childOf(inner, "left") as SyntaxNode;
        if (!sameChain(left, inner)) {
          open.push([left, context]);
          break;
        }
        inner = left;
      }
    }
  }
}

/** Whether `left` is the left part of a chain of the same `&&`, `||` or `??`. */
function sameChain(left: SyntaxNode, node: SyntaxNode): boolean {
  if (node.type !== "binary_expression" || left.type !== "binary_expression") return false;
  const operator = childOf(node, "operator")?.type as string;
  return left.field === "left" && CHAINED.includes(operator) &&
    childOf(left, "operator")?.type === operator;
}
