import assert from "node:assert/strict";
import fc from "fast-check";
import { inferFromTraces, inferHook, type TracedAccess } from "./mod.ts";

/** Wrapped resources as `wrapper operation`, and reasons of refusal. */
function seen(code: string, options = {}) {
  const { resources, refused, unusable } = inferHook(code, options);
  return {
    resources: resources.map((r) => `${r.wrapper} ${r.operation}`),
    reasons: refused.map((r) => r.reason),
    unusable: unusable?.reason,
  };
}

const LAMBDA = `
const AWS = require("aws-sdk");
const s3 = new AWS.S3();
const MODELS = "models";
exports.handler = async (event) => {
  const data = await s3.getObject({ Bucket: MODELS, Key: "m1" }).promise();
  const result = work(data.Body, event);
  await s3.putObject({ Bucket: process.env.RESULTS, Key: event.id, Body: result }).promise();
};
`;

Deno.test("the chapter's function: DataGet becomes FrFetch 0, DataPut FrWarm 1", () => {
  const { resources, hook, code } = inferHook(LAMBDA, { file: "lambda.js" });
  assert.deepEqual(resources.map((r) => [r.index, r.wrapper, r.operation, r.lines]), [
    [0, "FrFetch", "S3.getObject", [6]],
    [1, "FrWarm", "S3.putObject", [8]],
  ]);
  assert.match(hook, /run: \(\) => s3\.getObject\(\{ Bucket: MODELS, Key: "m1" \}\)\.promise\(\)/);
  assert.match(
    hook,
    /run: \(\) => s3\.headBucket\(\{ Bucket: process\.env\.RESULTS \}\)\.promise\(\)/,
  );
  assert.match(code, /= await fr\.FrFetch\(0, \(\) => s3\.getObject\(\{[^}]*\}\)\.promise\(\)\);/);
  assert.match(code, /await fr\.FrWarm\(1, \(\) => s3\.putObject\(\{[^}]*\}\)\.promise\(\)\);/);
  assert.match(code, /module\.exports\.freshen = fr\.freshen;/);
});

Deno.test("all known clients are found", () => {
  const cases: [string, string[]][] = [
    [
      `import { S3Client, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
       const s3 = new S3Client({});
       export async function handler(e) {
         const m = await s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" }));
         return await s3.send(new PutObjectCommand({ Bucket: "out", Key: e.id, Body: m.Body }));
       }`,
      ["FrFetch S3.getObject", "FrWarm S3.putObject"],
    ],
    [
      `import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
       import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
       const db = DynamoDBDocumentClient.from(new DynamoDBClient({}));
       const params = { TableName: "t", Key: { id: 1 } };
       export const handler = async () => (await db.send(new GetCommand(params))).Item;`,
      ["FrFetch DynamoDBDocumentClient.from.get"],
    ],
    [
      `export default async function () { return (await fetch("https://a.example/x?v=" + 1)).json(); }`,
      ["FrFetch fetch GET"],
    ],
    [
      `const axios = require("axios");
       async function main(args) {
         const { data } = await axios.get("https://a.example/config");
         return await axios.post("https://b.example/results", { args, data });
       }`,
      ["FrFetch axios.get", "FrWarm axios.post"],
    ],
    [
      `import got from "got";
       export const handler = async () => await got("https://a.example/x").json();`,
      ["FrFetch got GET"],
    ],
    [
      `const net = require("net");
       exports.main = () => new Promise((done) => { const s = net.connect(7000, "db.example"); s.on("connect", done); });`,
      [],
    ],
    [
      `const net = require("node:net");
       exports.main = async (a) => { const s = net.connect({ port: 7000, host: "db.example" }); return await talk(s, a); };`,
      ["FrWarm net.connect"],
    ],
    [
      `import { createClient } from "redis";
       const client = await createClient({ url: process.env.REDIS }).on("error", console.error).connect();
       export const handler = async (e) => [await client.hGetAll("config"), await client.ping()];`,
      ["FrWarm redis.ping"],
    ],
    [
      `import pg from "pg";
       const { Pool } = pg;
       const pool = new Pool();
       export async function handler(e) {
         return (await pool.query("SELECT rate FROM rates WHERE currency = $1", ["EUR"])).rows[0].rate * e.amount;
       }`,
      ["FrFetch pg.query"],
    ],
  ];
  for (const [code, expected] of cases) assert.deepEqual(seen(code).resources, expected, code);
});

