/** A tile's own resources: memory, locks, descriptors, DMA channels. */
import type { Simulation } from "../../kernel/mod.ts";
import { type Coordinate, type Device, type Direction, place, type TileKind } from "./device.ts";
import type { Layout } from "./descriptor.ts";
import { checkLayout } from "./descriptor.ts";
import { ExhaustedError } from "./errors.ts";
import { LockPair, type Side } from "./locks.ts";

/** A range of a tile's memory, or of DDR. */
export interface Memory {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One buffer descriptor: what to move, and which objects to take before and give back after. */
export interface Descriptor {
  readonly memory: Memory;
  readonly layout: Layout;
  readonly locks?: LockPair;
  readonly side?: Side;
}

/** One DMA channel with its chain of descriptors, worked through for ever. */
export interface Channel {
  readonly name: string;
  readonly at: Coordinate;
  readonly direction: Direction;
  readonly index: number;
  readonly chain: Descriptor[];
}

/** One tile. Everything that is asked of it and not there raises an `ExhaustedError`. */
export class Tile {
  readonly kind: TileKind;
  readonly #memory: Uint8Array;
  readonly #inUse: { name: string; bytes: number }[] = [];
  #used = 0;
  #locks = 0;
  readonly #channels: Record<Direction, Channel[]> = { MM2S: [], S2MM: [] };
  readonly #descriptors: number[] = [0, 0];

  constructor(readonly sim: Simulation, readonly device: Device, readonly at: Coordinate) {
    this.kind = device.kind(at);
    this.#memory = new Uint8Array(device.limits(at).memory);
    if (this.kind === "core") this.allocate("stack", device.part.coreStack.value);
  }

  /** `core tile (0, 2)`. */
  get name(): string {
    return `${this.kind === "core" ? "compute" : this.kind} tile ${place(this.at)}`;
  }

  /** Bytes of memory in use. */
  get used(): number {
    return this.#used;
  }

  /** Takes memory for a buffer, on a 32-byte boundary. */
  allocate(name: string, bytes: number): Memory {
    const start = Math.ceil(this.#used / 32) * 32;
    if (start + bytes > this.#memory.length) {
      const largest = [...this.#inUse].sort((a, b) => b.bytes - a.bytes).slice(0, 4);
      throw new ExhaustedError(
        `${this.name} has ${this.#memory.length} bytes of memory: no room for "${name}" of ` +
          `${bytes} bytes beside ${this.#used} in use (${
            largest.map((each) => `${each.name} ${each.bytes}`).join(", ") || "none"
          })`,
      );
    }
    this.#used = start + bytes;
    this.#inUse.push({ name, bytes });
    return { name, bytes: this.#memory.subarray(start, start + bytes) };
  }

  /** Takes the two locks that guard a pool of `depth` objects. */
  locks(name: string, depth: number): LockPair {
    const { locks } = this.device.limits(this.at);
    if (this.#locks + 2 > locks) {
      throw new ExhaustedError(`${this.name} has ${locks} locks: none left for ${name}`);
    }
    this.#locks += 2;
    return new LockPair(this.sim, `${name} at ${place(this.at)}`, depth);
  }

  /** Takes the next DMA channel of a direction. */
  channel(direction: Direction, name: string): Channel {
    const taken = this.#channels[direction];
    const { channels } = this.device.limits(this.at);
    if (this.kind === "shim" && !this.device.reachesDdr(this.at)) {
      throw new ExhaustedError(`${this.name} of ${this.device.id} has no DMA: "${name}"`);
    }
    if (taken.length >= channels) {
      const way = direction === "MM2S" ? "output" : "input";
      throw new ExhaustedError(
        `${this.name} has ${channels} ${way} DMA channels (${direction}), all taken by ` +
          `${taken.map((c) => `"${c.name}"`).join(", ")}: none left for "${name}"`,
      );
    }
    const channel = { name, at: this.at, direction, index: taken.length, chain: [] };
    taken.push(channel);
    return channel;
  }

  /** Appends a descriptor to a channel's chain. */
  describe(channel: Channel, descriptor: Descriptor): void {
    const limits = this.device.limits(this.at);
    const what = `descriptor of "${channel.name}" at ${this.name}`;
    checkLayout(what, descriptor.layout, this.kind, limits);
    // On a memory tile even and odd channels reach different halves of the descriptors.
    const half = this.kind === "mem" ? channel.index % 2 : 0;
    const room = this.kind === "mem" ? limits.bds / 2 : limits.bds;
    if (this.#descriptors[half] >= room) {
      throw new ExhaustedError(
        `${this.name} has ${room} buffer descriptors${
          this.kind === "mem" ? ` for its ${half === 0 ? "even" : "odd"} channels` : ""
        }: none left for "${channel.name}"`,
      );
    }
    this.#descriptors[half]++;
    channel.chain.push(descriptor);
  }
}
