/** What a user is told about what is no readable YAML mapping: the whole text, caret included. */
import assert from "node:assert/strict";
import { errorsOf, HEAD, VALID } from "./fixture_test.ts";

const layer = (name: string, of: string) =>
  `${name}: &${name} [${Array(10).fill(of).join(", ")}]\n`;
const BOMB = layer("a", "x") + layer("b", "*a") + layer("c", "*b") + layer("d", "*c");

Deno.test("told: an empty file", async () => {
  assert.equal(
    await errorsOf("# nothing here\n"),
    `error: the file is empty; a scenario is a mapping of keys to values
  --> s.yaml:1:1
   |
 1 | # nothing here
   | ^`,
  );
});

Deno.test("told: a list instead of a mapping", async () => {
  assert.equal(
    await errorsOf("- a\n- b\n"),
    `error: a scenario is a mapping of keys to values, not a list
  --> s.yaml:1:1
   |
 1 | - a
   | ^^^`,
  );
});

Deno.test("told: a single value instead of a mapping", async () => {
  assert.equal(
    await errorsOf("hello\n"),
    `error: a scenario is a mapping of keys to values, not a single value
  --> s.yaml:1:1
   |
 1 | hello
   | ^^^^^`,
  );
});

Deno.test("told: a second document", async () => {
  assert.equal(
    await errorsOf(`${VALID}---\nid: x\n`),
    `error: a second document starts here; a file holds one, so drop the ---
   --> s.yaml:20:1
    |
 20 | ---
    | ^^^`,
  );
});

Deno.test("told: a tab as indentation", async () => {
  assert.equal(
    await errorsOf("parameters:\n\trtt: 5ms\n"),
    `error: a tab is used for indentation; YAML wants spaces
  --> s.yaml:2:1
   |
 2 |  rtt: 5ms
   | ^`,
  );
});

Deno.test("told: a bracket that is not closed", async () => {
  assert.equal(
    await errorsOf("id: [a\ntitle: x\n"),
    `error: a [ before this place is not closed
  --> s.yaml:2:1
   |
 2 | title: x
   | ^`,
  );
});

Deno.test("told: a quote that is not closed", async () => {
  assert.equal(
    await errorsOf(`id: fake/a\ntitle: "abc\n`),
    `error: a " before this place is not closed
  --> s.yaml:3:1`,
  );
});

Deno.test("told: a mapping inside a plain value", async () => {
  assert.equal(
    await errorsOf("title: Figure 4: warm\n"),
    `error: a text with a colon and a space in it needs quotes: "a: b"
  --> s.yaml:1:8
   |
 1 | title: Figure 4: warm
   |        ^`,
  );
});

Deno.test("told: keys of one mapping in different columns, once", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters:\n direction: get\n  file_size: 1KB\n`),
    `error: this value goes on below, where lines are indented more deeply than its key; keys of one mapping begin in the same column
  --> s.yaml:6:13
   |
 6 |  direction: get
   |             ^^^`,
  );
});

Deno.test("told: a tab, and not what follows from it", async () => {
  const told = await errorsOf(`${HEAD}parameters:\n\tdirection: get\n  file_size: 1KB\n`);
  assert.match(
    told,
    /^error: a tab is used for indentation; YAML wants spaces\n {2}--> s.yaml:6:1/,
  );
  assert.equal(told.split("error:").length, 2, told);
});

Deno.test("told: a key written twice", async () => {
  assert.equal(
    await errorsOf(`${HEAD}title: again\n`),
    `error: the key "title" stands on line 2 already; keep one
  --> s.yaml:5:1  (title)
   |
 5 | title: again
   | ^^^^^`,
  );
});

Deno.test("told: a merge key", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters:\n  <<: { rtt: 5ms }\n`),
    `error: merge keys (<<) are not accepted; write the keys out
  --> s.yaml:6:3  (parameters.<<)
   |
 6 |   <<: { rtt: 5ms }
   |   ^^`,
  );
});

