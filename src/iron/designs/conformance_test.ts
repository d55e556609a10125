import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Op } from "../graph/body.ts";
import { type DesignGraph, repeatCount, transferLength } from "../graph/graph.ts";
import { SequentialPlacer } from "../placers/sequential.ts";
import { DESIGNS } from "./catalogue.ts";

// The structure of the published designs, read from their MLIR (data/iron/README.md).
const published = JSON.parse(
  readFileSync(new URL("../../../data/iron/designs.json", import.meta.url), "utf8"),
);

const at = ({ col, row }: { col: number; row: number }) => [col, row];
const byName = (a: any, b: any) => a.name < b.name ? -1 : 1;
const text = (x: unknown) => JSON.stringify(x);

function events(ops: readonly Op[], found: { acquires: any[]; releases: any[]; calls: string[] }) {
  for (const op of ops) {
    if (op.op === "for") events(op.body, found);
    else if (op.op === "acquire") found.acquires.push([op.fifo, op.port, op.n]);
    else if (op.op === "release") found.releases.push([op.fifo, op.port, op.n]);
    else if (op.op === "call") found.calls.push(op.callee.name);
  }
  return found;
}

/** A design graph in the terms of designs.json, without meaningless order. */
function structure(graph: DesignGraph) {
  const ids = new Map<number, number>();
  return {
    device: graph.device,
    tiles: graph.tiles.map(at).map(text).sort(),
    objectfifos: graph.fifos.map((f) => ({
      name: f.name,
      prod: at(f.producer),
      cons: f.consumers.map((c) => ({ tile: at(c.tile) })),
      depth: f.depth,
      shape: [...f.type.shape],
      dtype: f.type.dtype,
      ...(f.dimsToStream && { toStream: f.dimsToStream.map((d) => [d.size, d.stride]) }),
    })).sort(byName),
    links: graph.links.map((l) =>
      text({
        src: l.sources,
        dst: l.destinations,
        src_offsets: l.sourceOffsets,
        dst_offsets: l.destinationOffsets,
      })
    ).sort(),
    buffers: graph.buffers.map((b) => ({ name: b.name, tile: at(b.tile), type: b.type.short }))
      .sort(byName),
    cores: graph.cores.map((c) => ({
      tile: at(c.tile),
      link_with: c.linkWith ?? null,
      ...events(c.body, { acquires: [], releases: [], calls: [] }),
    })).sort((a, b) => text(a.tile) < text(b.tile) ? -1 : 1),
    external_funcs: graph.functions.filter((f) => f.local === undefined)
      .map((f) => ({ name: f.name, args: f.argTypes.map(String) })).sort(byName),
    local_funcs: graph.functions.filter((f) => f.local !== undefined).map((f) => f.name),
    runtime_args: graph.sequence.args.map((t) => t.short),
    runtime_ops: graph.sequence.ops.map((op) => {
      if (op.op === "rtp_write") return ["rtp_write", op.buffer, op.index, op.value];
      if (op.op !== "configure") return [op.op, ids.get(op.id)];
      const { fifo, arg, offset, sizes, strides, issueToken, id } = op.transfer;
      ids.set(id, ids.size);
      return ["configure", {
        id: ids.get(id),
        fifo,
        arg,
        offset,
        len: transferLength(op.transfer),
        sizes: [...sizes],
        strides: [...strides],
        issue_token: issueToken,
        repeat_count: repeatCount(op.transfer),
      }];
    }),
  };
}

function normalised(p: any) {
  return {
    device: p.device,
    tiles: p.tiles.map(text).sort(),
    objectfifos: [...p.objectfifos].sort(byName),
    links: p.links.map(text).sort(),
    buffers: p.buffers.map(({ name, tile, type }: any) => ({ name, tile, type })).sort(byName),
    cores: [...p.cores].sort((a: any, b: any) => text(a.tile) < text(b.tile) ? -1 : 1),
    external_funcs: [...p.external_funcs].sort(byName),
    local_funcs: p.local_funcs,
    runtime_args: p.runtime_args,
    runtime_ops: p.runtime_ops,
  };
}

for (const version of ["before", "after"] as const) {
  Deno.test(`every design ${version} has the published structure`, () => {
    const wrong: string[] = [];
    for (const design of DESIGNS) {
      const graph = version === "before"
        ? design.before()
        : design.after().resolve(new SequentialPlacer());
      const got: any = structure(graph), want: any = normalised(published[design.name][version]);
      for (const key of Object.keys(want)) {
        if (text(got[key]) !== text(want[key])) {
          wrong.push(`${design.name} ${key}:\n  got  ${text(got[key])}\n  want ${text(want[key])}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
  });
}
