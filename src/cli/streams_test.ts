import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { inFolder } from "./testing.ts";

const ROOT = resolve(import.meta.dirname as string, "../..");
const unix = process.platform !== "win32";

/** Runs a shell command in which \$WW is the command line; bash, for PIPESTATUS. */
async function shell(command: string, folder: string) {
  const ww = `${Deno.execPath()} run -A -q -c ${join(ROOT, "deno.json")} ${join(ROOT, "cli.ts")}`;
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", command],
    cwd: folder,
    env: { WW: ww, NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { out: text(stdout), err: text(stderr) };
}

Deno.test({
  name: "a reader that goes away is no error, and a run goes on without it",
  ignore: !unix,
  fn: async () => {
    await inFolder(async (folder) => {
      const schema = await shell("$WW schema | head -n 1; echo ${PIPESTATUS[0]}", folder);
      assert.deepEqual(schema, { out: "{\n0\n", err: "" });
      const run = "$WW run freshen/table-4.1 --out out -v 2>&1 | head -c 1; echo ${PIPESTATUS[0]}";
      assert.match((await shell(run, folder)).out, /^10\n$/);
      assert.ok(existsSync(join(folder, "out/freshen/table-4.1.csv")));
    });
  },
});

Deno.test({
  name: "a full disk behind stdout is told in a line and is not a success",
  ignore: !existsSync("/dev/full"),
  fn: async () => {
    await inFolder(async (folder) => {
      const { out, err } = await shell("$WW list >/dev/full; echo $?", folder);
      assert.equal(out, "2\n");
      assert.match(err, /^error: cannot write to stdout: [^\n]+\n$/);
    });
  },
});
