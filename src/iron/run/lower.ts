/**
 * Lowers object FIFOs to what the hardware has: pools of buffers, locks, DMA channels, descriptors and
 * streams, as mlir-aie's AIEObjectFifoStatefulTransform does.
 */
import {
  type Channel,
  type Coordinate,
  type Dim,
  type Layout,
  type LockPair,
  type Memory,
  type Npu,
  place,
  type Side,
} from "../../hardware/npu/mod.ts";
import { mostAcquired, objectsNeeded, type Port } from "../graph/body.ts";
import {
  depthAt,
  type DesignGraph,
  type FifoNode,
  type LinkNode,
  sameTile,
} from "../graph/graph.ts";
import type { TensorType } from "../graph/types.ts";
import type { FifoEnd } from "./interpret.ts";

/** A pool of equal buffers with the locks that guard them, one pair per part of an object. */
interface Pool {
  readonly type: TensorType;
  readonly memories: readonly Memory[];
  readonly parts: readonly { offset: number; elements: number; locks: LockPair }[];
}

/** A design's FIFOs on an NPU. */
export interface Lowered {
  /** Shim channel of each FIFO that has an end there. */
  readonly shim: ReadonlyMap<string, Channel>;
  /** The end of a FIFO that a core uses. */
  end(fifo: string, port: Port, at: Coordinate): FifoEnd;
  /** FIFOs that pass objects through shared memory, without a DMA. */
  readonly shared: ReadonlySet<string>;
}

/** Whether a FIFO needs no DMA: one consumer, no layout, no link, and a memory that both reach. */
export function sharesMemory(
  graph: DesignGraph,
  fifo: FifoNode,
  npu: Pick<Npu, "device">,
): boolean {
  const [consumer] = fifo.consumers;
  const linked = graph.links.some((l) =>
    l.sources.includes(fifo.name) || l.destinations.includes(fifo.name)
  );
  return !linked && fifo.consumers.length === 1 && fifo.dimsToStream === undefined &&
    consumer.dimsFromStream === undefined &&
    sharedHome(npu, fifo.producer, consumer.tile) !== undefined;
}

/** The tile whose memory both ends reach: the producer's if possible. */
function sharedHome(
  { device }: Pick<Npu, "device">,
  producer: Coordinate,
  consumer: Coordinate,
): Coordinate | undefined {
  if (device.reachesMemory(consumer, producer)) return producer;
  return device.reachesMemory(producer, consumer) ? consumer : undefined;
}

/** Puts all FIFOs of a design on the NPU. @throws {ExhaustedError} naming what a tile runs out of. */
export function lowerFifos(graph: DesignGraph, npu: Npu): Lowered {
  const lowering = new Lowering(graph, npu);
  for (const fifo of graph.fifos) lowering.lower(fifo);
  return lowering;
}

class Lowering implements Lowered {
  readonly shim = new Map<string, Channel>();
  readonly shared = new Set<string>();
  readonly #pools = new Map<string, Pool>();
  readonly #ends = new Map<string, FifoEnd>();

  constructor(readonly graph: DesignGraph, readonly npu: Npu) {}

  lower(fifo: FifoNode): void {
    const { npu, graph } = this;
    const [consumer] = fifo.consumers;
    if (sharesMemory(graph, fifo, npu)) {
      const home = sharedHome(npu, fifo.producer, consumer.tile) as Coordinate;
      const depth = this.#coreDepth(fifo, 0, fifo.producer, "Produce");
      const other = this.#coreDepth(fifo, 1, consumer.tile, "Consume");
      const pool = this.#pool(fifo.name, home, fifo.type, Math.max(depth, other));
      this.#pools.set(key(fifo.name, "Produce", fifo.producer), pool);
      this.#pools.set(key(fifo.name, "Consume", consumer.tile), pool);
      this.shared.add(fifo.name);
      return;
    }
    const source = this.#channel(fifo, 0, fifo.producer, "MM2S", fifo.dimsToStream);
    const destinations = fifo.consumers.map(({ tile, dimsFromStream }, i) =>
      this.#channel(fifo, i + 1, tile, "S2MM", dimsFromStream)
    );
    npu.connect(fifo.name, source, destinations);
  }

  end(fifo: string, port: Port, at: Coordinate): FifoEnd {
    const id = key(fifo, port, at);
    let end = this.#ends.get(id);
    if (end !== undefined) return end;
    const pool = this.#pools.get(id);
    if (pool === undefined) {
      const role = port === "Produce" ? "producer" : "consumer";
      throw new RangeError(`core ${place(at)} is no ${role} of object FIFO "${fifo}"`);
    }
    if (pool.parts.length !== 1) {
      throw new RangeError(`"${fifo}" is split or joined at ${place(at)}`);
    }
    const objects = pool.memories.map((m) => pool.type.view(m.bytes));
    end = { name: fifo, locks: pool.parts[0].locks, objects, held: 0, oldest: 0 };
    this.#ends.set(id, end);
    return end;
  }

