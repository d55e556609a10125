/** A tentative placement and what it costs each tile; the twin of run/lower.ts for search. */
import { type Coordinate, type Device, place, type TileKind } from "../../hardware/npu/mod.ts";
import { objectsNeeded } from "../graph/body.ts";
import type { Rng } from "../../kernel/mod.ts";
import {
  type ObjectFifoHandle,
  ObjectFifoLink,
  type Placeable,
  PlacementError,
  Tile,
  Worker,
} from "../interface/mod.ts";
import { hintedKind, needsTile, tileAt } from "./sequential.ts";

interface Node {
  readonly end: Placeable;
  readonly kind: TileKind;
  /** The designer has not chosen its tile. */
  readonly movable: boolean;
  /** A worker: no other may stand on its tile. */
  readonly exclusive: boolean;
}

/** An object FIFO between nodes; the producer's end first. */
export interface LayoutFifo {
  readonly name: string;
  readonly bytes: number;
  readonly ends: readonly { node: number; depth: number; link: ObjectFifoLink | undefined }[];
  /** One consumer, no link, no layout: may pass through shared memory. */
  readonly sharable: boolean;
}

/** A device with every node of a program on some tile. */
export class Layout {
  readonly nodes: readonly Node[];
  readonly fifos: readonly LayoutFifo[];
  /** Tile of each node. */
  readonly tiles: Coordinate[];
  readonly #choices: Record<TileKind, Coordinate[]>;
  readonly #movable: readonly number[];

  constructor(
    readonly device: Device,
    workers: readonly Worker[],
    handles: readonly ObjectFifoHandle[],
  ) {
    const ends = [...new Set<Placeable>([...workers, ...handles.map((h) => h.endpoint)])];
    const places = new Map(ends.map((end, i) => [end, i]));
    this.nodes = ends.map((end) => {
      const fixed = end.placement;
      const kind = fixed instanceof Tile ? device.kind(fixed) : hintedKind(end);
      const movable = needsTile(end);
      return { end, kind, movable, exclusive: workers.includes(end as Worker) };
    });
    this.fifos = [...new Set(handles.map((h) => h.fifo))].map((fifo) => {
      const all = fifo.handles;
      const listed = all.some((h) => h.depth !== all[0].depth);
      const list = all.map((handle) => {
        const { endpoint, depth } = handle;
        return {
          node: places.get(endpoint) as number,
          depth: listed || !(endpoint instanceof Worker)
            ? depth
            : objectsNeeded(depth, endpoint.mostAcquired(handle)),
          link: endpoint instanceof ObjectFifoLink ? endpoint : undefined,
        };
      });
      const layouts = all.some((h) => h.dimsFromStream !== undefined);
      return {
        name: fifo.name,
        bytes: fifo.type.bytes,
        ends: list,
        sharable: list.length === 2 && !layouts && fifo.dimsToStream === undefined &&
          list.every((end) => end.link === undefined),
      };
    });
    this.#choices = {
      shim: device.tiles("shim"),
      mem: device.tiles("mem"),
      core: device.tiles("core"),
    };
    this.#movable = this.nodes.flatMap((node, i) => node.movable ? [i] : []);
    this.tiles = this.#snake();
  }

  /** Workers column by column, every second one downwards; everything else in the first column. */
  #snake(): Coordinate[] {
    const cores = [...this.#choices.core].sort((a, b) =>
      a.col - b.col || (a.col % 2 === 0 ? a.row - b.row : b.row - a.row)
    );
    const fixed = this.nodes.flatMap(({ end, exclusive, movable }) =>
      exclusive && !movable ? [place(end.placement as Tile)] : []
    );
    const free = cores.filter((at) => !fixed.includes(place(at)));
    return this.nodes.map(({ end, kind, movable, exclusive }) => {
      if (!movable) return end.placement as Tile;
      if (!exclusive) return this.#choices[kind][0];
      const at = free.shift();
      if (at === undefined) {
        throw new PlacementError(
          `ran out of compute tiles: ${this.device.id} has ${cores.length}, ` +
            `no tile is left for ${end.describe()}`,
        );
      }
      return at;
    });
  }

  /** Moves a random node (two workers change places); returns how to undo it. */
  move(random: Rng): (() => void) | undefined {
    if (this.#movable.length === 0) return undefined;
    const { tiles, nodes } = this;
    const pick = (n: number) => Math.floor(random.uniform() * n);
    const node = this.#movable[pick(this.#movable.length)];
    const choices = this.#choices[nodes[node].kind];
    const to = choices[pick(choices.length)], from = tiles[node];
    if (to.col === from.col && to.row === from.row) return undefined;
    const other = nodes[node].exclusive
      ? nodes.findIndex((n, i) => n.exclusive && tiles[i].col === to.col && tiles[i].row === to.row)
      : -1;
    if (other >= 0 && !nodes[other].movable) return undefined;
    const restore = other >= 0 ? tiles[other] : undefined;
    tiles[node] = to;
    if (other >= 0) tiles[other] = from;
    return () => {
      tiles[node] = from;
      if (restore !== undefined) tiles[other] = restore;
    };
  }

  /** Whether a FIFO needs no stream here. */
  shared(fifo: LayoutFifo): boolean {
    return fifo.sharable && this.home(fifo) !== undefined;
  }

  /** The tile whose memory both ends of a FIFO reach. */
  home({ ends: [producer, consumer] }: LayoutFifo): Coordinate | undefined {
    const a = this.tiles[producer.node], b = this.tiles[consumer.node];
    if (this.device.reachesMemory(b, a)) return a;
    return this.device.reachesMemory(a, b) ? b : undefined;
  }

  /** Gives the program the tiles. */
  apply(workers: readonly Worker[]): void {
    this.nodes.forEach(({ end, movable }, i) => movable && end.place(tileAt(this.tiles[i])));
    for (const worker of workers) {
      for (const buffer of worker.buffers) {
        if (needsTile(buffer)) buffer.place(worker.placement as Tile);
      }
    }
  }
}

