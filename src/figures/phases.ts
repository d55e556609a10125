/** Grey and white bands behind a time series, one per stage, with the stage's value at their edge. */
import type { Row } from "../table/mod.ts";
import { fontOptions, scaleOptions } from "./axes.ts";
import type { Extent } from "./extent.ts";
import { number } from "./data.ts";
import { describeColumn } from "./labels.ts";
import type { Phases } from "./spec.ts";
import type { Annotations } from "./options.ts";
import { INK, SIZE } from "./theme.ts";

/** One stage: from, to (on the x axis) and its printed value. */
export interface Phase {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** Stages of equal value along x, from all rows that share the x axis. */
export function findPhases(
  rows: readonly Row[],
  xColumn: string,
  phases: Phases,
  x: Extent,
  name: (value: Row[string]) => string,
): Phase[] {
  const at = new Map<number, Row[string]>();
  for (const row of rows) {
    const place = number(row[xColumn]);
    if (!Number.isNaN(place)) at.set(place, row[phases.column] ?? null);
  }
  const samples = [...at].sort((a, b) => a[0] - b[0]);
  const stages: { from: number; last: number; value: Row[string] }[] = [];
  for (const [place, value] of samples) {
    const open = stages.at(-1);
    if (open !== undefined && open.value === value) open.last = place;
    else stages.push({ from: place, last: place, value });
  }
  return stages.map((stage, i) => {
    const next = stages[i + 1];
    const before = stages[i - 1];
    const edge = (a: number, b: number) =>
      phases.edges?.find((e) => e >= a && e <= b) ?? (a + b) / 2;
    return {
      from: before === undefined ? x.min : edge(before.last, stage.from),
      to: next === undefined ? x.max : edge(stage.last, next.from),
      label: name(stage.value),
    };
  });
}

/** The bands as annotations: every other one grey. */
export function phaseBands(phases: readonly Phase[]): Annotations {
  return Object.fromEntries(
    phases.flatMap((phase, i) =>
      i % 2 === 1 ? [] : [[`phase${i}`, {
        type: "box",
        xMin: phase.from,
        xMax: phase.to,
        backgroundColor: INK.phase,
        borderWidth: 0,
        drawTime: "beforeDraw",
      }]]
    ),
  );
}

/**
 * A second axis whose labels stand in the middle of the bands: `24 threads` where that fits, else the
 * value alone. `title` is the x axis's own title, which goes below both.
 */
export function phaseScale(
  phases: readonly Phase[],
  description: Phases,
  limits: { readonly min: number; readonly max: number },
  length: number,
  title: string,
): Record<string, unknown> {
  const own = describeColumn(description.column);
  const word = description.label ?? (own.unit === "" ? own.name.toLowerCase() : own.unit);
  const slot = Math.min(
    ...phases.map((p) => ((p.to - p.from) / (limits.max - limits.min)) * length),
  );
  // "1 thread": the one plural that needs care.
  const label = (p: Phase) => `${p.label} ${p.label === "1" ? word.replace(/s$/, "") : word}`;
  const fits = phases.every((p) => label(p).length * 7.2 + 4 < slot);
  const ticks = phases.map((p) => ({
    value: (p.from + p.to) / 2,
    label: fits ? label(p) : p.label,
  }));
  const below = description.position === "bottom";
  const heading = fits ? [] : [description.label ?? own.name];
  const scale = scaleOptions({
    axis: "x",
    position: description.position,
    ruler: { ...limits, ticks },
    grid: false,
    bare: true,
    tickColor: INK.soft,
    title: [...heading, ...(below && title !== "" ? [title] : [])].join(" / "),
    weight: 2,
  });
  return { ...scale, ticks: { ...scale.ticks, font: fontOptions(SIZE.tick - 1) } };
}
