/** The simulated hardware of one run: a checked description, from which live objects are made. */
import { unknownName } from "../units/mod.ts";
import { type HostSpec, resolveHost } from "./host-spec.ts";
import { type LinkSpec, loopbackOf, resolveLink } from "./network/spec.ts";
import type { NpuPart } from "./npu/part.ts";
import { resolveNpu } from "./npu/spec.ts";
import type { PlatformYaml } from "./platform-spec.ts";

/** Hosts and links with every constant known. Immutable: live hosts belong to a `Simulation`. */
export class Platform {
  /** Name of the platform: `hardware:` of a scenario. */
  readonly id: string;
  /** What it is, for lists. */
  readonly title: string;
  /** Where the platform's figures come from. */
  readonly source: string;
  /** Every host by name, in the order of the file. */
  readonly hosts: ReadonlyMap<string, HostSpec>;
  /** Every link, in the order of the file. */
  readonly links: readonly LinkSpec[];
  /** The constants of its NPU, if it has one. */
  readonly npu: NpuPart | undefined;

  /** Takes a parsed platform; `buildPlatform` is the usual way in. */
  constructor(yaml: PlatformYaml) {
    this.id = yaml.id;
    this.title = yaml.title;
    this.source = yaml.source;
    this.hosts = new Map(
      Object.entries(yaml.hosts).map(([name, host]) => [name, resolveHost(name, host)]),
    );
    this.links = Object.freeze(yaml.links.map((link) => Object.freeze(resolveLink(link))));
    this.npu = yaml.npu === undefined ? undefined : resolveNpu(yaml.npu);
    Object.freeze(this);
  }

  /**
   * The description of a host.
   *
   * @throws {RangeError} when the platform has no host of that name.
   */
  host(name: string): HostSpec {
    const found = this.hosts.get(name);
    if (found === undefined) {
      throw new RangeError(
        `platform "${this.id}": ${unknownName("host", name, [...this.hosts.keys()])}`,
      );
    }
    return found;
  }

  /**
   * The link that joins two hosts, in either order; a host and itself: its loopback.
   *
   * @throws {RangeError} when one of them is unknown or no link joins them.
   */
  link(a: string, b: string): LinkSpec {
    this.host(a);
    this.host(b);
    if (a === b) return loopbackOf(a);
    const found = this.links.find(({ between: [x, y] }) =>
      (x === a && y === b) || (x === b && y === a)
    );
    if (found === undefined) {
      throw new RangeError(`platform "${this.id}": no link joins "${a}" and "${b}"`);
    }
    return found;
  }
}

/** Makes the platform that a parsed YAML describes. */
export function buildPlatform(yaml: PlatformYaml): Platform {
  return new Platform(yaml);
}
