/**
 * `deno compile` needs Deno's runtime (denort), which cannot be downloaded everywhere. All that comes
 * before it is appended to that runtime can be done: resolve the graph, fetch the target's native canvas
 * from npm, embed. Any executable of the format stands in for the runtime, so the result does not run.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { buildWithDeno } from "./deno.ts";
import { stage } from "./stage.ts";

const ROOT = resolve(import.meta.dirname as string, "../..");
const STAND_IN = "/bin/true";

Deno.test({
  name: "deno compile embeds the worker, the packed library, the WASM and the target's canvas",
  ignore: process.platform !== "linux" || !existsSync(STAND_IN),
  fn: async () => {
    const { assets } = await stage(ROOT);
    const folder = mkdtempSync(join(tmpdir(), "wherewhen-"));
    process.env["DENORT_BIN"] = STAND_IN;
    try {
      for (const [machine, canvas] of [["x86_64", "linux-x64"], ["aarch64", "linux-arm64"]]) {
        const path = join(folder, machine);
        const target = `${machine}-unknown-linux-gnu`;
        const output = buildWithDeno(ROOT, Deno.execPath(), target, assets, path);
        // Where dist/ holds nothing else, Deno writes dist/*.
        for (const name of [/dist\/(build\/)?\*/, /worker\.ts/, /binary\.ts/, /node_modules/]) {
          assert.ok(name.test(output), `${target}: ${name} is not embedded:\n${output}`);
        }
        const packages = `${ROOT}/node_modules/.deno/@napi-rs+canvas-${canvas}-gnu@1.0.11`;
        assert.ok(existsSync(packages), `${packages} was not fetched for ${target}`);
        assert.ok(statSync(path).size > 60e6, `${statSync(path).size} bytes`);
      }
    } finally {
      delete process.env["DENORT_BIN"];
      rmSync(folder, { recursive: true });
    }
  },
});
