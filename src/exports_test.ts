import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname as string, "..");
// What a design exports is measured source, taken over as published; and an export inside a text.
const LEFT_OUT = /^src\/iron\/designs\/before\/|^src\/freshen\/function\/handler-source\.ts$/;

const DECLARED =
  /^export (?:default |declare )?(?:abstract )?(?:async )?(?:class|function\*?|const|let|interface|type|enum) (\w+)/;

Deno.test("every export says what it is", () => {
  const bare: string[] = [];
  let seen = 0;
  for (const entry of readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path).replaceAll("\\", "/");
    if (!/(?<!_test)\.ts$/.test(name) || LEFT_OUT.test(name)) continue;
    const lines = readFileSync(path, "utf8").split("\n");
    lines.forEach((line, i) => {
      const declared = DECLARED.exec(line);
      if (declared === null) return;
      seen++;
      let above = i - 1;
      while (/^\/\/ deno-lint-ignore/.test(lines[above] ?? "")) above--;
      const overload = new RegExp(`^export (?:async )?function\\*? ${declared[1]}\\b`);
      const said = /\*\/\s*$/.test(lines[above] ?? "") ||
        lines.slice(0, i).some((other) => overload.test(other));
      if (!said) bare.push(`${name}:${i + 1}: ${line.slice(0, 80)}`);
    });
  }
  assert.ok(seen > 1000, `${seen} exports`);
  assert.deepEqual(bare, []);
});
