import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { errorsOf, GIVEN, HEAD, PLATFORMS, transfer, VALID } from "./fixture_test.ts";
import { platformJsonSchema, scenarioJsonSchema } from "./mod.ts";

const ajv = new Ajv({ strict: false });
const schema = scenarioJsonSchema([transfer], Object.keys(PLATFORMS));
const accepts = ajv.compile(schema);

Deno.test("the editor accepts what the loader accepts", async () => {
  const more = [
    `${HEAD}${GIVEN}`,
    `${HEAD}${GIVEN}seeds: 1..30\nreplications: rows\n`,
    `${HEAD}${GIVEN}seeds: [3, 7]\nsweep: { hardware: [edge-50ms, core-lan] }\n`,
    `${HEAD}parameters: { rtt: 5ms, loss: 2 % }\ncases: [{ file_size: 1KB }, { file_size: 2KB }]\n`,
    `${HEAD}${GIVEN}references: { measured: measured.csv }\ntable: SELECT n AS x FROM runs\n`,
    `${HEAD}parameters:\nsweep: { file_size: [1KB], rtt: [1ms] }\n`,
  ];
  for (const text of [VALID, ...more]) {
    assert.equal(await errorsOf(text), "");
    assert.ok(accepts(parse(text)), `${text}\n${JSON.stringify(accepts.errors, null, 1)}`);
  }
});

Deno.test("the editor refuses what it can know to be wrong", async () => {
  const wrong = [
    `${HEAD}${GIVEN}swep: {}\n`,
    HEAD.replace("fake/transfer", "fake/transfr"),
    HEAD.replace("edge-50ms", "edge-50sm") + GIVEN,
    HEAD.replace("fake/fig-1", "../fig-1") + GIVEN,
    `${HEAD}parameters: { file_size: 1KB, rtt: 50 }\n`,
    `${HEAD}parameters: { file_size: 1KB, rtt: 50MB }\n`,
    `${HEAD}parameters: { file_size: 1KB, rtt: 50ms, conection: cold }\n`,
    `${HEAD}${GIVEN}sweep: { connection: [cold, worm] }\n`,
    `${HEAD}${GIVEN}sweep: { streams: [] }\n`,
    `${HEAD}${GIVEN}cases: [{ tsl: true }]\n`,
    `${HEAD}${GIVEN}figure: { kind: lime }\n`,
    `${HEAD}${GIVEN}claims: [{ id: a }]\n`,
  ];
  for (const text of wrong) {
    assert.notEqual(await errorsOf(text), "");
    assert.equal(accepts(parse(text)), false, text);
  }
});

Deno.test("the editor shows each parameter's description and its default as it is written", () => {
  const block = (schema["allOf"] as { then: { properties: Record<string, unknown> } }[])[0];
  const { properties } = block?.then.properties["parameters"] as {
    properties: Record<string, { default?: unknown; description?: string }>;
  };
  assert.equal(properties["link_rate"]?.default, "10Gbps");
  assert.equal(properties["link_rate"]?.description, "Rate of the link.");
  assert.equal(properties["connection"]?.default, "cold");
});

Deno.test("platforms have a schema too", () => {
  const known = ajv.compile(platformJsonSchema());
  for (const text of Object.values(PLATFORMS)) assert.ok(known(parse(text)));
  assert.equal(known({ id: "x", hosts: {} }), false);
});
