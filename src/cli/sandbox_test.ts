import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { inFolder, wherewhen } from "./testing.ts";

const ROOT = resolve(import.meta.dirname as string, "../..");

const scenario = (trace: string, id = "my/quick", hardware = "two-core-vm") =>
  `id: ${id}
title: A quick one
experiment: hardware/cpu-quota
hardware: ${hardware}
parameters: { trace: "${trace}", threads: 1, phases: 1, quota: 20ms }
figure: { kind: bars, x: { column: jobs }, y: { column: mean_ms } }
`;
const JOBS = Array.from({ length: 10 }, (_, i) => `${i * 30},${2 + i % 5}`).join("\n") + "\n";
const SECRET = "secret: [do-not-show\n";

/** A folder with `in/` (scenarios and a trace), `out/` and a secret beside them. */
async function withSecret(use: (at: (path: string) => string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const at = (path: string) => join(folder, path);
    mkdirSync(at("in/sub"), { recursive: true });
    mkdirSync(at("elsewhere"));
    writeFileSync(at("in/jobs.csv"), JOBS);
    writeFileSync(at("elsewhere/jobs.csv"), JOBS);
    writeFileSync(at("elsewhere/secret.yaml"), SECRET);
    await use(at);
  });
}

Deno.test("a trace is read from the named folders only, whatever its path says", async () => {
  await withSecret(async (at) => {
    symlinkSync(at("elsewhere"), at("in/link"));
    symlinkSync(at("elsewhere/jobs.csv"), at("in/link.csv"));
    const file = at("in/sub/quick.yaml");
    const outcomes: [string, string[], number][] = [
      ["../../elsewhere/jobs.csv", [file], 3],
      [at("elsewhere/jobs.csv"), [file], 3],
      ["../link/jobs.csv", [at("in")], 3],
      ["../link.csv", [at("in")], 3],
      ["/etc/passwd", [file], 3],
      // Its own folder alone is named, then the folder above, by name or by --data.
      ["../jobs.csv", [file], 3],
      ["../jobs.csv", [at("in")], 0],
      ["../jobs.csv", [file, "--data", at("in")], 0],
      [at("in/jobs.csv"), [at("in")], 0],
      ["../../elsewhere/jobs.csv", [file, "--data", at("elsewhere")], 0],
    ];
    for (const [trace, args, expected] of outcomes) {
      writeFileSync(file, scenario(trace));
      const { code, err } = await wherewhen("check", ...args);
      assert.equal(code, expected, `${trace}: ${err}`);
      if (expected === 3) assert.match(err, /outside the folders[\s\S]*quick\.yaml:5:\d+/);
    }
  });
});

Deno.test("an application is read from the named folders only, as a trace is", async () => {
  await withSecret(async (at) => {
    const graph = readFileSync(join(ROOT, "scenarios/apps/teastore.yaml"), "utf8");
    writeFileSync(at("in/app.yaml"), graph);
    writeFileSync(at("elsewhere/app.yaml"), graph);
    symlinkSync(at("elsewhere/app.yaml"), at("in/link.yaml"));
    const file = at("in/sub/quick.yaml");
    const outcomes: [string, string[], number][] = [
      ["../app.yaml", [file], 3],
      ["../link.yaml", [at("in/sub"), "--data", at("in")], 3],
      ["../../elsewhere/app.yaml", [at("in/sub"), "--data", at("in")], 3],
      ["../../elsewhere/secret.yaml", [at("in/sub"), "--data", at("in")], 3],
      ["/etc/passwd", [file], 3],
      ["../app.yaml", [file, "--data", at("in")], 0],
    ];
    for (const [application, args, expected] of outcomes) {
      const parameters = `parameters: { application: "${application}" }`;
      const text = scenario("jobs.csv", "my/quick", "cloudlab-escra")
        .replace("hardware/cpu-quota", "escra/microservices")
        .replace(/parameters: .*/, parameters)
        .replace("column: jobs", "column: offered_rps").replace("mean_ms", "p99_ms");
      writeFileSync(file, text);
      const { code, err } = await wherewhen("check", ...args);
      assert.equal(code, expected, `${application}: ${err}`);
      assert.doesNotMatch(err, /do-not-show|root:/);
      if (expected === 3) assert.match(err, /outside the folders[\s\S]*quick\.yaml:5:\d+/);
    }
  });
});

