/** Zod types for quantities with units: one source for the check, the type and the editor's JSON Schema. */
import { z } from "zod";
import {
  type Dimension,
  DIMENSIONS,
  formatQuantity,
  parseQuantity,
  quantityPattern,
  UnitError,
} from "./quantity.ts";

/** Limits of a quantity, in canonical units, and the unit of its CSV column. */
export interface QuantityOptions {
  /** Smallest accepted value, in canonical units. */
  readonly min?: number;
  /** Largest accepted value, in canonical units. */
  readonly max?: number;
  /** Refuse `min` itself (default: false). */
  readonly exclusive?: boolean;
  /** Unit of the CSV column when the parameter is swept: the suffix of its name. */
  readonly column?: string;
}

/** What the CSV needs to know of a quantity: its column's suffix and the size of that unit. */
export interface QuantityMeta {
  /** What kind of quantity it is. */
  readonly dimension: Dimension;
  /** Suffix of the CSV column's name: `ms`. */
  readonly columnUnit: string;
  /** Canonical units in one `columnUnit`: 1e6 for ms. */
  readonly columnFactor: number;
}

const quantities = new WeakMap<object, QuantityMeta>();

/** A zod schema that reads a quantity of `dimension` from text and gives its canonical number. */
export function quantity(
  dimension: Dimension,
  options: QuantityOptions = {},
): z.ZodType<number, string> {
  const info = DIMENSIONS[dimension];
  const columnUnit = options.column ?? Object.keys(info.columns)[0] as string;
  const columnFactor = info.columns[columnUnit];
  if (columnFactor === undefined) {
    throw new RangeError(`"${columnUnit}" is not a column unit of a ${info.noun}`);
  }
  const schema = z
    .string({
      error: (issue) =>
        issue.input === undefined
          ? `a ${info.noun} is required here, for example ${info.example}`
          : `expected a ${info.noun} with its unit, for example ${info.example}` +
            (typeof issue.input === "number"
              ? `; ${issue.input} needs one of ${Object.keys(info.units).join(" ")}`
              : ""),
    })
    .meta({
      description: `${info.noun} in ${Object.keys(info.units).join(" ")}`,
      examples: [info.example],
      pattern: quantityPattern(dimension),
    })
    .transform((text, context) => {
      let value: number;
      try {
        value = parseQuantity(text, dimension);
      } catch (error) {
        if (!(error instanceof UnitError)) throw error;
        context.addIssue({ code: "custom", message: error.message, input: text });
        return z.NEVER;
      }
      const { min = 0, max = info.limit, exclusive = false } = options;
      if (!Number.isFinite(value) || value > max || (exclusive ? value <= min : value < min)) {
        const low = `${exclusive ? "more than" : "at least"} ${formatQuantity(min, dimension)}`;
        const high = max === info.limit && value <= max
          ? ""
          : ` and at most ${formatQuantity(max, dimension)}`;
        context.addIssue({
          code: "custom",
          message: `${text} is out of range: expected ${low}${high}`,
          input: text,
        });
        return z.NEVER;
      }
      return value;
    });
  quantities.set(schema, { dimension, columnUnit, columnFactor });
  return schema as unknown as z.ZodType<number, string>;
}

/** A duration; canonical unit: whole nanoseconds. Column unit: ms unless `column` says us, s or ns. */
export const duration = (options?: QuantityOptions) => quantity("duration", options);
/** A data size; canonical unit: bytes. */
export const bytes = (options?: QuantityOptions) => quantity("bytes", options);
/** A link's rate; canonical unit: bits per second. */
export const bitRate = (options?: QuantityOptions) => quantity("bit_rate", options);
/** A memory or DMA rate; canonical unit: bytes per second. */
export const byteRate = (options?: QuantityOptions) => quantity("byte_rate", options);
/** A clock rate or arrival rate; canonical unit: Hz. */
export const frequency = (options?: QuantityOptions) => quantity("frequency", options);
/** A share written in per cent; canonical: the fraction (80% → 0.8). */
export const ratio = (options?: QuantityOptions) => quantity("ratio", options);
/** CPU capacity; canonical unit: cores. */
export const cpu = (options?: QuantityOptions) => quantity("cpu", options);

interface ZodInside {
  readonly _zod?: {
    readonly def?: { readonly innerType?: unknown; readonly options?: readonly unknown[] };
    readonly parent?: unknown;
  };
}

/** The quantity behind a schema, through `.optional()`, unions and the like; undefined if it has no unit. */
export function quantityOf(schema: unknown): QuantityMeta | undefined {
  // `.describe()` and `.refine()` copy a schema and leave the original as its parent.
  let current = schema as ZodInside | undefined;
  while (current !== undefined && current !== null) {
    const found = quantities.get(current);
    if (found !== undefined) return found;
    const def = current._zod?.def;
    if (def?.options !== undefined) {
      // `none | 2 cores` is a quantity, `5 | 2 cores` (two kinds of number) is not.
      const found = def.options.map(quantityOf).filter((meta) => meta !== undefined);
      return found.length === 1 ? found[0] : undefined;
    }
    current = (def?.innerType ?? current._zod?.parent) as typeof current;
  }
  return undefined;
}
