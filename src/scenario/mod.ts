/** Scenarios: YAML in, a typed and checked scenario out, every error with its place. */
export * from "./resolved.ts";
