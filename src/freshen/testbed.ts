/** What the timeline and the chain experiments share: a platform, a store, functions under a policy. */
import { z } from "zod";
import type { Platform } from "../hardware/mod.ts";
import type { Simulation } from "../kernel/mod.ts";
import type { Problem } from "../model/mod.ts";
import { Network, ServerlessPlatform } from "../serverless/mod.ts";
import { bytes, duration, unknownName } from "../units/mod.ts";
import type { FunctionOptions } from "./function/model.ts";
import { POLICIES } from "./function/policy.ts";

/** Parameters of the function and of its way to the store. */
export const functionParameters = {
  policy: z.enum(POLICIES as ["none", ...typeof POLICIES]).default("freshen-developer").describe(
    "none: all anew. runtime-reuse: connections and data kept in the container. freshen-developer: a hook " +
      "for all that is constant. freshen-inferred: a hook for what inference finds in the handler",
  ),
  store: z.string().min(1, "expected the name of a host of the platform").optional().describe(
    "host of the platform that has the data; default: the last host. Functions run on the first",
  ),
  file_size: bytes({ min: 1, max: 1e10 }).default(1e6).describe(
    "size of the model that is fetched",
  ),
  settings_size: bytes({ min: 1, max: 1e10 }).default(10e3).describe(
    "size of the settings, fetched through a client that the inference does not know",
  ),
  result_size: bytes({ min: 1, max: 1e10 }).default(100e3).describe(
    "size of the result that is put",
  ),
  compute: duration({ max: 3600e9 }).default(684e6).describe(
    "computing time; default: the median of the published fit of the Azure trace",
  ),
  ttl: duration({ max: 86_400e9 }).default(60e9).describe("how long fetched data holds"),
  store_work: duration({ max: 60e9 }).default(2e6).describe("the store's own time for a request"),
  window_policy: z.int("expected whole segments").min(10).max(100_000).default(4000).describe(
    "most segments that the provider lets warmcwnd set",
  ),
  server_idle_timeout: duration({ min: 1e6, max: 86_400e9 }).default(60e9).describe(
    "idle time after which a connection to the store ends",
  ),
  idle_end: z.enum(["closes", "drops"]).default("closes").describe(
    "closes: the front end ends an idle connection. drops: a NAT forgets it and nobody is told",
  ),
  tls: z.enum(["none", "1.2", "1.3"]).default("1.3").describe("TLS of connections to the store"),
};

/** Parsed function parameters. */
export type FunctionParameters = z.output<z.ZodObject<typeof functionParameters>>;

/** The store's host. */
function storeOf(p: FunctionParameters, platform: Platform): readonly [string, string] {
  const hosts = [...platform.hosts.keys()];
  return [hosts[0], p.store ?? hosts[hosts.length - 1]];
}

/** Whether the platform has the hosts and the link. */
export function checkStore(p: FunctionParameters, platform: Platform): Problem[] {
  const [host, store] = storeOf(p, platform);
  if (!platform.hosts.has(store)) {
    return [{ path: ["store"], message: unknownName("host", store, [...platform.hosts.keys()]) }];
  }
  try {
    platform.link(host, store);
    return [];
  } catch (error) {
    return [{ path: ["store"], message: (error as Error).message }];
  }
}

/** Options of one function. */
export function functionOptions(
  p: FunctionParameters,
  platform: Platform,
  name: string,
): FunctionOptions {
  const [host, store] = storeOf(p, platform);
  return {
    name,
    policy: p.policy,
    host,
    store,
    modelSize: p.file_size,
    settingsSize: p.settings_size,
    resultSize: p.result_size,
    compute: p.compute,
    ttl: p.ttl,
    storeWork: p.store_work,
    windowPolicy: p.window_policy,
    connection: {
      idlePolicy: { kind: p.idle_end, after: p.server_idle_timeout },
      ...(p.tls === "none" ? {} : { tls: { version: p.tls, handshake: "full" } }),
    },
  };
}

/** A platform with one invoker, large enough that every container is kept. */
export function testbed(sim: Simulation, hardware: Platform) {
  const network = new Network(sim, hardware);
  const [host] = hardware.hosts.keys();
  const serverless = (options: object) =>
    new ServerlessPlatform(sim, {
      invokers: [{ name: host, memory: 1e12 }],
      stemCells: [],
      idleTimeout: 86_400e9, // section 4.2: cold starts are avoided
      ...options,
    });
  return { network, serverless };
}
