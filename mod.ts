export * from "./src/units/mod.ts";
export * from "./src/iron/taplib/mod.ts";
export * as iron from "./src/iron/library.ts";
