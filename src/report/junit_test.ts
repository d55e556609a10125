import assert from "node:assert/strict";
import fc from "fast-check";
import { junitXml } from "./mod.ts";
import { CHANGED, CLAIM, FAILED, NEW, SAME } from "./testing.ts";
import { element, xmlText } from "./xml.ts";

const ENTITY = /^&(?:amp|lt|gt|quot|#9|#10|#13);/;

/** The tags of a document if it is well formed by XML 1.0, as slowly and plainly as can be; throws if not. */
function tagsOf(xml: string): { name: string; attributes: Map<string, string> }[] {
  const tags: { name: string; attributes: Map<string, string> }[] = [];
  const open: string[] = [];
  let at = xml.startsWith("<?xml") ? xml.indexOf("?>") + 2 : 0;
  while (at < xml.length) {
    const rest = xml.slice(at);
    const tag = /^<(\/?)([a-z-]+)((?:\s[a-z]+="[^"<]*")*)(\/?)>/.exec(rest);
    if (tag !== null) {
      const [whole, closing, name, inside, empty] = tag as unknown as string[];
      if (closing !== "") assert.equal(open.pop(), name);
      else {
        const pairs = [...inside.matchAll(/([a-z]+)="([^"]*)"/g)];
        const attributes = new Map(pairs.map(([, key, value]) => [key as string, value as string]));
        assert.equal(attributes.size, pairs.length, "an attribute twice");
        for (const value of attributes.values()) {
          for (let i = 0; i < value.length; i++) {
            if (value[i] === "&") assert.match(value.slice(i), ENTITY);
          }
        }
        tags.push({ name, attributes });
        if (empty === "") open.push(name);
      }
      at += whole.length;
      continue;
    }
    assert.notEqual(rest[0], "<", `a bare < at ${rest.slice(0, 20)}`);
    if (rest[0] === "&") assert.match(rest, ENTITY);
    assert.ok(!rest.startsWith("]]>"), "]]> in text");
    const point = rest.codePointAt(0) as number;
    const valid = [0x9, 0xa, 0xd].includes(point) || (point >= 0x20 && point <= 0xd7ff) ||
      (point >= 0xe000 && point <= 0xfffd) || point >= 0x10000;
    assert.ok(valid, `U+${point.toString(16)}`);
    at += point > 0xffff ? 2 : 1;
  }
  assert.deepEqual(open, []);
  return tags;
}

Deno.test("JUnit XML counts what it holds, and names cell, claim and CSV", () => {
  const xml = junitXml([CHANGED, SAME, FAILED, NEW]);
  const tags = tagsOf(xml);
  const named = (name: string) => tags.filter((tag) => tag.name === name);
  const all = named("testsuites")[0]?.attributes as Map<string, string>;
  for (const [key, tag] of [["tests", "testcase"], ["failures", "failure"], ["errors", "error"]]) {
    assert.equal(Number(all.get(key as string)), named(tag as string).length, key);
  }
  const skipped = named("testsuite").map(({ attributes }) => Number(attributes.get("skipped")));
  assert.equal(skipped.reduce((a, b) => a + b), named("skipped").length);
  assert.deepEqual([...all.entries()].slice(0, 4), [
    ["name", "wherewhen"],
    ["tests", "11"],
    ["failures", "3"],
    ["errors", "1"],
  ]);
  assert.equal(named("testsuite").length, 4);
  assert.match(xml, /1 cell of results\/freshen\/fig-4\.6\.csv changed; 1 claim turned/);
  assert.match(xml, /size=2: ms 20 → 21 \(\+5 %\)/);
  assert.match(xml, /claim largest: met \(70\.10 %\) → not met \(60 %\)/);
  assert.match(xml, /no host &lt;a&gt; &amp; b/);
});

Deno.test("a claim that is not met fails, unless earlier results are compared with and it did not turn", () => {
  const unmet = { ...SAME, claims: [{ ...CLAIM, verdict: "not met" as const }] };
  assert.match(
    junitXml([unmet]),
    /failures="0"[\s\S]*<skipped message="not met, which is no change/,
  );
  const { comparison: _, ...alone } = unmet;
  assert.match(junitXml([alone]), /failures="1"[\s\S]*<failure message="not met: published/);
});

/** Attributes by Jenkins' schema (xunit-plugin, junit-10.xsd), which is stricter than GitLab or GitHub. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  testsuites: ["name", "time", "tests", "failures", "errors"],
  testsuite: ["name", "time", "tests", "failures", "errors", "skipped", "timestamp", "hostname"],
  testcase: ["name", "time", "classname", "group"],
  failure: ["message", "type"],
  error: ["message", "type"],
  skipped: ["message", "type"],
  "system-out": [],
};

Deno.test("JUnit XML has no attribute that Jenkins' schema does not know, and those that it needs", () => {
  for (const { name, attributes } of tagsOf(junitXml([CHANGED, SAME, FAILED, NEW]))) {
    const known = ATTRIBUTES[name];
    assert.ok(known !== undefined, name);
    for (const key of attributes.keys()) assert.ok(known.includes(key), `${name} ${key}`);
    const needed = name === "testsuite"
      ? ["name", "tests", "failures", "errors"]
      : name === "testcase"
      ? ["name"]
      : [];
    for (const key of needed) assert.ok(attributes.has(key), `${name} without ${key}`);
    const time = attributes.get("time");
    if (time !== undefined) assert.match(time, /^\d+\.\d{3}$/);
  }
});

Deno.test("whatever a text holds, the XML is well formed and says the same", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "]]>",
      "<!--",
      "\u0000",
      "\ud800",
      "&amp;",
      '"><x y="',
      "\r\n\t",
      "\ufffe",
      "🙂",
    ),
  );
  fc.assert(fc.property(text, text, text, (id, says, problem) => {
    tagsOf(junitXml([
      { ...CHANGED, id, title: says, claims: [{ ...CLAIM, id, says, finding: problem }] },
      { ...FAILED, problems: [problem, says] },
    ]));
  }));
});

Deno.test("characters that XML has no form for are replaced, line ends in attributes kept", () => {
  assert.equal(xmlText("a\u0000b\u001b[1m\ud800<&>"), "a\ufffdb\ufffd[1m\ufffd&lt;&amp;&gt;");
  assert.equal(element("a", { b: 'x\n"y"', c: undefined }), '<a b="x&#10;&quot;y&quot;"/>');
});