Deno.test("told: a tag", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { file_size: !size 1KB }\n`),
    `error: the tag !size is not accepted; write a plain value
  --> s.yaml:5:32  (parameters.file_size)
   |
 5 | parameters: { file_size: !size 1KB }
   |                                ^^^`,
  );
});

Deno.test("told: a tag of another language", async () => {
  assert.equal(
    await errorsOf(`${HEAD}seeds: !!js/function 3\n`),
    `error: the tag tag:yaml.org,2002:js/function is not accepted; write a plain value
  --> s.yaml:5:22  (seeds)
   |
 5 | seeds: !!js/function 3
   |                      ^`,
  );
});

Deno.test("told: an alias without anchor", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { file_size: *x }\n`),
    `error: no anchor &x stands before this alias
  --> s.yaml:5:26  (parameters.file_size)
   |
 5 | parameters: { file_size: *x }
   |                          ^^`,
  );
});

Deno.test("told: an alias inside its own anchor", async () => {
  assert.equal(
    await errorsOf("a: &a [*a]\n"),
    `error: the alias *a stands inside its own anchor
  --> s.yaml:1:8  (a.0)
   |
 1 | a: &a [*a]
   |        ^^`,
  );
});

Deno.test("told: a bomb of aliases", async () => {
  assert.equal(
    await errorsOf(BOMB),
    `error: more than 100 aliases; write the values out
  --> s.yaml:2:12  (c.8.1)
   |
 2 | b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
   |            ^^`,
  );
});

Deno.test("told: a key that is a list", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { [1, 2]: 3 }\n`),
    `error: a key is plain text followed by a colon
  --> s.yaml:5:15  (parameters)
   |
 5 | parameters: { [1, 2]: 3 }
   |               ^^^^^^`,
  );
});

Deno.test("told: a key that would change an object's prototype", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { __proto__: 3 }\n`),
    `error: unknown key "__proto__"
  --> s.yaml:5:15  (parameters.__proto__)
   |
 5 | parameters: { __proto__: 3 }
   |               ^^^^^^^^^`,
  );
});

Deno.test("told: a directive", async () => {
  assert.equal(
    await errorsOf("%YAML 1.1\n---\nid: x\n"),
    `error: directives (%YAML, %TAG) are not accepted; drop them
  --> s.yaml:1:1
   |
 1 | %YAML 1.1
   | ^`,
  );
});

Deno.test("told: bytes that are not UTF-8", async () => {
  assert.equal(
    await errorsOf(new Uint8Array([0x69, 0x64, 0x3a, 0x20, 0xff, 0x0a])),
    `error: the file is not UTF-8 text (byte 0xff); save it as UTF-8
  --> s.yaml:1:5
   |
 1 | id: �
   |     ^`,
  );
});

Deno.test("told: a file that is too long", async () => {
  assert.equal(
    await errorsOf("a: 1\n".repeat(60_000)),
    `error: the file has 293 KiB; at most 128 KiB are read as YAML
  --> s.yaml:1:1`,
  );
});

Deno.test("told: nesting without end", async () => {
  assert.equal(
    await errorsOf("- ".repeat(10_000)),
    `error: nested too deeply; at most 64 levels are read
  --> s.yaml:1:1
   |
 1 | - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - …
   | ^`,
  );
});

Deno.test("told: nesting beyond what is read", async () => {
  assert.equal(
    await errorsOf(`a: ${"[".repeat(70)}${"]".repeat(70)}\n`),
    `error: nested too deeply; at most 64 levels are read
  --> s.yaml:1:68  (a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0...)
   |
 1 | …[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]…
   |                                                              ^^^^^^^^^^^^`,
  );
});

Deno.test("told: control characters, which are shown and not sent to the terminal", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { file_size: "\u001b[31m", rtt: 5ms }\n`),
    `error: "�[31m" is not a size; write for example 64KiB
  --> s.yaml:5:26  (parameters.file_size)
   |
 5 | parameters: { file_size: "�[31m", rtt: 5ms }
   |                          ^^^^^^^`,
  );
});
