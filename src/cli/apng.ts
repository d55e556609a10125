/**
 * Animated PNG (W3C PNG specification, third edition): frames that are PNGs of one size and form become
 * one file. Image data is taken over as it is; viewers that know no animation show the first frame.
 */
import { Buffer } from "node:buffer";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

function chunksOf(png: Uint8Array, frame: number): Chunk[] {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) throw new RangeError(`frame ${frame} is no PNG`);
  const found: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    found.push({ type, data: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return found;
}

const CRC = Int32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

/** The check sum of PNG chunks (ISO 3309). */
function crc(bytes: Buffer): number {
  let sum = -1;
  for (const byte of bytes) sum = CRC[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ -1) >>> 0;
}

function written(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), ...parts]);
  const length = Buffer.alloc(4), sum = Buffer.alloc(4);
  length.writeUInt32BE(body.length - 4);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, sum]);
}

function words(...values: number[]): Buffer {
  const out = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => out.writeUInt32BE(value, 4 * i));
  return out;
}

/**
 * One animated PNG of some frames, each shown for `delayMs` milliseconds, again and again.
 * @throws {RangeError} for no frame, or frames of different sizes or forms.
 */
export function animatedPng(frames: readonly Uint8Array[], delayMs: number): Uint8Array {
  const all = frames.map(chunksOf);
  const [first] = all;
  if (first === undefined) throw new RangeError("an animation needs at least one frame");
  const header = first[0].data, [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const out: Buffer[] = [SIGNATURE, written("IHDR", header), written("acTL", words(all.length, 0))];
  let sequence = 0;
  all.forEach((chunks, i) => {
    if (!chunks[0].data.equals(header)) {
      throw new RangeError(`frame ${i} differs from the first in size or form`);
    }
    // Delay as a fraction of seconds; each frame replaces the one before.
    const delay = Buffer.alloc(6);
    delay.writeUInt16BE(Math.round(delayMs), 0);
    delay.writeUInt16BE(1000, 2);
    out.push(written("fcTL", words(sequence++, width, height, 0, 0), delay));
    for (const { type, data } of chunks) {
      if (type !== "IDAT") continue;
      out.push(i === 0 ? written("IDAT", data) : written("fdAT", words(sequence++), data));
    }
  });
  out.push(written("IEND"));
  return new Uint8Array(Buffer.concat(out));
}
