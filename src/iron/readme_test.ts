import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

Deno.test("the README's design runs as it is written there", async () => {
  const readme = readFileSync(new URL("./README.md", import.meta.url), "utf8");
  const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1]);
  assert.equal(blocks.length, 3);
  const library = new URL("../../mod.ts", import.meta.url).href;
  // Both versions name their FIFOs fi and fo: each block is a scope, what later ones use is kept.
  const [first, second, third] = blocks.map((b) => b.replace('"wherewhen"', `"${library}"`));
  const printed: string[] = [];
  (globalThis as any).readmeLog = (...args: unknown[]) =>
    void printed.push(args.map(String).join(" "));
  const script = `const console = { log: globalThis.readmeLog };\n${first}\n${second}\n${third}`
    .replaceAll("(ofIn, ofOut)", "(ofIn: any, ofOut: any)");
  await import(`data:application/typescript,${encodeURIComponent(script)}`);
  assert.equal(printed[0], "true");
  assert.match(printed[1], /aie\.device\(npu1_1col\)/);
  assert.equal(printed[2], "127.61 us 1,2,3");
  assert.match(printed[3], /^ {3}0 {3}1 .* 15 {3}\. {3}\./);
});