Deno.test("what depends on an invocation is refused, and the reason said", () => {
  const cases: [string, RegExp][] = [
    ["await fetch('https://a/' + event.id)", /depends on the argument `event`/],
    [
      "const { id } = event; await fetch(`https://a/${id}`)",
      /`id` is taken out of a value|argument/,
    ],
    ["await fetch('https://a/?t=' + Date.now())", /depends on the time/],
    ["await fetch(`https://a/?r=${Math.random()}`)", /is random/],
    ["let u = 'https://a/'; u += 'x'; await fetch(u)", /`u` is reassigned/],
    ["const t = await token(); await fetch('https://a/', { headers: { t } })", /earlier operation/],
    ["for (const p of ['a', 'b']) await fetch('https://a/' + p)", /inside a loop/],
    ["if (event.x) await fetch('https://a/')", /inside a branch.*traces/],
    ["if (event.x) return 1; await fetch('https://a/')", /return before it/],
    ["[1].map(async () => await fetch('https://a/'))", /inside a callback/],
    [
      "const o = { method: 'GET' }; o.headers = event.h; await fetch('https://a/', o)",
      /`o` may be changed in line/,
    ],
    [
      "const o = { headers: {} }; sign(o); await fetch('https://a/', o)",
      /`o` may be changed in line/,
    ],
    ["await fetch('https://a/', event.options)", /options are not written/],
    [
      "const p = fetch('https://a/', { method: 'POST', body: b }); b = 1; await p",
      /not awaited where it stands/,
    ],
    ["await fetch(SHARED)", /`SHARED` is reassigned/],
    ["await fetch(CONFIG.url)", /imported/],
    ["await fetch(this.url)", /depends on/],
    ["await fetch(arguments[0])", /depends on/],
  ];
  for (const [body, reason] of cases) {
    const code = `import { CONFIG } from "./config.js";
      let SHARED = "https://a/"; let b;
      export function set(u) { SHARED = u; }
      export async function handler(event) { ${body}; }`;
    const found = seen(code);
    assert.deepEqual(found.resources, [], body);
    assert.match(found.reasons.join("; "), reason, body);
  }
});

Deno.test("a guard that throws does not make the rest uncertain; one that returns does, unless traced", () => {
  const code = (guard: string) =>
    `export async function handler(e) { if (!e.id) { ${guard} } return (await fetch("https://a/")).json(); }`;
  assert.deepEqual(seen(code("throw new Error('no id');")).resources, ["FrFetch fetch GET"]);
  assert.deepEqual(seen(code("return null;")).resources, []);
  const traced = {
    recurring: (operation: string, line: number) => operation === "fetch GET" && line === 1,
  };
  assert.deepEqual(seen(code("return null;"), traced).resources, ["FrFetch fetch GET"]);
});

Deno.test("what the function itself writes is not fetched before", () => {
  const s3 = `const s3 = new (require("aws-sdk").S3)();`;
  const both = (key: string) =>
    `${s3} exports.handler = async (e) => {
       await s3.putObject({ Bucket: "b", Key: ${key}, Body: e.x }).promise();
       return await s3.getObject({ Bucket: "b", Key: "k" }).promise(); };`;
  assert.deepEqual(seen(both('"other"')).resources, [
    "FrWarm S3.putObject",
    "FrFetch S3.getObject",
  ]);
  for (const key of ['"k"', "e.key"]) {
    const found = seen(both(key));
    assert.deepEqual(found.resources, ["FrWarm S3.putObject"]);
    assert.match(found.reasons[0], /may itself change it \(S3\.putObject, line 2\)/);
  }
});

Deno.test("order is that of first execution, through functions of the source", () => {
  const code = `
    async function store(x) { await fetch("https://out/", { method: "PUT", body: x }); }
    async function load() { return (await fetch("https://in/")).json(); }
    export async function handler(e) { const m = await load(); await store(m); await load(); }`;
  assert.deepEqual(inferHook(code).resources.map((r) => [r.operation, r.lines]), [
    ["fetch GET", [3]],
    ["fetch PUT", [2]],
  ]);
});

