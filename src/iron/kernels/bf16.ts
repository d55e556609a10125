/** bfloat16 numbers: the upper half of a float32, as 16 bits. */

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** The number that 16 bits stand for. */
export function fromBf16(value: number): number {
  bits[0] = value << 16;
  return float[0];
}

/** A number as 16 bits, rounded to nearest, ties to even. */
export function toBf16(value: number): number {
  float[0] = value;
  const b = bits[0];
  if ((b & 0x7fffffff) > 0x7f800000) return (b >>> 16) | 0x40;
  return ((b + 0x7fff + ((b >>> 16) & 1)) >>> 16) & 0xffff;
}
