export * from "./src/units/mod.ts";
