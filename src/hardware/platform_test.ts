import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { buildPlatform, HOST_PARTS, platformSchema } from "./mod.ts";

const folder = resolve(import.meta.dirname as string, "../../scenarios/hardware");
const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));

function platform(changes: Record<string, unknown> = {}) {
  return {
    id: "pair",
    title: "two hosts",
    source: "a test",
    hosts: { client: { part: "cloudlab-m510" }, server: { part: "edge-site", memory: "16GiB" } },
    links: [{ between: ["client", "server"], rate: "10Gbps", rtt: "50ms" }],
    ...changes,
  };
}

function issue(changes: Record<string, unknown>): { path: string; message: string } {
  const { success, error } = platformSchema.safeParse(platform(changes));
  assert.equal(success, false, "expected the platform to be refused");
  const first = error?.issues[0];
  return { path: first?.path.join(".") ?? "", message: first?.message ?? "" };
}

Deno.test("every platform in scenarios/hardware is valid and named like its file", () => {
  assert.ok(files.length >= 6);
  for (const file of files) {
    const built = buildPlatform(
      platformSchema.parse(parse(readFileSync(join(folder, file), "utf8"))),
    );
    assert.equal(`${built.id}.yaml`, file);
    assert.ok(built.hosts.size > 0);
  }
});

Deno.test("every constant of every part has a source and a positive value", () => {
  for (const [id, part] of HOST_PARTS) {
    assert.equal(part.id, id);
    for (const [name, constant] of Object.entries(part.constants)) {
      assert.ok(constant.value > 0 && Number.isFinite(constant.value), `${id} ${name}`);
      assert.ok(constant.source.length > 10, `${id} ${name} needs a source`);
    }
    assert.equal(part.constants.cores.value % part.constants.sockets.value, 0, id);
  }
});

Deno.test("a host takes its constants from its part and its differences from the platform", () => {
  const built = buildPlatform(platformSchema.parse(platform()));
  assert.equal(built.host("server").memory, 16 * 2 ** 30);
  assert.equal(built.host("server").cores, 8);
  assert.equal(built.host("client").cpus, 16);
  assert.equal(built.host("client").bandwidthSlice, 5e6);
  assert.equal(built.link("server", "client").latency, 25e6);
});

Deno.test("a misspelt part or host gets a suggestion at its place", () => {
  assert.deepEqual(issue({ hosts: { a: { part: "cloudlab-m501" } }, links: [] }), {
    path: "hosts.a.part",
    message: 'unknown part "cloudlab-m501"; did you mean "cloudlab-m510"?',
  });
  const link = { between: ["client", "sever"], rate: "1Gbps", rtt: "1ms" };
  assert.deepEqual(issue({ links: [link] }), {
    path: "links.0.between.1",
    message: 'unknown host "sever"; did you mean "server"?',
  });
});

Deno.test("absurd platforms are refused with the place and what was expected", () => {
  const host = (more: Record<string, unknown>) => ({
    hosts: { a: { part: "edge-site", ...more } },
    links: [],
  });
  assert.match(issue(host({ cores: 0 })).message, /at least 1/);
  assert.match(issue(host({ cores: 2.5 })).message, /whole number/);
  assert.match(issue(host({ cores: 9, sockets: 2 })).message, /divide evenly/);
  assert.match(issue(host({ memory: "0B" })).message, /out of range/);
  assert.match(issue(host({ frequency: "90GHz" })).message, /out of range/);
  assert.match(issue(host({ memory: 16 })).message, /with its unit/);
  assert.equal(issue(host({ core: 4 })).path, "hosts.a");
  assert.match(issue({ hosts: {}, links: [] }).message, /at least one host/);
  assert.match(issue({ hosts: { "A b": { part: "edge-site" } } }).path, /^hosts/);
  const twice = { between: ["client", "server"], rate: "1Gbps", rtt: "1ms" };
  assert.match(
    issue({ links: [twice, { ...twice, between: ["server", "client"] }] }).message,
    /second link/,
  );
  assert.match(issue({ links: [{ ...twice, between: ["client", "client"] }] }).message, /itself/);
  assert.match(issue({ links: [{ ...twice, rate: "0bps" }] }).message, /out of range/);
});

Deno.test("asking a platform for what it does not have names what it has", () => {
  const built = buildPlatform(platformSchema.parse(platform({ links: [] })));
  assert.throws(() => built.host("serve"), /platform "pair": unknown host "serve".*server/);
  assert.throws(() => built.link("client", "server"), /no link joins/);
  assert.deepEqual(built.link("client", "client").between, ["client", "client"]);
});
