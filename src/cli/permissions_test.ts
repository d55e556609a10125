import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { inFolder } from "./testing.ts";

const root = resolve(import.meta.dirname as string, "../..");

/** Runs cli.ts with the permissions that deno.json names, and no others, in a copy of the project. */
async function permitted(folder: string, set: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--cached-only", `-P=${set}`, "cli.ts", ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** The project without results, as a clone is after `deno install`. */
async function inClone(use: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    for (const name of ["cli.ts", "deno.json", "deno.lock", "src", "scenarios", "data"]) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    cpSync(join(root, "node_modules"), join(folder, "node_modules"), {
      recursive: true,
      verbatimSymlinks: true,
      // Another program's lock may be gone before it is copied.
      filter: (path) =>
        !/\.deno\/(@napi-rs\+canvas-[^/]*(musl|android)|fast-check|\.deno\.lock)/.test(path),
    });
    await use(folder);
  });
}

Deno.test("each command runs with the permissions of its task in deno.json, and no others", async () => {
  await inClone(async (folder) => {
    const csv = readFileSync(join(root, "results/freshen/fig-4.6.csv"), "utf8");
    const list = await permitted(folder, "check", "list");
    assert.equal(list.code, 0, list.err);
    assert.match(list.out, /freshen\/fig-4\.6/);
    const check = await permitted(folder, "check", "check", "freshen/*", "validation/*");
    assert.equal(check.code, 0, check.err);
    const print = await permitted(folder, "check", "run", "freshen/fig-4.6", "--print");
    assert.equal(print.code, 0, print.err);
    assert.equal(print.out, csv);
    const refused = await permitted(folder, "check", "run", "freshen/fig-4.6");
    assert.equal(refused.code, 2, refused.err);
    assert.match(refused.err, /permission to write/);
    assert.ok(!readdirSync(folder).includes("results"));

    const run = await permitted(folder, "run", "run", "freshen/fig-4.6", "-j", "2");
    assert.equal(run.code, 0, run.err);
    assert.equal(readFileSync(join(folder, "results/freshen/fig-4.6.csv"), "utf8"), csv);
    assert.ok(readdirSync(join(folder, "results/freshen")).includes("fig-4.6.png"));
    const elsewhere = await permitted(folder, "run", "run", "freshen/fig-4.6", "--out", "mine");
    assert.equal(elsewhere.code, 2);
    const plot = await permitted(folder, "run", "plot", "freshen/fig-4.6");
    assert.equal(plot.code, 0, plot.err);
    const compare = await permitted(folder, "check", "compare", "freshen/fig-4.6");
    assert.equal(compare.code, 0, compare.err);
    const mine = await permitted(folder, "default", "run", "freshen/fig-4.6", "--out", "mine");
    assert.equal(mine.code, 0, mine.err);

    // Whatever a scenario talks the tool into, Deno refuses what lies outside.
    symlinkSync("/etc", join(folder, "scenarios/etc"));
    const outside = await permitted(folder, "default", "check", "/etc/hostname");
    assert.notEqual(outside.code, 0);
    assert.doesNotMatch(outside.err, /report it/);
  });
});

Deno.test("no permission set allows the network, processes or all of anything", () => {
  const { permissions, tasks } = JSON.parse(readFileSync(join(root, "deno.json"), "utf8"));
  for (const [name, set] of Object.entries(permissions as Record<string, object>)) {
    for (const [kind, value] of Object.entries(set)) {
      assert.ok(["read", "write", "env", "ffi"].includes(kind), `${name}: ${kind}`);
      assert.ok(Array.isArray(value) && value.length > 0, `${name}: ${kind} is a list`);
    }
  }
  for (const task of ["list", "check", "compare", "run", "plot", "reproduce"]) {
    assert.match(tasks[task], /^deno run -P=\w+ --quiet cli\.ts /);
  }
});
