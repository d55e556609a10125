/** Grey and white bands behind a time series, one per stage, with the stage's value at their edge. */
import type { Row } from "../table/mod.ts";
import { type Extent, fontOptions, scaleOptions } from "./axes.ts";
import { number } from "./data.ts";
import { describeColumn } from "./labels.ts";
import type { Phases } from "./spec.ts";
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
export function phaseBands(phases: readonly Phase[]): Record<string, unknown> {
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

/** A second axis whose labels stand in the middle of the bands. */
export function phaseScale(
  phases: readonly Phase[],
  description: Phases,
  limits: { min: number; max: number },
): Record<string, unknown> {
  const own = describeColumn(description.column);
  const title = description.label ?? (own.unit === "" ? own.name : `${own.name} (${own.unit})`);
  const ticks = phases.map((p) => ({ value: (p.from + p.to) / 2, label: p.label }));
  return {
    ...scaleOptions({
      axis: "x",
      position: description.position,
      ruler: { ...limits, ticks },
      grid: false,
      bare: true,
      tickColor: INK.soft,
      title,
      titleColor: INK.soft,
      weight: 2,
    }),
    ticks: {
      ...scaleOptions({ axis: "x", position: "bottom", ruler: { ...limits, ticks } }).ticks,
      color: INK.soft,
      font: fontOptions(SIZE.tick),
      padding: 0,
    },
  };
}