Deno.test("the current folder is read by scenarios that lie in it, and by no others", async () => {
  await withSecret(async (at) => {
    writeFileSync(at("elsewhere/quick.yaml"), scenario("../in/jobs.csv"));
    writeFileSync(at("in/sub/quick.yaml"), scenario("../jobs.csv"));
    // In a process of its own: other tests share the current folder of this one.
    const check = async (file: string) =>
      (await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "-q",
          "-c",
          join(ROOT, "deno.json"),
          join(ROOT, "cli.ts"),
          "check",
          file,
        ],
        cwd: at("in"),
      }).output()).code;
    assert.equal(await check("sub/quick.yaml"), 0);
    assert.equal(await check(at("elsewhere/quick.yaml")), 3);
    // What ships finds its own files from any folder.
    assert.equal(await check("escra/fig-5.5"), 0);
  });
});

Deno.test("links and pipes in a folder of scenarios are refused, their content unseen", async () => {
  await withSecret(async (at) => {
    for (
      const [link, what] of [["in/evil.yaml", /link out of/], ["in/hardware/evil.yaml", /link/]]
    ) {
      rmSync(at("in/hardware"), { recursive: true, force: true });
      rmSync(at("in/evil.yaml"), { force: true });
      mkdirSync(at("in/hardware"));
      writeFileSync(at("in/quick.yaml"), scenario("jobs.csv", "my/quick", "evil"));
      symlinkSync(at("elsewhere/secret.yaml"), at(link as string));
      const { code, err } = await wherewhen("check", at("in"));
      assert.equal(code, 3, err);
      assert.match(err, what as RegExp);
      assert.doesNotMatch(err, /do-not-show/);
    }
    rmSync(at("in/hardware"), { recursive: true });
    if (process.platform !== "win32") {
      const made = await new Deno.Command("mkfifo", { args: [at("in/pipe.yaml")] }).output();
      assert.ok(made.success);
      const { code, err } = await wherewhen("check", at("in"));
      assert.equal(code, 3);
      assert.match(err, /not a regular file/);
    }
  });
});

Deno.test("an id, a platform or an experiment cannot name a path", async () => {
  await withSecret(async (at) => {
    const file = at("in/quick.yaml");
    const ids = ["../evil", "my/../../evil", "/tmp/evil", "my/..", "a/b/c", "my/.evil", "C:/evil"];
    const texts = [
      ...ids.map((id) => scenario("jobs.csv", JSON.stringify(id))),
      scenario("jobs.csv", "my/quick", "../../elsewhere/secret"),
      scenario("jobs.csv").replace("hardware/cpu-quota", "../../elsewhere/secret"),
    ];
    for (const text of texts) {
      writeFileSync(file, text);
      const { code, err } = await wherewhen("run", file, "--out", at("out"));
      assert.equal(code, 3, text);
      assert.match(err, /quick\.yaml:[134]:\d+/);
      assert.ok(!existsSync(at("out")));
    }
    assert.deepEqual(readdirSync(at("elsewhere")).sort(), ["jobs.csv", "secret.yaml"]);
  });
});

Deno.test("links in the output folder lead no result out of it", async () => {
  await withSecret(async (at) => {
    const file = at("in/quick.yaml");
    writeFileSync(file, scenario("jobs.csv"));
    const args = [file, "--out", at("out"), "-j", "1"];
    const links: [string, string][] = [
      ["out/my", "elsewhere"],
      ["out/my", "nowhere"],
      ["out/.wherewhen/cache/my", "elsewhere"],
    ];
    for (const [link, target] of links) {
      rmSync(at("out"), { recursive: true, force: true });
      mkdirSync(join(at(link), ".."), { recursive: true });
      symlinkSync(at(target), at(link));
      const { code, err } = await wherewhen("run", ...args);
      assert.equal(code, 5, err);
      assert.match(err, /leads out of .*; remove the link/);
      assert.deepEqual(readdirSync(at("elsewhere")).sort(), ["jobs.csv", "secret.yaml"]);
      assert.ok(!existsSync(at("nowhere")));
    }
    // A link in a file's place is replaced, not followed.
    rmSync(at("out"), { recursive: true, force: true });
    mkdirSync(at("out/my"), { recursive: true });
    symlinkSync(at("elsewhere/secret.yaml"), at("out/my/quick.csv"));
    const { code, err } = await wherewhen("run", ...args);
    assert.equal(code, 0, err);
    assert.equal(readFileSync(at("elsewhere/secret.yaml"), "utf8"), SECRET);
    assert.match(readFileSync(at("out/my/quick.csv"), "utf8"), /mean_ms/);
    symlinkSync(at("elsewhere"), at("out/linked"));
    writeFileSync(file, scenario("jobs.csv", "linked/quick"));
    const plotted = await wherewhen(
      "plot",
      file,
      "--out",
      at("out"),
      "--csv",
      at("out/my/quick.csv"),
    );
    assert.equal(plotted.code, 2, plotted.err);
    assert.deepEqual(readdirSync(at("elsewhere")).sort(), ["jobs.csv", "secret.yaml"]);
  });
});
