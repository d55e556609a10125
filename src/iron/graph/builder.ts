/** Collects a design graph, refusing what contradicts itself. Used by both interfaces. */
import { type Coordinate, Device, place } from "../../hardware/npu/mod.ts";
import { MemRef } from "./body.ts";
import {
  type BufferNode,
  type CoreNode,
  type DesignGraph,
  type FifoNode,
  type FunctionNode,
  type LinkNode,
  sameTile,
  type SequenceOp,
  type Transfer,
} from "./graph.ts";
import type { TensorType } from "./types.ts";
import { verifyGraph } from "./verify.ts";

/** A design graph under construction. */
export class GraphBuilder {
  readonly device: Device;
  readonly #tiles: Coordinate[] = [];
  readonly #fifos: FifoNode[] = [];
  readonly #links: LinkNode[] = [];
  readonly #functions: FunctionNode[] = [];
  readonly #buffers: BufferNode[] = [];
  readonly #cores: CoreNode[] = [];
  readonly #ops: SequenceOp[] = [];
  readonly #symbols = new Map<string, string>();
  #args: readonly TensorType[] = [];
  #transfers = 0;

  constructor(device: string) {
    this.device = new Device(device);
  }

  /** Declares a tile (once per place). @throws {RangeError} where the device has none. */
  tile(at: Coordinate): void {
    this.device.kind(at);
    if (!this.#tiles.some((tile) => sameTile(tile, at))) {
      this.#tiles.push(Object.freeze({ col: at.col, row: at.row }));
    }
  }

  fifo(node: FifoNode): void {
    this.#symbol("object FIFO", node.name);
    if (node.consumers.length === 0) {
      throw new RangeError(`object FIFO "${node.name}" has no consumer`);
    }
    if (node.dimsToStream !== undefined && this.device.kind(node.producer) === "shim") {
      throw new RangeError(
        `object FIFO "${node.name}": a shim tile's producer cannot lay out its stream; ` +
          "give the transfer sizes and strides",
      );
    }
    for (const { tile } of [{ tile: node.producer }, ...node.consumers]) this.tile(tile);
    this.#fifos.push(node);
  }

