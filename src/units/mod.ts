/** Units of measure: parsing, formatting and schema types. The lowest floor: imports nothing of ours. */
export * from "./quantity.ts";
export * from "./schema.ts";
export * from "./suggest.ts";
