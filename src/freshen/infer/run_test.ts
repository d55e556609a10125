import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inferHook } from "./mod.ts";

const RUNTIME = new URL("../runtime/mod.ts", import.meta.url).href;

Deno.test("a rewritten handler runs: the hook fetches, the function is served and gives the same", async () => {
  const log: string[] = [];
  const server = createServer((request, response) => {
    log.push(`${request.method} ${request.url}`);
    setTimeout(() => response.end(request.method === "GET" ? '{"factor":3}' : ""), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(join(tmpdir(), "freshen-"));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const source = `const BASE = ${JSON.stringify(url)};
export async function handler(event) {
  const config = await (await fetch(BASE + "/config")).json();
  config.factor *= event.n;
  const answer = await fetch(\`\${BASE}/results\`, { method: "POST", body: JSON.stringify(config) });
  await answer.text();
  return config.factor;
}
`;
    const load = async (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return await import(pathToFileURL(join(folder, name)).href);
    };
    const plain = await load("plain.mjs", source);
    assert.equal(await plain.handler({ n: 2 }), 6);
    assert.deepEqual(log.splice(0), ["GET /config", "POST /results"]);

    const { code, map, resources } = inferHook(source, { runtime: RUNTIME, file: "plain.mjs" });
    assert.deepEqual(resources.map((r) => r.wrapper), ["FrFetch", "FrWarm"]);
    const { sources, mappings } = JSON.parse(map as string);
    assert.deepEqual([sources, mappings.length > 20], [["plain.mjs"], true]);
    const fresh = await load("fresh.mjs", code);
    const report = await fresh.freshen();
    assert.deepEqual([report.freshened, report.failed], [2, 0]);
    assert.deepEqual(log.splice(0), ["GET /config", "HEAD /"]);
    // Served twice from one fetch; what the first did to its data stays its own.
    assert.equal(await fresh.handler({ n: 2 }), 6);
    assert.equal(await fresh.handler({ n: 5 }), 15);
    assert.deepEqual(log.splice(0), ["POST /results", "POST /results"]);
  } finally {
    rmSync(folder, { recursive: true });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
