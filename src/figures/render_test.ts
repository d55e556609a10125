import assert from "node:assert/strict";
import { figureSchema, renderFigure } from "./mod.ts";
import { MOCKS } from "./testing/mocks.ts";

/** Width and height in a PNG's header. */
function pngSize(png: Uint8Array): [number, number] {
  assert.deepEqual([...png.slice(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

for (const mock of MOCKS) {
  Deno.test(`${mock.id} is drawn as PNG and SVG from one description`, () => {
    const spec = figureSchema.parse(mock.figure);
    const { png, svg } = renderFigure(mock.table, spec, mock);
    const [width, height] = pngSize(png);
    assert.ok(width >= 1600 && height >= 300, `${width} x ${height}`);
    assert.match(svg, /^<\?xml version="1.0".*\n<svg [^>]*viewBox/);
    assert.ok(svg.includes(`>${mock.title}<`), "the title is text");
    assert.ok(!/NaN|Infinity|undefined/.test(svg));
  });
}
