/**
 * YAML from strangers, each value with its place: read, checked against a schema, every mistake with
 * file, line, column and a suggestion. Scenarios, platforms and applications all come in through here.
 */
export * from "./check.ts";
export * from "./document.ts";
export * from "./inside.ts";
export * from "./input.ts";
export * from "./located.ts";
export * from "./open.ts";
