import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createFreshen } from "./mod.ts";

const DELAY = 60;

async function withServer(
  body: (url: string, counts: { gets: number; heads: number; puts: number }) => Promise<void>,
): Promise<void> {
  const counts = { gets: 0, heads: 0, puts: 0 };
  const server: Server = createServer((request, response) => {
    if (request.method === "GET") counts.gets++;
    else if (request.method === "HEAD") counts.heads++;
    else counts.puts++;
    if (request.url === "/broken") {
      response.statusCode = 500;
      return void response.end();
    }
    setTimeout(() => response.end(request.method === "GET" ? '{"weights":[1,2,3]}' : ""), DELAY);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, counts);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

Deno.test("a real handler finds its data fetched and its connection open: the time is saved", async () => {
  await withServer(async (url, counts) => {
    const model = ({ signal }: { signal?: AbortSignal } = {}) =>
      fetch(`${url}/model`, signal === undefined ? {} : { signal }).then((r) => r.json());
    const make = () =>
      createFreshen([
        { name: "model", kind: "fetch", run: model },
        {
          name: "results",
          kind: "warm",
          run: ({ signal }) =>
            fetch(`${url}/results`, { method: "HEAD", signal }).then((r) => r.text()),
        },
      ]);
    const handler = (fr: ReturnType<typeof make>) => async () => {
      const began = performance.now();
      const { weights } = await fr.FrFetch<{ weights: number[] }>(0, () => model());
      const status = await fr.FrWarm(
        1,
        () =>
          fetch(`${url}/results`, { method: "PUT", body: String(weights) }).then((r) => r.status),
      );
      assert.equal(status, 200);
      return performance.now() - began;
    };
    const cold = await handler(make())();
    const fr = make();
    const report = await fr.freshen();
    assert.deepEqual([report.freshened, report.failed], [2, 0]);
    const before = { ...counts };
    const fresh = await handler(fr)();
    assert.equal(counts.gets, before.gets, "fetched again");
    assert.equal(counts.heads, before.heads, "warmed again");
    // Two of three waits of 60 ms are gone; half of that leaves room for a busy machine.
    assert.ok(cold - fresh > DELAY, `saved ${cold - fresh} of ${cold} ms`);
    // Called while the hook runs, the function waits for it instead of asking a second time.
    const late = make();
    const hook = late.freshen();
    const gets = counts.gets;
    await Promise.all([handler(late)(), handler(late)(), hook]);
    assert.equal(counts.gets, gets + 1, "two fetches at once");
  });
});

Deno.test("a hook's failure is no failure of the function, and the function's own is", async () => {
  let tries = 0;
  const fr = createFreshen([{
    name: "flaky",
    kind: "fetch",
    run: () => {
      if (tries++ === 0) throw new Error("not yet");
      return Promise.resolve(42);
    },
  }]);
  assert.equal((await fr.freshen()).failed, 1);
  assert.equal(await fr.FrFetch(0), 42);
  fr.state.invalidate();
  await assert.rejects(fr.FrFetch(0, () => Promise.reject(new Error("gone"))), /gone/);
});

Deno.test("a hook over its time is told to stop and leaves the work to the wrapper", async () => {
  let aborted = 0;
  const slow = ({ signal }: { signal: AbortSignal }) =>
    new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => resolve("slow"), 40);
      signal.addEventListener("abort", () => {
        aborted++;
        clearTimeout(timer);
        reject(signal.reason);
      });
    });
  const fr = createFreshen([
    { name: "a", kind: "fetch", run: slow },
    { name: "b", kind: "fetch", run: slow },
  ]);
  const report = await fr.freshen({ timeMs: 10 });
  assert.deepEqual([report.failed, report.refused, aborted], [1, 1, 1]);
  assert.equal(await fr.FrFetch(0), "slow");
  assert.equal(aborted, 1);
});
