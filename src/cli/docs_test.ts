import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { program } from "./program.ts";
import { Terminal } from "./terminal.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** Long options that a document gives to a command of ours. */
function used(text: string): [command: string, option: string][] {
  const joined = text.replace(/\n +(?=--)/g, " ");
  return [...joined.matchAll(/\bwherewhen ([a-z]+)\b([^\n|]*)/g)].flatMap(([, command, rest]) =>
    [...(rest as string).replace(/#.*/, "").matchAll(/--[a-z]+/g)].map((
      [option],
    ): [string, string] => [command as string, option])
  );
}

const DOCUMENTS = [
  "README.md",
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
