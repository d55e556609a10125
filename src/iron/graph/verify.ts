/** What a finished design graph must satisfy, whatever interface it was written with. */
import { type Device, ExhaustedError, place } from "../../hardware/npu/mod.ts";
import type { Op } from "./body.ts";
import { depthAt, type DesignGraph, sameTile, type SequenceOp } from "./graph.ts";

/**
 * Checks cores against their FIFOs and the runtime sequence against itself.
 * @throws {RangeError} naming the core and FIFO, or the transfer, that is wrong.
 * @throws {ExhaustedError} if more transfers of a shim tile are configured at once than it has
 * descriptors.
 */
export function verifyGraph(graph: DesignGraph, device: Device): void {
  for (const core of graph.cores) verifyBody(graph, core.tile, core.body);
  verifySequence(graph, device);
}

function verifyBody(
  graph: DesignGraph,
  tile: { readonly col: number; readonly row: number },
  ops: readonly Op[],
): void {
  for (const op of ops) {
    if (op.op === "for") verifyBody(graph, tile, op.body);
    else if (op.op === "acquire" || op.op === "release") {
      const fifo = graph.fifos.find((f) => f.name === op.fifo);
      const who = `core ${place(tile)}`;
      if (fifo === undefined) {
        throw new RangeError(`${who} uses undeclared object FIFO "${op.fifo}"`);
      }
      const consumer = fifo.consumers.findIndex((c) => sameTile(c.tile, tile));
      const at = op.port === "Produce" ? sameTile(fifo.producer, tile) : consumer >= 0;
      const role = op.port === "Produce" ? "producer" : "consumer";
      if (!at) throw new RangeError(`${who} is no ${role} of object FIFO "${op.fifo}"`);
      const depth = depthAt(fifo, op.port === "Produce" ? 0 : consumer + 1);
      if (!Number.isSafeInteger(op.n) || op.n < 1 || op.n > depth) {
        throw new RangeError(
          `${who} ${op.op}s ${op.n} objects of "${op.fifo}", whose ${role} end has ${depth}`,
        );
      }
    }
  }
}

function verifySequence(graph: DesignGraph, device: Device): void {
  const configured = new Map<number, (SequenceOp & { op: "configure" })["transfer"]>();
  const inUse = new Map<string, number>();
  const shimOf = (name: string) => {
    const fifo = graph.fifos.find((f) => f.name === name);
    const ends = fifo === undefined ? [] : [fifo.producer, ...fifo.consumers.map((c) => c.tile)];
    return ends.find((tile) => device.kind(tile) === "shim");
  };
  const freed = new Set<number>();
  for (const op of graph.sequence.ops) {
    if (op.op === "rtp_write") {
      const buffer = graph.buffers.find((b) => b.name === op.buffer);
      if (buffer === undefined) {
        throw new RangeError(`rtp_write: there is no buffer "${op.buffer}"`);
      }
      if (op.index < 0 || op.index >= buffer.type.elements) {
        throw new RangeError(`rtp_write: buffer "${op.buffer}" has no element ${op.index}`);
      }
      continue;
    }
    if (op.op === "configure") {
      const { id, fifo, arg, sizes, strides } = op.transfer;
      if (graph.sequence.args[arg] === undefined) {
        throw new RangeError(`transfer on "${fifo}": the sequence has no argument ${arg}`);
      }
      if (sizes.length !== 4 || strides.length !== 4) {
        throw new RangeError(`transfer on "${fifo}": expected 4 sizes and 4 strides`);
      }
      const at = shimOf(fifo);
      if (at === undefined) throw new RangeError(`transfer on "${fifo}": no end at a shim tile`);
      configured.set(id, op.transfer);
      const now = (inUse.get(place(at)) ?? 0) + 1, has = device.limits(at).bds;
      if (now > has) {
        throw new ExhaustedError(
          `shim tile ${place(at)} has ${has} buffer descriptors, all in use: none left for a ` +
            `transfer on "${fifo}"; await or free earlier ones`,
        );
      }
      inUse.set(place(at), now);
      continue;
    }
    const transfer = configured.get(op.id);
    if (transfer === undefined) {
      throw new RangeError(`${op.op} of transfer ${op.id}: not configured`);
    }
    if (op.op === "await" && !transfer.issueToken) {
      throw new RangeError(`await of a transfer on "${transfer.fifo}" that issues no token`);
    }
    if (op.op === "start" || freed.has(op.id)) continue;
    freed.add(op.id);
    const at = place(shimOf(transfer.fifo) as { col: number; row: number });
    inUse.set(at, (inUse.get(at) as number) - 1);
  }
}