  /** FIFOs, functions and buffers share the design's names, as they share the MLIR's symbol table. */
  #symbol(kind: string, name: string): void {
    const other = this.#symbols.get(name);
    if (other === kind) throw new RangeError(`${kind} "${name}" is declared twice`);
    if (other !== undefined) {
      throw new RangeError(`${kind} "${name}": the name is taken, by ${other} "${name}"`);
    }
    if (name === "") throw new RangeError(`${kind}: the name is empty`);
    this.#symbols.set(name, kind);
  }

  /** The FIFO of a name. */
  fifoNamed(name: string): FifoNode {
    const found = this.#fifos.find((fifo) => fifo.name === name);
    if (found === undefined) throw new RangeError(`there is no object FIFO "${name}"`);
    return found;
  }

  /** Links FIFOs that meet on one tile. @throws {RangeError} for every rule of a link that is broken. */
  link(node: LinkNode): void {
    const { sources, destinations, sourceOffsets, destinationOffsets } = node;
    const name = `link [${sources}] -> [${destinations}]`;
    const fail = (why: string) => {
      throw new RangeError(`${name}: ${why}`);
    };
    if (sources.length === 0 || destinations.length === 0) fail("needs a source and a destination");
    if (sources.length > 1 && destinations.length > 1) {
      fail("joins several sources or distributes to several destinations, not both");
    }
    if (sources.length > 1 && sourceOffsets.length !== sources.length) {
      fail(`needs ${sources.length} source offsets, got ${sourceOffsets.length}`);
    }
    if (destinations.length > 1 && destinationOffsets.length !== destinations.length) {
      fail(`needs ${destinations.length} destination offsets, got ${destinationOffsets.length}`);
    }
    for (const fifo of sources) {
      if (this.#links.some((link) => link.sources.includes(fifo))) {
        fail(`"${fifo}" has another link`);
      }
    }
    for (const fifo of destinations) {
      if (this.#links.some((link) => link.destinations.includes(fifo))) {
        fail(`"${fifo}" has another link`);
      }
    }
    const at = this.linkTile(node);
    if (at === undefined) return fail("its FIFOs have no tile in common");
    if (this.device.kind(at) === "shim") fail(`${place(at)} is a shim tile and has no memory`);
    if (sources.length + destinations.length > 2 && this.device.kind(at) !== "mem") {
      fail(`joins and splits need a memory tile, ${place(at)} is none`);
    }
    this.#partsFit(sources, destinations[0], sourceOffsets, fail);
    this.#partsFit(destinations, sources[0], destinationOffsets, fail);
    const [source] = sources;
    if (destinations.length > 1 && this.fifoNamed(source).dimsToStream !== undefined) {
      fail(`"${source}" is split and cannot have a layout of its own`);
    }
    this.#links.push(node);
  }

  /** Parts of a join or split lie inside the whole object. */
  #partsFit(
    parts: readonly string[],
    whole: string,
    offsets: readonly number[],
    fail: (why: string) => void,
  ): void {
    const { type } = this.fifoNamed(whole);
    if (parts.length < 2) return;
    parts.forEach((name, i) => {
      const part = this.fifoNamed(name).type, offset = offsets[i];
      if (!Number.isSafeInteger(offset) || offset < 0 || offset + part.elements > type.elements) {
        fail(`"${name}" of ${part.elements} elements at offset ${offset} is not inside ${type}`);
      }
    });
  }

  /** The tile where a link's FIFOs meet. */
  linkTile({ sources, destinations }: LinkNode): Coordinate | undefined {
    const producers = destinations.map((name) => this.fifoNamed(name).producer);
    const [at] = producers;
    if (!producers.every((tile) => sameTile(tile, at))) return undefined;
    return sources.every((name) => this.fifoNamed(name).consumers.some((c) => sameTile(c.tile, at)))
      ? at
      : undefined;
  }

  /** Declares a function once; a second declaration of the same name must agree. */
  function(node: FunctionNode): void {
    const known = this.#functions.find((f) => f.name === node.name);
    if (known === undefined) {
      this.#symbol("function", node.name);
      this.#functions.push(node);
    } else if (String(known.argTypes) !== String(node.argTypes)) {
      throw new TypeError(`function "${node.name}" is declared with two signatures`);
    }
  }

  buffer(node: Omit<BufferNode, "ref">, ref = new MemRef(node.type, node.name)): MemRef {
    const known = this.#buffers.find((buffer) => buffer.name === node.name);
    if (known?.ref === ref) return ref;
    this.#symbol("buffer", node.name);
    this.tile(node.tile);
    this.#buffers.push({ ...node, ref });
    return ref;
  }

  core(node: CoreNode): void {
    if (this.device.kind(node.tile) !== "core") {
      throw new RangeError(`tile ${place(node.tile)} has no core: rows 2 and up have`);
    }
    if (this.#cores.some((core) => sameTile(core.tile, node.tile))) {
      throw new RangeError(`tile ${place(node.tile)} has two programs; a core runs one`);
    }
    this.tile(node.tile);
    this.#cores.push(node);
  }

  sequenceArgs(args: readonly TensorType[]): void {
    this.#args = args;
  }

  /** Adds a transfer and returns its id. @throws for a FIFO without a shim end. */
  configure(transfer: Omit<Transfer, "id">): number {
    const fifo = this.fifoNamed(transfer.fifo);
    const ends = [fifo.producer, ...fifo.consumers.map((c) => c.tile)];
    if (!ends.some((tile) => this.device.kind(tile) === "shim")) {
      throw new RangeError(`transfer on "${fifo.name}": the FIFO has no end at a shim tile`);
    }
    const id = this.#transfers++;
    this.#ops.push({ op: "configure", transfer: { ...transfer, id } });
    return id;
  }

  sequence(op: SequenceOp): void {
    this.#ops.push(op);
  }

  /** The graph, verified. */
  build(): DesignGraph {
    const graph: DesignGraph = {
      device: this.device.id,
      tiles: this.#tiles,
      fifos: this.#fifos,
      links: this.#links,
      functions: this.#functions,
      buffers: this.#buffers,
      cores: this.#cores,
      sequence: { args: this.#args, ops: this.#ops },
    };
    verifyGraph(graph, this.device);
    return graph;
  }
}
