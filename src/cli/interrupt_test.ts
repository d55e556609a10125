import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { inFolder } from "./testing.ts";

const CLI = resolve(import.meta.dirname as string, "../../cli.ts");
const CONFIG = resolve(import.meta.dirname as string, "../../deno.json");

// 60 runs of about 20 ms each: long enough to be interrupted, short enough for a test.
const SCENARIO = `id: my/long
title: Many runs
experiment: kernel/queue
hardware: two-core-vm
seeds: 60
parameters: { models: [mm1], customers: 20000, warm_up: 1000 }
`;

// Two runs of half a minute each: nobody waits for one of these to end.
const SLOW = SCENARIO.replace("my/long", "my/slow").replace("seeds: 60", "seeds: 2")
  .replace("customers: 20000", "customers: 100000000");

function start(folder: string, jobs: string, file = "long.yaml") {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "-q",
      "-c",
      CONFIG,
      CLI,
      "run",
      file,
      "--out",
      "out",
      "-j",
      jobs,
      "-v",
    ],
    cwd: folder,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Reads the child's stderr until a line matches, then calls `then` once; gives all of it. */
async function watch(
  child: Deno.ChildProcess,
  pattern: RegExp,
  then: () => void,
): Promise<string> {
  let text = "";
  let called = false;
  for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (!called && pattern.test(text)) {
      called = true;
      then();
    }
  }
  return text;
}

for (const jobs of ["1", "2"]) {
  Deno.test(`Ctrl-C leaves nothing half-written, and running again does the rest (${jobs} workers)`, async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "long.yaml"), SCENARIO);
      const first = start(folder, jobs);
      const said = await watch(first, /my\/long 5\/60/, () => first.kill("SIGINT"));
      await first.stdout.cancel();
      assert.equal((await first.status).code, 130, said);
      assert.match(said, /interrupted after \d+ of 60 runs/);
      const results = join(folder, "out", "my");
      assert.deepEqual(existsSync(results) ? readdirSync(results) : [], []);

      const second = start(folder, jobs);
      const rest = await watch(second, /$^/, () => {});
      await second.stdout.cancel();
      assert.equal((await second.status).code, 0, rest);
      const [, todo, kept] = /my\/long: (\d+) runs, (\d+) kept from before/.exec(rest) ?? [];
      assert.equal(Number(todo) + Number(kept), 60, rest);
      assert.ok(Number(kept) >= 5, rest);
      assert.match(readFileSync(join(results, "long.csv"), "utf8"), /^model,measure,theory/);
    });
  });
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} ends one worker in the middle of a long run, soon and cleanly`, async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "slow.yaml"), SLOW);
      const child = start(folder, "1", "slow.yaml");
      let sent = 0;
      const said = await watch(child, /my\/slow: 2 runs/, () => {
        // Time for the worker to be in the run.
        setTimeout(() => {
          sent = performance.now();
          child.kill(signal);
        }, 1500);
      });
      await child.stdout.cancel();
      assert.equal((await child.status).code, 130, said);
      const took = performance.now() - sent;
      assert.ok(sent > 0 && took < 5000, `took ${took} ms`);
      assert.match(said, /interrupted after 0 of 2 runs; running again does the rest/);
      assert.deepEqual(readdirSync(join(folder, "out", "my")), []);
    });
  });
}