Deno.test("patched clients, own hooks, shadowed names and clients of one invocation are left alone", () => {
  const get = `await s3.getObject({ Bucket: "b", Key: "k" }).promise()`;
  const make = `new (require("aws-sdk").S3)()`;
  assert.match(
    seen(
      `const s3 = ${make}; s3.getObject = trace(s3.getObject); exports.handler = async () => ${get};`,
    )
      .reasons[0],
    /changed by the source itself/,
  );
  assert.match(
    seen(`exports.handler = async () => { const s3 = ${make}; return ${get}; };`).reasons[0],
    /inside the function/,
  );
  assert.match(
    seen(`const s3 = ${make}; exports.handler = async () => ${get}; exports.freshen = () => {};`)
      .unusable ?? "",
    /freshen` of its own/,
  );
  const shadowed = `export async function handler(fetch) { return await fetch("https://a/"); }`;
  assert.deepEqual(seen(shadowed), { resources: [], reasons: [], unusable: undefined });
});

Deno.test("bad and hostile sources get a clear answer", () => {
  const cases: [string, RegExp][] = [
    ["export async function handler( {", /syntax error.*expected JavaScript/],
    ["interface A { x: string }\nexport const handler = async () => {};", /syntax error/],
    [
      "exports.handler = async (e) => { eval(e.code); await fetch('https://a/'); };",
      /eval may change/,
    ],
    ["exports.handler = async (e) => new Function(e.code)();", /Function may change/],
    ["exports.handler = function () { with (x) { fetch('https://a/'); } };", /`with` hides/],
    ["const x = 1;", /no handler was found.*export one/],
    ["export const other = () => {};", /exported functions: other/],
    ["x".repeat(5 * 1024 * 1024), /5120 KiB, more than 1024 KiB/],
    [
      "export const handler = () => " + "(".repeat(200_000) + "1" + ")".repeat(200_000) + ";",
      /nested too deeply/,
    ],
    [
      "export const handler = () => " + "[".repeat(100_000) + "]".repeat(100_000) + ";",
      /nested too deeply/,
    ],
    ["", /no handler/],
    ["\u0000\u0001", /syntax error/],
  ];
  for (const [code, reason] of cases) {
    const { resources, unusable, code: out } = inferHook(code);
    assert.deepEqual(resources, []);
    assert.match(unusable?.reason ?? "none", reason, code.slice(0, 60));
    assert.equal(out, code, "the source is left as it is");
  }
});

Deno.test("random text and damaged handlers never crash, and never give a broken source", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      inferHook(text);
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ at: fc.nat(LAMBDA.length), cut: fc.nat(12), put: fc.string({ maxLength: 6 }) }),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      (damages) => {
        let code = LAMBDA;
        for (const { at, cut, put } of damages) {
          code = code.slice(0, at) + put + code.slice(at + cut);
        }
        const { resources, unusable, code: out } = inferHook(code);
        if (resources.length === 0) assert.equal(out, code);
        else assert.equal(inferHook(out).unusable?.reason.includes("freshen` of its own"), true);
        assert.ok(
          unusable === undefined || !unusable.reason.includes("analysis failed"),
          unusable?.reason,
        );
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("traces: accesses that recur with equal arguments, in order, with what is known of their age", () => {
  const trace: TracedAccess[] = [];
  for (let i = 0; i < 20; i++) {
    const at = i * 1e9;
    const version = `v${Math.floor(i / 5)}`;
    trace.push({
      invocation: i,
      operation: "s3.putObject",
      args: { Bucket: "out" },
      kind: "write",
      at: at + 9,
    });
    trace.push({
      invocation: i,
      operation: "s3.getObject",
      args: { Key: "k", Bucket: "b" },
      kind: "read",
      at,
      version,
    });
    trace.push({
      invocation: i,
      operation: "s3.getObject",
      args: { Bucket: "b", Key: `${i}` },
      kind: "read",
      at: at + 5,
    });
    if (i % 4 === 0) {
      trace.push({
        invocation: i,
        operation: "fetch GET",
        args: ["https://a/"],
        kind: "read",
        at: at + 7,
      });
    }
  }
  const found = inferFromTraces(trace);
  assert.deepEqual(
    found.map((f) => [f.wrapper, f.operation, f.share, f.constancy, f.changesAfter]),
    [
      ["FrFetch", "s3.getObject", 1, 0.5, 5e9],
      ["FrWarm", "s3.putObject", 1, 1, undefined],
    ],
  );
  assert.equal(inferFromTraces(trace, { share: 0.2 }).length, 3);
  assert.deepEqual(inferFromTraces(trace.slice(0, 8)), [], "too few invocations tell nothing");
});
