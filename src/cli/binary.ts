/**
 * The entry of a standalone binary: the command line with the library inside it. `deno task compile`
 * makes the binary, and the packed file that this reads beside its own code.
 */
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { useLibrary } from "./library.ts";
import { main } from "./main.ts";
import { PACK_NAME, packedLibrary } from "./pack.ts";

// Bun puts assets beside its one bundle; deno compile keeps them where they lie in the source tree.
const places = [`./${PACK_NAME}`, `../../dist/build/${PACK_NAME}`].map((place) =>
  fileURLToPath(new URL(place, import.meta.url))
);
const found = places.find((place) => existsSync(place));
if (found === undefined) {
  throw new Error(`this build has no ${PACK_NAME} (${places.join(", ")}): use deno task compile`);
}
useLibrary(packedLibrary(readFileSync(found)));
const code = await main(process.argv.slice(2));
// Output that cannot be written has set one of its own.
process.exitCode ||= code;
