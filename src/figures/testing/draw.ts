/** Writes every mock as PNG and SVG into a folder, for the eye: `deno run -A draw.ts <folder> [id…]`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { figureSchema, renderFigure } from "../mod.ts";
import { MOCKS } from "./mocks.ts";

const [folder, ...ids] = process.argv.slice(2);
if (folder === undefined) throw new Error("give a folder to write into");
mkdirSync(folder, { recursive: true });
for (const mock of MOCKS) {
  if (ids.length > 0 && !ids.includes(mock.id)) continue;
  const { title, note } = mock;
  const { png, svg, warnings } = renderFigure(mock.table, figureSchema.parse(mock.figure), {
    title,
    note,
  });
  writeFileSync(join(folder, `${mock.id}.png`), png);
  writeFileSync(join(folder, `${mock.id}.svg`), svg);
  console.log(mock.id, png.length, svg.length, ...warnings);
}
