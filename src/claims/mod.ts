/** Claims: what publications say, as data. Imports units and table, nothing above. */
export * from "./published.ts";
export * from "./spec.ts";
export * from "./tolerance.ts";
export * from "./evaluate.ts";
