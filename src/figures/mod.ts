/** Charts from tables. Knows no model. */
export * from "./spec.ts";
export * from "./columns.ts";
export * from "./render.ts";
export { FigureError } from "./data.ts";
