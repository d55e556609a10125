/**
 * The one place that hands out WASM: the parser's runtime and the grammars, as bytes, so that nothing
 * below depends on how a package finds its own files.
 *
 * In a Bun-built binary there is no node_modules: name the files as further entries of the build and
 * they are found beside the code (README.md, "In a standalone binary").
 */
import { existsSync, readFileSync } from "node:fs";

/** The WASM files in use, each with its place inside an npm package. */
export const WASM_FILES = {
  runtime: "web-tree-sitter/web-tree-sitter.wasm",
  python: "@vscode/tree-sitter-wasm/wasm/tree-sitter-python.wasm",
  typescript: "@vscode/tree-sitter-wasm/wasm/tree-sitter-typescript.wasm",
} as const;

/**
 * Where a binary may have an asset: beside its bundle (Bun), two folders above the worker's bundle, or
 * where the build staged it (deno compile keeps the source tree's folders).
 */
export function binaryPlaces(name: string, from: string): URL[] {
  return ["./", "../../", "../../../dist/build/"].map((at) => new URL(at + name, from));
}

/**
 * The bytes of one WASM file, from its package or from inside the binary.
 *
 * @throws {Error} naming every place that was looked at.
 */
export function wasmBytes(file: keyof typeof WASM_FILES): Uint8Array {
  const path = WASM_FILES[file];
  const places = binaryPlaces(path.split("/").at(-1) as string, import.meta.url);
  try {
    places.unshift(new URL(import.meta.resolve(path)));
  } catch {
    // No such package: this is a standalone binary.
  }
  const found = places.find((place) => existsSync(place));
  if (found === undefined) {
    throw new Error(
      `${path} is neither at ${places.join(" nor at ")}: install the npm package, or embed the ` +
        "file when building a binary",
    );
  }
  return readFileSync(found);
}
