import assert from "node:assert/strict";

// What needs no word of its own: an error's name, a waitable's methods (`Waitable` has them), constructors
// (their class speaks for them), and what is private.
const NEEDS_NONE =
  /^(?:override name\b|private\b|constructor\(|subscribe\(|abandon\(|waitingFor\(|toString\(|\[Symbol\.)/;

Deno.test("every member of the library that mod.ts exports says what it is, with its unit", async () => {
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", "mod.ts"],
    cwd: new URL("..", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
  }).output();
  // deno-lint-ignore no-control-regex
  const text = new TextDecoder().decode(stderr).replace(/\u001b\[[0-9;]*m/g, "");
  const errors = text.split(/\n(?=error\[)/).filter((one) => one.startsWith("error["));
  assert.ok(errors.length > 0, `what the linter prints is not as expected:\n${text.slice(0, 500)}`);
  const bare = errors.flatMap((one) => {
    const [, place, line] =
      /^error\[missing-jsdoc\][^\n]*\n *--> (\S+)\n[^\n]*\n *\d+ \| +([^\n]*)/.exec(one) ?? [];
    return line === undefined || NEEDS_NONE.test(line) ? [] : [`${place}: ${line}`];
  });
  assert.deepEqual(bare, []);
});
