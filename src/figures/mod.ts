/** Charts from tables. Knows no model. */
export * from "./spec.ts";
export * from "./columns.ts";
