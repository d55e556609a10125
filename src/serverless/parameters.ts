/** Constants of the OpenWhisk platform, each with its unit, mark and source. */
import type { Constant, Mark } from "../hardware/mod.ts";

const GB = 1e9;
const MIB = 2 ** 20;
const MS = 1e6;
const S = 1e9;

const time = (value: number, mark: Mark, source: string): Constant => ({
  value,
  unit: "ns",
  mark,
  source,
});
const memory = (value: number, mark: Mark, source: string): Constant => ({
  value,
  unit: "bytes",
  mark,
  source,
});

const CONF = "apache/openwhisk, core/invoker and common application.conf and reference.conf";
const ORDER = "order of magnitude; no authoritative number was found: sweep it where it matters";

/** What a platform does and costs unless told otherwise. */
export const OPENWHISK = {
  /** Front end, controller and message bus, before the invoker has the request. */
  controller: time(8 * MS, "assumed", `5 to 20 ms; ${ORDER}`),
  /** Invoker: pick a container and post to its /run. */
  dispatch: time(4 * MS, "assumed", `3 to 10 ms; ${ORDER}`),
  /** docker create and start of a container with a language runtime that listens on port 8080. */
  create: time(500 * MS, "assumed", `400 to 1000 ms with /init; ${ORDER}`),
  /** POST /init: the runtime loads the action's code. */
  init: time(50 * MS, "assumed", `30 to 100 ms; ${ORDER}`),
  /** docker-runc pause. */
  pause: time(15 * MS, "assumed", `5 to 30 ms; ${ORDER}`),
  /** docker-runc resume. */
  resume: time(15 * MS, "assumed", `5 to 30 ms; ${ORDER}`),
  /** docker rm -f. */
  remove: time(200 * MS, "assumed", ORDER),
  /** Idle time in Ready before a container is paused; 10 s since 2021, 50 ms from 2018 on. */
  pauseGrace: time(50 * MS, "published", `${CONF}: pause-grace as of 2020`),
  /** Idle time after which a container is removed. */
  idleTimeout: time(600 * S, "published", `${CONF}: idle-container = 10 minutes`),
  /** Longest run of an action. */
  actionTimeout: time(60 * S, "published", `${CONF}: limits actions time std = 1 minute`),
  /** Memory of all containers of an invoker. */
  userMemory: memory(1024 * MIB, "published", `${CONF}: container-pool user-memory = 1024 m`),
  /** Memory of an action that asks for none. */
  actionMemory: memory(256 * MIB, "published", `${CONF}: limits actions memory std = 256 m`),
} as const;

/** Settings of a platform, canonical units (ns, bytes). */
export interface OpenWhiskOptions {
  readonly controller: number;
  readonly dispatch: number;
  readonly create: number;
  readonly init: number;
  readonly pause: number;
  readonly resume: number;
  readonly remove: number;
  readonly pauseGrace: number;
  readonly idleTimeout: number;
  readonly userMemory: number;
  /** Containers kept ready without code, per kind and memory. */
  readonly stemCells: readonly StemCells[];
}

/** Prewarmed containers of one kind. */
export interface StemCells {
  readonly kind: string;
  /** Bytes. */
  readonly memory: number;
  readonly count: number;
}

/** OpenWhisk's defaults: two stem cells of 256 MB for Node.js. */
export const OPENWHISK_DEFAULTS: OpenWhiskOptions = {
  controller: OPENWHISK.controller.value,
  dispatch: OPENWHISK.dispatch.value,
  create: OPENWHISK.create.value,
  init: OPENWHISK.init.value,
  pause: OPENWHISK.pause.value,
  resume: OPENWHISK.resume.value,
  remove: OPENWHISK.remove.value,
  pauseGrace: OPENWHISK.pauseGrace.value,
  idleTimeout: OPENWHISK.idleTimeout.value,
  userMemory: OPENWHISK.userMemory.value,
  stemCells: [{ kind: "nodejs", memory: OPENWHISK.actionMemory.value, count: 2 }],
};

/** Bytes in the gigabyte that GB-seconds are billed in. */
export const BILLED_GB = GB;
