import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { program } from "./program.ts";
import { inFolder, wherewhen } from "./testing.ts";
import { Terminal } from "./terminal.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** Long options that a document gives to a command of ours. */
function used(text: string): [command: string, option: string][] {
  const joined = text.replace(/\n +(?=--)/g, " ");
  return [...joined.matchAll(/\bwherewhen ([a-z]+)\b([^\n|`]*)/g)].flatMap(([, command, rest]) =>
    [...(rest as string).replace(/#.*/, "").matchAll(/--[a-z]+/g)].map((
      [option],
    ): [string, string] => [command as string, option])
  );
}

const DOCUMENTS = [
  "README.md",
  "docs/scenarios.md",
  "docs/claims.md",
  "docs/ci/README.md",
  "docs/ci/github-actions.yml",
  "docs/ci/gitlab-ci.yml",
];

Deno.test("the documents use commands and options that there are", () => {
  const root = program(new Terminal(), () => {});
  let seen = 0;
  for (const document of DOCUMENTS) {
    for (const [name, option] of used(read(document))) {
      const command = root.commands.find((c) => c.name() === name);
      assert.ok(command, `${document}: wherewhen ${name}`);
      assert.ok(
        [command, ...command.commands].some((c) => c.options.some(({ long }) => long === option)),
        `${document}: wherewhen ${name} ${option}`,
      );
      seen++;
    }
  }
  assert.ok(seen >= 12, `${seen} options are used`);
});

Deno.test("the example workflows are YAML, with cache, artifacts and a comparison", () => {
  const github = parse(read("docs/ci/github-actions.yml"));
  const steps: { uses?: string; run?: string }[] = github.jobs.numbers.steps;
  for (const action of ["actions/cache@", "actions/upload-artifact@"]) {
    assert.ok(steps.some(({ uses }) => uses?.startsWith(action)), action);
  }
  assert.ok(
    steps.some(({ run }) => /run scenarios\/ --compare results\/.*--junit/.test(run ?? "")),
  );
  const gitlab = parse(read("docs/ci/gitlab-ci.yml"));
  assert.deepEqual(gitlab.numbers.artifacts.reports, { junit: "junit.xml" });
  assert.match(gitlab.numbers.script[0], /--compare results\/ .*--junit junit\.xml/);
  assert.ok(gitlab.numbers.cache.paths.includes("new-results/"));
});

Deno.test("the folder of one's own in docs/scenarios.md checks and runs as it is printed", () =>
  inFolder(async (folder) => {
    const blocks = [
      ...read("docs/scenarios.md").matchAll(/```(?:yaml|csv) (mine\/\S+)\n([^]*?)```/g),
    ];
    assert.equal(blocks.length, 6);
    for (const [, path, text] of blocks as unknown as [string, string, string][]) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const mine = join(folder, "mine");
    const checked = await wherewhen("check", mine);
    assert.equal(checked.code, 0, checked.err);
    const ran = await wherewhen("run", mine, "--out", join(folder, "out"), "--jobs", "1");
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.err, /mine\/fetch: ran .*1 of 1 claims met/);
    const quota = readFileSync(join(folder, "out/mine/quota.csv"), "utf8");
    assert.match(quota, /^quota_ms,threads,jobs,/);
    assert.equal(quota.trim().split("\n").length, 1 + 2 * 2);
  }));

Deno.test("the first scenario in docs/scenarios.md checks as it is printed", () =>
  inFolder(async (folder) => {
    const [, text] = /```yaml\n([^]*?)```/.exec(read("docs/scenarios.md")) ?? [];
    const file = join(folder, "first.yaml");
    writeFileSync(file, text as string);
    const checked = await wherewhen("check", file);
    assert.equal(checked.code, 0, checked.err);
  }));

Deno.test("the links between the documents lead somewhere", () => {
  let seen = 0;
  for (
    const document of ["README.md", "docs/architecture.md", "docs/scenarios.md", "docs/claims.md"]
  ) {
    for (const [, target] of read(document).matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      readFileSync(new URL(target as string, new URL(document, root)));
      seen++;
    }
  }
  assert.ok(seen >= 15, `${seen} links`);
});
