/** Comparison tables: published beside reproduced, and one result beside another. */
export * from "./compare.ts";
export * from "./diff.ts";
export { junitXml } from "./junit.ts";
export * from "./regression.ts";
