import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { crc32, deflateSync, inflateSync } from "node:zlib";
import { figureSchema } from "../figures/mod.ts";
import { animated, intervalMs } from "./animate.ts";
import { animatedPng } from "./apng.ts";

/** Chunks of a PNG, their check sums checked by zlib. */
function chunks(png: Uint8Array): { type: string; data: Buffer }[] {
  const bytes = Buffer.from(png), found: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at), end = at + 8 + length;
    const body = bytes.subarray(at + 4, end);
    assert.equal(bytes.readUInt32BE(end), crc32(body));
    found.push({ type: body.toString("latin1", 0, 4), data: body.subarray(4) });
    at = end + 4;
  }
  return found;
}

/** A PNG of one colour; its image data in two chunks. */
function plain(side: number, red: number): Uint8Array {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]), ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2], 8);
  const row = Buffer.from([0, ...Array.from({ length: side }, () => [red, 0, 0]).flat()]);
  const data = deflateSync(Buffer.concat(Array.from({ length: side }, () => row)));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", data.subarray(0, 5)),
    chunk("IDAT", data.subarray(5)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

Deno.test("an animated PNG holds each frame's data, in order, and its delay", () => {
  const found = chunks(animatedPng([10, 20, 30].map((red) => plain(3, red)), 400));
  assert.deepEqual(found.map(({ type }) => type), [
    ...["IHDR", "acTL", "fcTL", "IDAT", "IDAT"],
    ...["fcTL", "fdAT", "fdAT", "fcTL", "fdAT", "fdAT", "IEND"],
  ]);
  assert.deepEqual([...found[1].data], [0, 0, 0, 3, 0, 0, 0, 0]);
  const numbered = found.filter(({ type }) => type === "fcTL" || type === "fdAT");
  assert.deepEqual(numbered.map(({ data }) => data.readUInt32BE(0)), [0, 1, 2, 3, 4, 5, 6]);
  const control = found[2].data;
  assert.deepEqual([control.readUInt16BE(20), control.readUInt16BE(22)], [400, 1000]);
  const frames: Buffer[][] = [];
  for (const { type, data } of found) {
    if (type === "fcTL") frames.push([]);
    if (type === "IDAT") frames.at(-1)?.push(data);
    if (type === "fdAT") frames.at(-1)?.push(data.subarray(4));
  }
  assert.deepEqual(frames.map((parts) => inflateSync(Buffer.concat(parts))[1]), [10, 20, 30]);
});

Deno.test("frames of other sizes, no frame and no PNG are refused", () => {
  assert.throws(() => animatedPng([], 400), /needs at least one frame/);
  assert.throws(() => animatedPng([plain(3, 1), plain(4, 1)], 400), /frame 1 differs/);
  assert.throws(() => animatedPng([new Uint8Array(9)], 400), /frame 0 is no PNG/);
});

Deno.test("a heat map with a facet becomes one frame per facet; other figures are refused", () => {
  const rows = [0, 1, 2].flatMap((frame) =>
    [0, 1].map((column) => ({ frame, row: 0, column, order: frame === 0 ? -1 : column }))
  );
  const table = { columns: ["frame", "row", "column", "order"], rows };
  const heatmap = {
    kind: "heatmap",
    x: { column: "column" },
    y: { column: "row" },
    value: { column: "order", blank: -1 },
  };
  const spec = figureSchema.parse({ ...heatmap, facet: { column: "frame" } });
  const found = chunks(animated(table, spec, { title: "tiles" }));
  assert.equal(found.filter(({ type }) => type === "fcTL").length, 3);
  assert.throws(() => animated(table, figureSchema.parse(heatmap), {}), /heat map with a facet/);
  // taplib's: 400 ms, more for many frames.
  assert.deepEqual([5, 100].map(intervalMs), [400, 600]);
});
