import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inFolder, wherewhen as run } from "./testing.ts";

Deno.test("freshen infer prints the handler with its hook, why the rest is left, and JSON", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "handler.js");
    writeFileSync(
      file,
      `export async function handler(event) {
  const model = await (await fetch("https://store.example/model")).json();
  const user = await (await fetch("https://store.example/users/" + event.user)).json();
  if (event.deep) await fetch("https://store.example/deep");
  return [model, user];
}
`,
    );
    const shown = await run("freshen", "infer", file);
    assert.equal(shown.code, 0);
    assert.match(shown.out, /FrFetch\(0, \(\) => fetch\("https:\/\/store\.example\/model"\)\)/);
    assert.match(shown.out, /export const freshen = fr\.freshen;/);
    assert.match(
      shown.err,
      /handler\.js:3: fetch GET left as it is: depends on the argument `event`/,
    );

    const json = JSON.parse((await run("freshen", "infer", file, "--json")).out);
    assert.deepEqual(
      json.resources.map((r: { wrapper: string; lines: number[] }) => [r.wrapper, r.lines]),
      [["FrFetch", [2]]],
    );
    assert.equal(json.refused.length, 2);

    const traces = join(folder, "traces.ndjson");
    const access = (i: number) =>
      JSON.stringify({
        invocation: i,
        operation: "fetch GET",
        kind: "read",
        args: ["https://store.example/deep"],
        at: i,
        line: 4,
      });
    writeFileSync(traces, Array.from({ length: 20 }, (_, i) => access(i)).join("\n"));
    const out = join(folder, "out.js");
    const traced = await run("freshen", "infer", file, "--traces", traces, "-w", out);
    assert.match(traced.out, /FrFetch\(1, \(\) => fetch\("https:\/\/store\.example\/deep"\)\)/);
    assert.match(readFileSync(out, "utf8"), /sourceMappingURL=out\.js\.map/);
    assert.deepEqual(JSON.parse(readFileSync(`${out}.map`, "utf8")).sources, ["handler.js"]);

    writeFileSync(traces, "{}\n");
    const bad = await run("freshen", "infer", file, "--traces", traces);
    assert.equal(bad.code, 2);
    assert.match(bad.err, /traces\.ndjson:1: expected an `invocation`/);
    writeFileSync(file, "export const handler = (");
    assert.match(
      (await run("freshen", "infer", file)).err,
      /handler\.js:1: nothing inferred: syntax error/,
    );
    assert.equal((await run("freshen", "infer", join(folder, "none.js"))).code, 2);
  });
});