/** Sum over streams of the distances to their destinations. */
export function wirelength(layout: Layout): number {
  let sum = 0;
  for (const fifo of layout.fifos) {
    if (layout.shared(fifo)) continue;
    const from = layout.tiles[fifo.ends[0].node];
    for (let i = 1; i < fifo.ends.length; i++) {
      const to = layout.tiles[fifo.ends[i].node];
      // Sideways streams compete for fewer ports than vertical ones.
      sum += Math.abs(to.row - from.row) + 2 * Math.abs(to.col - from.col);
    }
  }
  return sum;
}

interface Use {
  at: Coordinate;
  memory: number;
  locks: number;
  channels: Record<"MM2S" | "S2MM", number>;
  bds: [number, number];
}

/** Buffers begin on 32-byte boundaries (hardware/npu/tile.ts). */
const aligned = (bytes: number) => Math.ceil(bytes / 32) * 32;

/** How much more than there is each tile needs, and in words. */
export function overuse(layout: Layout): { total: number; list: string[] } {
  const { device, nodes } = layout;
  const uses = new Map<number, Use>();
  const use = (at: Coordinate): Use => {
    const id = at.col * 8 + at.row;
    let found = uses.get(id);
    if (found === undefined) {
      const stack = device.kind(at) === "core" ? device.part.coreStack.value : 0;
      found = { at, memory: aligned(stack), locks: 0, channels: { MM2S: 0, S2MM: 0 }, bds: [0, 0] };
      uses.set(id, found);
    }
    return found;
  };
  for (const { end, exclusive } of nodes) {
    if (!exclusive) continue;
    const at = layout.tiles[nodes.findIndex((n) => n.end === end)];
    const { buffers, localBuffers, options } = end as Worker;
    const own = use(at);
    for (const { type } of buffers) own.memory += aligned(type.bytes);
    for (const { bytes } of localBuffers) own.memory += aligned(bytes);
    own.memory += aligned(Math.max(0, (options.stackSize ?? 0) - device.part.coreStack.value));
  }
  const pools = new Set<ObjectFifoLink>();
  for (const fifo of layout.fifos) {
    const home = fifo.sharable ? layout.home(fifo) : undefined;
    if (home !== undefined) {
      const u = use(home);
      u.memory += aligned(fifo.bytes) * Math.max(fifo.ends[0].depth, fifo.ends[1].depth);
      u.locks += 2;
      continue;
    }
    fifo.ends.forEach(({ node, depth, link }, i) => {
      const at = layout.tiles[node], u = use(at), kind = nodes[node].kind;
      const channel = u.channels[i === 0 ? "MM2S" : "S2MM"]++;
      if (kind === "shim") return;
      let descriptors = depth;
      if (link === undefined) {
        u.memory += aligned(fifo.bytes) * depth;
        u.locks += 2;
      } else {
        const parts = Math.max(link.sources.length, link.destinations.length);
        const whole = (i === 0 ? link.destinations : link.sources).length === 1;
        const pool = poolOf(link);
        descriptors = pool.depth * (whole ? parts : 1);
        if (!pools.has(link)) {
          pools.add(link);
          u.memory += aligned(pool.bytes) * pool.depth;
          u.locks += 2 * parts;
        }
      }
      u.bds[kind === "mem" ? channel % 2 : 0] += descriptors;
    });
  }
  let total = 0;
  const list: string[] = [];
  const check = (what: string, at: Coordinate, used: number, has: number, unit = 1) => {
    if (used <= has) return;
    total += (used - has) / unit;
    list.push(`${what} of ${place(at)}: ${used} of ${has}`);
  };
  for (const { at, memory, locks, channels, bds } of uses.values()) {
    const limits = device.limits(at), kind = device.kind(at);
    if (kind !== "shim") check("memory", at, memory, limits.memory, 4096);
    check("locks", at, locks, limits.locks);
    check("output DMA channels", at, channels.MM2S, limits.channels);
    check("input DMA channels", at, channels.S2MM, limits.channels);
    if (kind === "shim") continue;
    const room = kind === "mem" ? limits.bds / 2 : limits.bds;
    check("buffer descriptors", at, bds[0], room);
    check("buffer descriptors of odd channels", at, bds[1], room);
  }
  return { total, list };
}

/** Bytes and number of the objects that a link keeps. */
function poolOf(link: ObjectFifoLink): { bytes: number; depth: number } {
  const [source] = link.sources, [destination] = link.destinations;
  const bySource = link.sources.length === 1 &&
    (link.destinations.length > 1 || source.type.bytes >= destination.type.bytes);
  const owner = bySource ? source : destination;
  return { bytes: owner.type.bytes, depth: owner.depth };
}
