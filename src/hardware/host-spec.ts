/** A host as a platform YAML writes it, and as the models read it. */
import { z } from "zod";
import { bitRate, bytes, duration, frequency, ratio, unknownName } from "../units/mod.ts";
import { HOST_PARTS, type HostConstants } from "./parts/mod.ts";

const GHZ = 1e9;
const MS = 1e6;

const integer = (says: string, max: number) =>
  z.int(`expected a whole number: ${says}`)
    .min(1, `expected at least 1: ${says}`)
    .max(max, `expected at most ${max}: ${says}`)
    .describe(says);

const part = z.string().superRefine((name, context) => {
  if (!HOST_PARTS.has(name)) {
    context.addIssue({
      code: "custom",
      message: unknownName("part", name, [...HOST_PARTS.keys()]),
      input: name,
    });
  }
}).meta({
  description: `named part: ${[...HOST_PARTS.keys()].join(", ")}`,
  examples: [...HOST_PARTS.keys()],
});

/** What a platform YAML may say of one host: a part, and what differs from it. */
export const hostSchema = z.strictObject({
  part,
  sockets: integer("processor packages", 64).optional(),
  cores: integer("physical cores over all sockets", 4096).optional(),
  threads_per_core: integer("hardware threads of a core", 8).optional(),
  frequency: frequency({ min: 0.01 * GHZ, max: 20 * GHZ }).optional(),
  memory: bytes({ min: 2 ** 20, max: 2 ** 50 }).optional(),
  nic_rate: bitRate({ min: 1e3, max: 1e13 }).optional(),
  tick_rate: frequency({ min: 24, max: 10_000 }).optional(),
  scheduler_slice: duration({ min: 1e4, max: 1000 * MS }).optional(),
  bandwidth_slice: duration({ min: 1e3, max: 1000 * MS }).optional(),
  wake_up_cost: duration({ max: 100 * MS }).optional(),
  context_switch_cost: duration({ max: 100 * MS }).optional(),
  newidle_share: ratio({ max: 1 }).optional(),
}).superRefine((host, context) => {
  const constants = HOST_PARTS.get(host.part)?.constants;
  if (constants === undefined) return;
  const cores = host.cores ?? constants.cores.value;
  const sockets = host.sockets ?? constants.sockets.value;
  if (cores % sockets !== 0) {
    const key = host.cores === undefined ? "sockets" : "cores";
    context.addIssue({
      code: "custom",
      path: [key],
      message: `${cores} cores do not divide evenly over ${sockets} sockets; give both`,
      input: host[key],
    });
  }
});

/** What `hostSchema` gives: canonical units, still by part name. */
export type HostYaml = z.output<typeof hostSchema>;

/** A host with every constant known, in canonical units. */
export interface HostSpec {
  /** Name in the platform. */
  readonly name: string;
  /** Id of the part that it was made from. */
  readonly part: string;
  /** Packages, each with its caches and memory. */
  readonly sockets: number;
  /** Physical cores over all sockets. */
  readonly cores: number;
  /** Hardware threads of a core: 2 with SMT. */
  readonly threadsPerCore: number;
  /** CPUs as the operating system counts them: `cores x threadsPerCore`. */
  readonly cpus: number;
  /** Hz. */
  readonly frequency: number;
  /** Bytes. */
  readonly memory: number;
  /** Bit/s. */
  readonly nicRate: number;
  /** Hz. */
  readonly tickRate: number;
  /** ns. */
  readonly schedulerSlice: number;
  /** ns. */
  readonly bandwidthSlice: number;
  /** ns. */
  readonly wakeUpCost: number;
  /** ns. */
  readonly contextSwitchCost: number;
  /** 0..1. */
  readonly newidleShare: number;
}

/** YAML key of every constant of a part that a platform may overwrite. */
const KEYS: Readonly<Record<keyof HostConstants, Exclude<keyof HostYaml, "part">>> = {
  sockets: "sockets",
  cores: "cores",
  threadsPerCore: "threads_per_core",
  frequency: "frequency",
  memory: "memory",
  nicRate: "nic_rate",
  tickRate: "tick_rate",
  schedulerSlice: "scheduler_slice",
  bandwidthSlice: "bandwidth_slice",
  wakeUpCost: "wake_up_cost",
  contextSwitchCost: "context_switch_cost",
  newidleShare: "newidle_share",
};

/**
 * Fills a host's constants from its part.
 *
 * @throws {RangeError} when the part is unknown (a parsed `HostYaml` never is).
 */
export function resolveHost(name: string, yaml: HostYaml): HostSpec {
  const found = HOST_PARTS.get(yaml.part);
  if (found === undefined) {
    throw new RangeError(
      `host "${name}": ${unknownName("part", yaml.part, [...HOST_PARTS.keys()])}`,
    );
  }
  const values = Object.fromEntries(
    Object.entries(KEYS).map(([constant, key]) => [
      constant,
      yaml[key] ?? found.constants[constant as keyof HostConstants].value,
    ]),
  ) as Record<keyof HostConstants, number>;
  return Object.freeze({
    name,
    part: yaml.part,
    ...values,
    cpus: values.cores * values.threadsPerCore,
  });
}
