/** The platforms that a scenario may name: the shipped ones and those in its own `hardware/` folder. */
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import type { PlatformSource, YamlSource } from "../scenario/mod.ts";
import { readBelow } from "./find.ts";
import { library } from "./library.ts";

const ID = /^[a-z0-9][a-z0-9.-]*$/;

/**
 * Platforms for a scenario in `folder`: its own `hardware/<id>.yaml` first, then the shipped ones.
 */
export function platformsFor(folder: string | undefined): PlatformSource {
  const files = new Map<string, () => YamlSource>();
  for (const path of library().list("scenarios/hardware")) {
    const id = path.split("/").at(-1)?.replace(/\.yaml$/, "") as string;
    files.set(id, () => ({ file: path, text: library().read(path) as Uint8Array }));
  }
  const own = folder === undefined ? undefined : join(folder, "hardware");
  if (own !== undefined && existsSync(own)) {
    for (const name of readdirSync(own)) {
      const id = name.replace(/\.yaml$/, "");
      if (id === name || !ID.test(id)) continue;
      const path = join(own, name);
      const shown = relative(process.cwd(), path);
      files.set(id, () => ({ file: shown, text: readBelow(folder as string, path) }));
    }
  }
  return {
    ids: [...files.keys()].sort(),
    read: (id) => (files.get(id) as () => YamlSource)(),
  };
}
