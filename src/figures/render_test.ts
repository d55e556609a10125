import assert from "node:assert/strict";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { FigureError, type FigureInput, figureSchema, renderFigure, renderSvg } from "./mod.ts";
import type { Cell, Row, Table } from "../table/mod.ts";
import { MOCKS } from "./testing/mocks.ts";
import { SMALL } from "./testing/small.ts";

function draw(rows: Row[], figure: FigureInput) {
  const table: Table = { columns: Object.keys(rows[0] ?? { time_s: 0, rate_mops: 0 }), rows };
  return renderSvg(table, figureSchema.parse(figure));
}

const series = (values: Cell[]): Row[] => values.map((v, i) => ({ time_s: i, rate_mops: v }));
const line: FigureInput = { kind: "line", x: { column: "time_s" }, y: { column: "rate_mops" } };

/** Width and height in a PNG's header. */
function pngSize(png: Uint8Array): [number, number] {
  assert.deepEqual([...png.slice(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

for (const mock of MOCKS) {
  Deno.test(`the form of ${mock.id} is drawn with its title as text`, () => {
    const { svg } = renderSvg(mock.table, figureSchema.parse(mock.figure), mock);
    assert.match(svg, /^<\?xml version="1.0".*\n<svg [^>]*viewBox/);
    assert.ok(svg.includes(`>${mock.title}<`));
    assert.ok(!/NaN|Infinity|undefined/.test(svg));
  });
}

Deno.test("labels name values wherever they stand: facet, category, outer category, series, table cell", () => {
  const names = { "../apps/hipster.yaml": "HipsterShop", exp: "Exp", escra: "Escra" };
  const at = { app: "../apps/hipster.yaml", workload: "exp", policy: "escra", rate_rps: 3 };
  const rows = [at, { ...at, policy: "static" }, { ...at, app: "media" }];
  const x = { column: "workload" };
  const y = { column: "rate_rps" };
  const figures: FigureInput[] = [
    { kind: "bars", x, y, series: "policy", facet: { column: "app" }, labels: names },
    { kind: "bars", x: { ...x, within: "app" }, y, series: "policy", labels: names },
    { kind: "table", labels: names },
    {
      kind: "panels",
      labels: names,
      panels: [
        { kind: "line", x, y, series: "policy", facet: { column: "app" } },
      ],
    },
  ];
  for (const figure of figures) {
    const { svg } = draw(rows, figure);
    for (const name of Object.values(names)) assert.ok(svg.includes(`>${name}<`), figure.kind);
    assert.ok(!/>(exp|escra|[^<]*hipster[^<]*)</.test(svg), figure.kind);
    assert.ok(svg.includes(">media<"), figure.kind);
  }
});

Deno.test("a PNG is at least 1600 pixels wide, however narrow the figure", () => {
  const [small] = SMALL;
  assert.ok(small !== undefined);
  for (const [width, expected] of [[undefined, 1800], [400, 1600], [1200, 2400]] as const) {
    const spec = figureSchema.parse({ ...small.figure, width });
    assert.equal(pngSize(renderFigure(small.table, spec).png)[0], expected);
  }
});

Deno.test("the same table gives the same bytes, whatever was drawn between", () => {
  const [first, other] = [SMALL[0], SMALL[4]];
  assert.ok(first !== undefined && other !== undefined);
  const spec = figureSchema.parse(first.figure);
  const one = renderFigure(first.table, spec, first);
  renderFigure(other.table, figureSchema.parse(other.figure), other);
  const two = renderFigure(first.table, spec, first);
  assert.deepEqual(one.png, two.png);
  assert.equal(one.svg, two.svg);
});

Deno.test("a picture is white at its edges and inked inside", async () => {
  const spec = figureSchema.parse({ ...line, styles: { rate_mops: { color: "#ff0000" } } });
  const table = { columns: ["time_s", "rate_mops"], rows: series([1, 5, 3]) };
  const { png } = renderFigure(table, spec);
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const pixel = (x: number, y: number) => [...data.slice((y * image.width + x) * 4).slice(0, 4)];
  for (const [x, y] of [[0, 0], [image.width - 1, 0], [0, image.height - 1]] as const) {
    assert.deepEqual(pixel(x, y), [255, 255, 255, 255]);
  }
  let red = 0;
  for (let i = 0; i < data.length; i += 4) {
    if ((data[i] as number) > 240 && (data[i + 1] as number) < 20) red++;
  }
  assert.ok(red > 2000, `${red} pixels of the line`);
});

Deno.test("a missing column is named with its place and the nearest column", () => {
  assert.throws(
    () => draw([{ time_s: 1, rate_mop: 2 }], line),
    (error: Error) =>
      error instanceof FigureError &&
      /^figure\.y\.column: no column "rate_mops".*did you mean rate_mop\?/.test(error.message),
  );
});

Deno.test("an empty table and a filter that keeps nothing are refused", () => {
  assert.throws(() => draw([], line), /the table has no rows/);
  assert.throws(
    () => draw(series([1]), { ...line, where: { time_s: 7 } }),
    /figure\.where keeps no row of the table: \{"time_s":7\}/,
  );
});

Deno.test("points that cannot be shown are told, not dropped in silence", () => {
  const log: FigureInput = { ...line, y: { column: "rate_mops", scale: "log" } };
  assert.deepEqual(draw(series([1, 0, -3, 10]), log).warnings, [
    "Rate: 2 points at or below zero cannot be shown on a log axis",
  ]);
  assert.deepEqual(draw(series([1, null, 2]), line).warnings, [
    "Rate: 1 points have no number and leave a gap",
  ]);
  const repeated = [...series([1, 2]), ...series([3, 4])];
  assert.match(draw(repeated, line).warnings[0] ?? "", /2 places hold several rows/);
  assert.deepEqual(draw(repeated, { ...line, mode: "points" }).warnings, []);
});

Deno.test("odd tables still make a picture: one point, all equal, all zero, tiny, huge", () => {
  for (const values of [[5], [7, 7, 7], [0, 0], [1e-12, 2e-12], [1e15, 3e15], [null, null]]) {
    const { svg } = draw(series(values), line);
    assert.ok(!/NaN|Infinity/.test(svg), JSON.stringify(values));
  }
});

Deno.test("a series keeps its colour in every panel, even where another is missing", () => {
  const rows = [["a", "x", 1], ["a", "y", 2], ["b", "y", 3], ["b", "x", 4]]
    .flatMap(([panel, name, v]) =>
      [1, 2].map((t) => ({
        panel: panel as string,
        name: name as string,
        time_s: t,
        rate_mops: Number(v) * t,
      }))
    );
  const { svg } = draw(rows, { ...line, series: "name", facet: { column: "panel" } });
  const colors = [...svg.matchAll(/stroke="(#\w{6})" stroke-width="2"/g)].map((m) => m[1]);
  assert.deepEqual(new Set(colors), new Set(["#0072B2", "#E69F00"]));
});

Deno.test("columns of two panels with one name and one colour are one entry of the legend", () => {
  const rows: Row[] = [{ design: "a", x_old: 1, x_new: 2, y_old: 3, y_new: 4 }];
  const panel = (name: string) => ({
    kind: "bars" as const,
    x: { column: "design" },
    y: { columns: [`${name}_old`, `${name}_new`], label: name },
  });
  const labels = { x_old: "earlier", x_new: "later", y_old: "earlier", y_new: "later" };
  const count = (styles: Record<string, { color: string }>) =>
    draw(rows, { kind: "panels", panels: [panel("x"), panel("y")], labels, styles })
      .svg.split(">earlier<").length - 1;
  const [old, fresh] = [{ color: "grey" }, { color: "blue" }];
  assert.equal(count({ x_old: old, x_new: fresh, y_old: old, y_new: fresh }), 1);
  assert.equal(count({ x_old: old, x_new: fresh, y_old: fresh, y_new: old }), 2);
});

Deno.test("a heat map draws arrows between fewer than 1024 cells, and says when there are more", () => {
  const cells = (side: number): Row[] =>
    Array.from({ length: side * 32 }, (_, i) => ({ x: i % 32, y: Math.floor(i / 32), order: i }));
  const figure: FigureInput = {
    kind: "heatmap",
    x: { column: "x" },
    y: { column: "y" },
    value: { column: "order" },
    arrows: "order",
  };
  const [few, many] = [31, 32].map((side) => draw(cells(side), figure));
  const arrowsIn = ({ svg }: { svg: string }) => svg.split("#C1121F").length - 1;
  assert.ok(arrowsIn(few) >= 31 * 32 - 1 && few.warnings.length === 0);
  assert.equal(arrowsIn(many), 0);
  assert.match(many.warnings.join(), /no arrows between 1024 cells/);
});

Deno.test("a table without a list of columns shows all of them, one with a list those alone", () => {
  const rows: Row[] = [{ connection: "warm", total_ms: 12.5, rounds: 3 }];
  const all = draw(rows, { kind: "table" }).svg;
  for (const text of ["Connection", "warm", "Total (ms)", "12.5", "Rounds"]) {
    assert.ok(all.includes(`>${text}<`), text);
  }
  const one = draw(rows, { kind: "table", columns: [{ column: "rounds" }] }).svg;
  assert.ok(one.includes(">Rounds<") && !one.includes("Connection"));
});

Deno.test("a timeline's legend shows a moment as the diamond that it is drawn as", () => {
  const bar = { lane: "function", activity: "compute", start_ms: 0, end_ms: 10 };
  const spec: FigureInput = {
    kind: "timeline",
    lane: "lane",
    start: "start_ms",
    end: "end_ms",
    activity: "activity",
  };
  const swatches = (end_ms: number) =>
    draw([bar, { lane: "function", activity: "end", start_ms: 10, end_ms }], spec).svg
      .match(/<rect [^>]*width="20" height="12"/g)?.length;
  assert.deepEqual([swatches(15), swatches(10)], [4, 2]);
});
