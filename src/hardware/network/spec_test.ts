import assert from "node:assert/strict";
import { linkSchema, loopbackOf, resolveLink } from "./spec.ts";

const messages = (input: unknown) =>
  linkSchema.safeParse(input).error?.issues.map((i) => `${i.path.join(".")}: ${i.message}`) ?? [];

Deno.test("a link takes from its part what it does not say itself", () => {
  const link = linkSchema.parse({ between: ["edge", "cloud"], part: "wan-50ms", rate: "1Gbps" });
  assert.deepEqual(resolveLink(link), {
    between: ["edge", "cloud"],
    rate: 1e9,
    latency: 25e6,
    mtu: 1500,
    frameOverhead: 38,
  });
});

Deno.test("a link without a part is Ethernet and must say its rate and round trip", () => {
  assert.equal(
    resolveLink(linkSchema.parse({ between: ["a", "b"], rate: "1Gbps", latency: "1ms" })).latency,
    1e6,
  );
  assert.match(messages({ between: ["a", "b"], rate: "1Gbps" })[0] ?? "", /needs its rtt/);
  assert.match(messages({ between: ["a", "b"] }).join("\n"), /rate.*\n.*rtt/);
});

Deno.test("absurd links are refused where they stand", () => {
  assert.match(messages({ between: ["a", "b"], rate: "0bps", rtt: "1ms" })[0] ?? "", /^rate: /);
  assert.match(
    messages({ between: ["a", "b"], rate: "1Gbps", rtt: "1ms", latency: "1ms" })[0] ?? "",
    /^latency: .*twice/,
  );
  assert.match(messages({ between: ["a", "b"], part: "lan-1g" })[0] ?? "", /^part: /);
  assert.equal(
    linkSchema.safeParse({ between: ["a", "b"], part: "lan-10g", speed: "1Gbps" }).success,
    false,
  );
});

Deno.test("a host's loopback is a link to itself with large packets and no delay", () => {
  const link = loopbackOf("edge");
  assert.deepEqual(link.between, ["edge", "edge"]);
  assert.equal(link.mtu, 65536);
  assert.equal(link.latency, 0);
});