  /** Objects at an end: as listed; else as many as its core needs to work and receive at once. */
  #coreDepth(fifo: FifoNode, end: number, at: Coordinate, port: Port): number {
    const declared = depthAt(fifo, end);
    if (typeof fifo.depth !== "number" || this.npu.device.kind(at) !== "core") return declared;
    const core = this.graph.cores.find((c) => sameTile(c.tile, at));
    return objectsNeeded(
      declared,
      core === undefined ? 0 : mostAcquired(core.body, fifo.name, port),
    );
  }

  #pool(name: string, at: Coordinate, type: TensorType, depth: number): Pool {
    const tile = this.npu.tile(at);
    const memories = Array.from(
      { length: depth },
      (_, i) => tile.allocate(`${name}_buff_${i}`, type.bytes),
    );
    const locks = tile.locks(`"${name}"`, depth);
    return { type, memories, parts: [{ offset: 0, elements: type.elements, locks }] };
  }

  /** The channel of one end, with its chain of descriptors. */
  #channel(
    fifo: FifoNode,
    end: number,
    at: Coordinate,
    direction: "MM2S" | "S2MM",
    dims: readonly Dim[] | undefined,
  ): Channel {
    const { npu } = this;
    const tile = npu.tile(at);
    const channel = tile.channel(direction, fifo.name);
    if (tile.kind === "shim") {
      this.shim.set(fifo.name, channel);
      return channel;
    }
    const port: Port = direction === "MM2S" ? "Produce" : "Consume";
    // The DMA takes the opposite side of the core: it empties what a core produces.
    const side: Side = direction === "MM2S" ? "filled" : "free";
    const { pool, parts } = this.#poolOf(fifo, end, at, port);
    for (const memory of pool.memories) {
      for (const { offset, elements, locks } of parts) {
        const layout = layoutOf(fifo.type, offset, elements, dims);
        tile.describe(channel, { memory, layout, locks, side });
      }
    }
    return channel;
  }

  /** The pool at an end of a FIFO and the parts of its objects that this end moves. */
  #poolOf(
    fifo: FifoNode,
    end: number,
    at: Coordinate,
    port: Port,
  ): { pool: Pool; parts: Pool["parts"] } {
    const link = this.graph.links.find((l) =>
      (port === "Consume" ? l.sources : l.destinations).includes(fifo.name) &&
      this.#isLinkTile(l, at)
    );
    if (link === undefined) {
      const pool = this.#pool(fifo.name, at, fifo.type, this.#coreDepth(fifo, end, at, port));
      this.#pools.set(key(fifo.name, port, at), pool);
      return { pool, parts: pool.parts };
    }
    const pool = this.#linkPool(link, at);
    const list = port === "Consume" ? link.sources : link.destinations;
    if (list.length === 1) return { pool, parts: pool.parts };
    return { pool, parts: [pool.parts[list.indexOf(fifo.name)]] };
  }

  #isLinkTile(link: LinkNode, at: Coordinate): boolean {
    return sameTile(this.#fifo(link.destinations[0]).producer, at);
  }

  #fifo(name: string): FifoNode {
    return this.graph.fifos.find((f) => f.name === name) as FifoNode;
  }

  /** The one pool of a link: objects of the larger type, one pair of locks per joined or split part. */
  #linkPool(link: LinkNode, at: Coordinate): Pool {
    const id = `link ${link.sources[0]} ${link.destinations[0]}`;
    const known = this.#pools.get(id);
    if (known !== undefined) return known;
    const sources = link.sources.map((n) => this.#fifo(n));
    const destinations = link.destinations.map((n) => this.#fifo(n));
    const [source] = sources, [destination] = destinations;
    const bySource = sources.length === 1 &&
      (destinations.length > 1 || source.type.bytes >= destination.type.bytes);
    const owner = bySource ? source : destination;
    const at1 = bySource ? source.consumers.findIndex((c) => sameTile(c.tile, at)) + 1 : 0;
    const tile = this.npu.tile(at), depth = depthAt(owner, at1);
    const memories = Array.from(
      { length: depth },
      (_, i) => tile.allocate(`${owner.name}_link_buff_${i}`, owner.type.bytes),
    );
    const many = sources.length > 1 ? sources : destinations;
    const offsets = sources.length > 1 ? link.sourceOffsets : link.destinationOffsets;
    const parts = many.map((fifo, i) => ({
      offset: many.length > 1 ? offsets[i] : 0,
      elements: many.length > 1 ? fifo.type.elements : owner.type.elements,
      locks: tile.locks(`"${many.length > 1 ? fifo.name : owner.name}"`, depth),
    }));
    const pool = { type: owner.type, memories, parts };
    this.#pools.set(id, pool);
    return pool;
  }
}

/** The walk of one descriptor: a part of an object, in the layout given or linear. */
function layoutOf(
  type: TensorType,
  offset: number,
  elements: number,
  dims: readonly Dim[] | undefined,
): Layout {
  return {
    elementBytes: type.elementBytes,
    offset,
    dims: dims ?? [{ size: elements, stride: 1 }],
  };
}

function key(fifo: string, port: Port, at: Coordinate): string {
  return `${fifo} ${port} ${place(at)}`;
}
