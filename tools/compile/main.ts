/**
 * `deno task compile`: one executable in dist/ with scenarios, platforms, data, font and canvas inside.
 * With Deno's own compiler where its runtime can be downloaded, else with Bun from npm.
 *
 *   deno task compile                    for this machine
 *   deno task compile --engine bun       by that engine, or not at all
 *   deno task compile --all              every target (needs Deno's runtimes)
 */
import { statSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildWithBun, BUN_VERSION } from "./bun.ts";
import { buildWithDeno, ownTarget, runtimeAvailable, TARGETS } from "./deno.ts";
import { stage } from "./stage.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { values: { engine, all } } = parseArgs({
  options: {
    engine: { type: "string", default: "auto" },
    all: { type: "boolean", default: false },
  },
});
if (!["auto", "deno", "bun"].includes(engine)) {
  throw new Error(`--engine ${engine}: expected auto, deno or bun`);
}

const say = (text: string) => console.log(text);
const report = (path: string, by: string) => {
  const { size } = statSync(path);
  say(`${relative(root, path)}: ${(size / 1e6).toFixed(1)} MB, built by ${by}`);
};

const started = performance.now();
const { assets, files } = await stage(root);
const own = ownTarget();
const deno = process.versions["deno"] ?? "";
const byDeno = engine !== "bun" && own !== undefined && deno !== "" &&
  await runtimeAvailable(own, deno);
if (byDeno) {
  for (const target of all ? TARGETS : [own]) {
    const name = target === own ? "wherewhen" : `wherewhen-${target}`;
    const path = join(root, "dist", name);
    buildWithDeno(root, process.execPath, target, assets, path);
    report(target.includes("windows") ? `${path}.exe` : path, `deno compile ${deno} for ${target}`);
  }
} else {
  if (engine === "deno" || all) {
    throw new Error(
      `Deno's runtime for ${own ?? process.platform} cannot be downloaded here (dl.deno.land); ` +
        "deno task compile --engine bun builds for this machine with what npm has",
    );
  }
  if (engine === "auto") say("Deno's runtime cannot be downloaded here: building with Bun");
  const path = join(root, "dist", process.platform === "win32" ? "wherewhen.exe" : "wherewhen");
  buildWithBun(root, assets, path);
  report(path, `bun build --compile ${BUN_VERSION}`);
}
say(
  `${files} files inside (scenarios, platforms, data); ` +
    `${((performance.now() - started) / 1000).toFixed(1)} s`,
);
