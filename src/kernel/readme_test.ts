import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as kernel from "./mod.ts";

Deno.test("the example of the README runs and agrees with queueing theory", () => {
  const readme = readFileSync(new URL("./README.md", import.meta.url), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const imports = /import \{ (.*) \} from "\.\/mod\.ts";\n/.exec(example);
  assert.ok(imports !== null, "the example imports from ./mod.ts");
  const body = example.replace(imports[0], "").replace("horizon: 3600e9", "horizon: 1e15");
  const printed: unknown[] = [];
  const run = new Function("kernel", "console", `const { ${imports[1]} } = kernel;\n${body}`);
  run(kernel, { log: (...what: unknown[]) => printed.push(...what) });
  const [ended, , hash, wait, busy] = printed as [string, number, string, number, number];
  assert.equal(ended, "horizon");
  assert.match(hash, /^[0-9a-f]{8}$/);
  // M/M/2 at rho 0.85: Wq = s rho² / (1 - rho²).
  assert.ok(Math.abs(wait / (170 * 0.85 ** 2 / (1 - 0.85 ** 2)) - 1) < 0.1, `${wait}`);
  assert.ok(Math.abs(busy - 1.7) < 0.02, `${busy}`);
});
