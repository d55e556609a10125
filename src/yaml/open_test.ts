import assert from "node:assert/strict";
import { z } from "zod";
import { formatErrors, InputError, loadYaml, placeIn, readInput } from "./mod.ts";

Deno.test("a file is loaded by its schema, every mistake told with its place", () => {
  const schema = z.strictObject({
    services: z.record(z.string(), z.strictObject({ threads: z.int() })),
  });
  const load = (text: string) =>
    loadYaml({ file: "app.yaml", text }, { what: "application", schema });
  assert.deepEqual(load("services: { web: { threads: 3 } }\n"), {
    ok: true,
    value: { services: { web: { threads: 3 } } },
  });
  const wrong = load("services:\n  web: { threads: x, treads: 3 }\n");
  assert.equal(
    wrong.ok ? "" : formatErrors(wrong.errors),
    `error: expected a whole number, not "x"
  --> app.yaml:2:19  (services.web.threads)
   |
 2 |   web: { threads: x, treads: 3 }
   |                   ^

error: unknown key "treads"; expected threads
  --> app.yaml:2:22  (services.web.treads)
   |
 2 |   web: { threads: x, treads: 3 }
   |                      ^^^^^^`,
  );
  const empty = load("");
  assert.match(empty.ok ? "" : formatErrors(empty.errors), /an application is a mapping/);
});

const form = {
  what: "application",
  schema: z.strictObject({ limit: z.number(), names: z.array(z.string()).default([]) }),
  review: ({ limit, names }: { limit: number; names: string[] }) =>
    names.length > limit ? [{ path: ["names", 1], message: "one too many" }] : [],
  most: 200,
};

Deno.test("an input file's mistakes are one exception with a line for each", () => {
  assert.deepEqual(readInput("limit: 2\n", "a.yaml", form), { limit: 2, names: [] });
  const refused = (text: string, message: string) =>
    assert.throws(() => readInput(text, "a.yaml", form), new InputError(message));
  refused(
    "limit: x\nname: [a]\n",
    'a.yaml:1:8: expected a number, not "x" (limit)\n' +
      'a.yaml:2:1: unknown key "name"; did you mean "names"? (name)',
  );
  refused("limit: 1\nnames: [a, b]\n", "a.yaml:2:12: one too many (names.1)");
  refused(
    "limit: &l 1\nnames: [*l, *m]\n",
    "a.yaml:2:13: no anchor &m stands before this alias (names.1)",
  );
  refused("#".repeat(300), "a.yaml:1:1: the file has 1 KiB; at most 0 KiB are read as YAML");
});

Deno.test("the place of what is not there is that of what would hold it", () => {
  const text = "limits:\n  1x: { cpu: 2 }\n";
  assert.equal(placeIn(text, "a.yaml", ["limits", "1x", "cpu"]), "a.yaml:2:9");
  assert.equal(placeIn(text, "a.yaml", ["limits", "2x", "cpu"]), "a.yaml:1:1");
  assert.equal(placeIn("a: [", "a.yaml", ["a"]), "a.yaml");
});
