/**
 * Quantities with units: what a scenario writes (`50ms`, `10Gbps`, `0.5 cores`) and the canonical
 * number that a model computes with.
 */

/** A kind of physical quantity that a scenario may write with a unit. */
export type Dimension =
  | "duration"
  | "bytes"
  | "bit_rate"
  | "byte_rate"
  | "frequency"
  | "ratio"
  | "cpu";

/** What a dimension is called in an error message, its canonical unit, and its factors to that unit. */
export interface DimensionInfo {
  /** What an error calls it: `duration`. */
  readonly noun: string;
  /** Unit of the canonical number. */
  readonly canonical: string;
  /** Accepted units and their size in canonical units. */
  readonly units: Readonly<Record<string, number>>;
  /** An example to show in errors. */
  readonly example: string;
  /** Column units (the suffix of a CSV column) and their size in canonical units; the first is the default. */
  readonly columns: Readonly<Record<string, number>>;
  /** Largest value that is taken seriously, in canonical units: what the arithmetic keeps exact. */
  readonly limit: number;
}

const KI = 1024;

/** Every dimension, with durations in whole nanoseconds as the kernel's clock counts them. */
export const DIMENSIONS: Readonly<Record<Dimension, DimensionInfo>> = {
  duration: {
    noun: "duration",
    canonical: "ns",
    units: { ns: 1, us: 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 },
    example: "50ms",
    columns: { ms: 1e6, s: 1e9, us: 1e3, ns: 1 },
    limit: 9e15, // 2500 h: the clock counts whole nanoseconds up to 2^53
  },
  bytes: {
    noun: "size",
    canonical: "B",
    units: { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: KI, MiB: KI ** 2, GiB: KI ** 3 },
    example: "64KiB",
    columns: { bytes: 1, kib: KI, mib: KI ** 2, gib: KI ** 3 },
    limit: 1e15,
  },
  bit_rate: {
    noun: "bit rate",
    canonical: "bps",
    units: { bps: 1, Kbps: 1e3, Mbps: 1e6, Gbps: 1e9 },
    example: "10Gbps",
    columns: { mbps: 1e6, gbps: 1e9, bps: 1 },
    limit: 1e15,
  },
  byte_rate: {
    noun: "byte rate",
    canonical: "B/s",
    units: {
      "B/s": 1,
      "KB/s": 1e3,
      "MB/s": 1e6,
      "GB/s": 1e9,
      "KiB/s": KI,
      "MiB/s": KI ** 2,
      "GiB/s": KI ** 3,
    },
    example: "12GB/s",
    columns: { mb_per_s: 1e6, gb_per_s: 1e9 },
    limit: 1e15,
  },
  frequency: {
    noun: "frequency",
    canonical: "Hz",
    units: { Hz: 1, KHz: 1e3, MHz: 1e6, GHz: 1e9 },
    example: "2.4GHz",
    columns: { hz: 1, mhz: 1e6, ghz: 1e9 },
    limit: 1e15,
  },
  ratio: {
    noun: "percentage",
    canonical: "1",
    units: { "%": 0.01 },
    example: "80%",
    columns: { percent: 0.01 },
    limit: 1e6,
  },
  cpu: {
    noun: "CPU amount",
    canonical: "cores",
    units: { cores: 1, core: 1, millicores: 1e-3 },
    example: "1.5 cores",
    columns: { cores: 1, millicores: 1e-3 },
    limit: 1e6,
  },
};

/** A quantity that could not be read; the message says what was expected. */
export class UnitError extends Error {
  override name = "UnitError";
}

const QUANTITY = /^\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-zµ%/]*)\s*$/;

function listUnits(info: DimensionInfo): string {
  return Object.keys(info.units).join(" ");
}

/**
 * Reads a quantity such as `50ms` into its canonical number (durations are rounded to whole
 * nanoseconds, sizes to whole bytes).
 *
 * @throws {UnitError} for text that is no number, a missing unit, or a unit of another dimension.
 */
export function parseQuantity(text: string, dimension: Dimension): number {
  const info = DIMENSIONS[dimension];
  const match = QUANTITY.exec(text);
  if (match === null) {
    throw new UnitError(`"${text}" is not a ${info.noun}; write for example ${info.example}`);
  }
  const unit = match[2] as string;
  if (unit === "") {
    throw new UnitError(
      `${text.trim()} needs a unit: a ${info.noun} is written in ${
        listUnits(info)
      }, for example ${info.example}`,
    );
  }
  const factor = Object.hasOwn(info.units, unit) ? info.units[unit] : undefined;
  if (factor === undefined) {
    const near = Object.keys(info.units).find((u) => u.toLowerCase() === unit.toLowerCase());
    const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
    throw new UnitError(
      `"${unit}" is not a unit of a ${info.noun}${hint}; use one of ${listUnits(info)}`,
    );
  }
  // Fifteen digits: what was written, without the last-bit error of the multiplication.
  const value = Number((Number(match[1]) * factor).toPrecision(15));
  return dimension === "duration" || dimension === "bytes" ? Math.round(value) : value;
}

/** Text that `parseQuantity` accepts for a dimension, as a JSON Schema pattern. */
export function quantityPattern(dimension: Dimension): string {
  const units = Object.keys(DIMENSIONS[dimension].units).join("|");
  return `^\\s*[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?\\s*(${units})\\s*$`;
}

/**
 * Writes a canonical number in the largest unit that keeps it at 1 or more: `50000000` → `50ms`.
 * Sizes that are whole KiB, MiB or GiB but no whole KB are written so: `65536` → `64KiB`.
 */
export function formatQuantity(value: number, dimension: Dimension): string {
  const info = DIMENSIONS[dimension];
  const binary = (unit: string) => unit.includes("i") && unit !== "min";
  const even = (unit: string) => Number.isInteger(value / (info.units[unit] as number));
  const units = Object.entries(info.units)
    .filter(([unit]) => !["min", "h", "core"].includes(unit))
    .sort((a, b) => b[1] - a[1]);
  const fits = ([, factor]: [string, number]) => Math.abs(value) >= factor;
  const decimal = units.filter(([unit]) => !binary(unit));
  const best = decimal.find(fits) ?? decimal[decimal.length - 1] as [string, number];
  const whole = even(best[0])
    ? undefined
    : units.find((entry) => binary(entry[0]) && fits(entry) && even(entry[0]));
  const [unit, factor] = whole ?? best;
  const rounded = Number((value / factor).toPrecision(12));
  const exact = Number((rounded * factor).toPrecision(15)) === value;
  const amount = exact ? rounded : Number((value / factor).toPrecision(15));
  return dimension === "cpu" ? `${amount} ${unit}` : `${amount}${unit}`;
}
