/**
 * The one font of every picture, DejaVu Sans from its npm package.
 *
 * In a Bun-built binary there is no node_modules: name the two TTF files as further entries of the
 * build, and they are found beside the code (see README.md, "In a standalone binary"):
 * `bun build --compile --asset-naming="[name].[ext]" cli.ts <the two .ttf files> --outfile ...`
 */
import "./no-system-fonts.ts";
import { GlobalFonts } from "@napi-rs/canvas";
import { existsSync, readFileSync } from "node:fs";

/** The family under which the font is registered: no font of the machine answers to this name. */
export const FONT_FAMILY = "Wherewhen DejaVu Sans";

const FILES = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

/** The bytes of a bundled font file, from its package or from inside the binary. */
function fontBytes(file: string): Uint8Array {
  const places = [new URL(file, import.meta.url)];
  try {
    places.unshift(new URL(import.meta.resolve(`dejavu-fonts-ttf/ttf/${file}`)));
  } catch {
    // No such package: this is a standalone binary.
  }
  const found = places.find((place) => existsSync(place));
  if (found === undefined) {
    throw new Error(
      `font ${file} is neither at ${places.join(" nor at ")}: install the npm package ` +
        `dejavu-fonts-ttf, or embed the file when building a binary`,
    );
  }
  return readFileSync(found);
}

let registered = false;

/** Registers the font once; pictures drawn before have no text. */
export function registerFonts(): void {
  if (registered) return;
  for (const file of FILES) {
    const bytes = fontBytes(file);
    if (GlobalFonts.register(bytes as Buffer, FONT_FAMILY) === null) {
      throw new Error(`font ${file} could not be read: the file is damaged`);
    }
  }
  registered = true;
}
