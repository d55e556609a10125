/** Element and tensor types of designs, and the typed arrays that hold them on the NPU model. */

/** Element types. `bf16` is kept as its 16 bits. */
export type Dtype = "i8" | "ui8" | "i16" | "i32" | "bf16" | "f32";

/** Types of single values inside a core. */
export type ScalarType = "i8" | "i16" | "i32" | "i64" | "index" | "bf16" | "f32";

/** What holds a tensor's elements. */
export type TypedData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | Uint16Array
  | Float32Array;

const DTYPES: Record<Dtype, { bytes: 1 | 2 | 4; array: any; scalar: ScalarType }> = {
  i8: { bytes: 1, array: Int8Array, scalar: "i8" },
  ui8: { bytes: 1, array: Uint8Array, scalar: "i8" },
  i16: { bytes: 2, array: Int16Array, scalar: "i16" },
  i32: { bytes: 4, array: Int32Array, scalar: "i32" },
  bf16: { bytes: 2, array: Uint16Array, scalar: "bf16" },
  f32: { bytes: 4, array: Float32Array, scalar: "f32" },
};

/** The type of a tensor in memory: an MLIR memref. */
export class TensorType {
  /** Number of elements. */
  readonly elements: number;
  /** Size in bytes. */
  readonly bytes: number;

  constructor(readonly shape: readonly number[], readonly dtype: Dtype) {
    if (DTYPES[dtype] === undefined) {
      throw new TypeError(`element type "${dtype}" is none of ${Object.keys(DTYPES).join(" ")}`);
    }
    for (const dim of shape) {
      if (!Number.isSafeInteger(dim) || dim < 1) {
        throw new RangeError(`tensor of ${dtype}: dimensions must be >= 1, got [${shape}]`);
      }
    }
    this.shape = Object.freeze([...shape]);
    this.elements = shape.reduce((n, dim) => n * dim, 1);
    this.bytes = this.elements * DTYPES[dtype].bytes;
  }

  get elementBytes(): 1 | 2 | 4 {
    return DTYPES[this.dtype].bytes;
  }

  get scalar(): ScalarType {
    return DTYPES[this.dtype].scalar;
  }

  /** `16x16xi32`. */
  get short(): string {
    return [...this.shape, this.dtype].join("x");
  }

  /** `memref<16x16xi32>`. */
  toString(): string {
    return `memref<${this.short}>`;
  }

  equals(other: TensorType): boolean {
    return this.short === other.short;
  }

  /** A typed view of bytes that hold such a tensor. */
  view(bytes: Uint8Array): TypedData {
    const { array, bytes: size } = DTYPES[this.dtype];
    return new array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / size));
  }
}

/** A tensor type: `ndarray([1024], "i32")`. */
export function ndarray(shape: readonly number[], dtype: Dtype): TensorType {
  return new TensorType(shape, dtype);
}

/** A new, zeroed typed array of `elements` elements. */
export function zeros(dtype: Dtype, elements: number): TypedData {
  return new (DTYPES[dtype].array)(elements);
}
