/** What ships with wherewhen: scenarios, platforms and the data that they name. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { ScenarioHead } from "./head.ts";
import type { Versions } from "./pack.ts";

/** Read-only files by path with `/`, relative to the project: `scenarios/freshen/fig-4.4.yaml`. */
export interface Library {
  /** The paths below `folder`, sorted. */
  list(folder: string): readonly string[];
  /** The bytes of one of them; undefined if there is none. */
  read(path: string): Uint8Array | undefined;
  /** The folder on disk, absent when the files are inside a binary. */
  readonly root?: string;
  /** Inside a binary: the versions of the sources that it was built from. */
  readonly versions?: Versions;
  /** Inside a binary: what `list` shows of each scenario, by path. */
  readonly heads?: Readonly<Record<string, ScenarioHead>>;
}

/** The library as a folder of the source tree. */
export function folderLibrary(root: string): Library {
  return {
    root,
    list(folder) {
      const found: string[] = [];
      const walk = (at: string) => {
        for (const entry of readdirSync(at, { withFileTypes: true })) {
          const path = join(at, entry.name);
          if (entry.isDirectory()) walk(path);
          else if (entry.isFile()) found.push(relative(root, path).split(sep).join("/"));
        }
      };
      try {
        walk(join(root, folder));
      } catch (error) {
        if ((error as { code?: string }).code !== "ENOENT") throw error;
      }
      return found.sort();
    },
    read(path) {
      try {
        return readFileSync(join(root, path));
      } catch (error) {
        if ((error as { code?: string }).code === "ENOENT") return undefined;
        throw error;
      }
    },
  };
}

let shipped: Library | undefined;

/** The library in use: the source tree's, unless a binary has put its own in place. */
export function library(): Library {
  return shipped ??= folderLibrary(fileURLToPath(new URL("../../", import.meta.url)));
}

/** Puts another library in place: the one inside a binary, or a test's. */
export function useLibrary(other: Library): void {
  shipped = other;
}

/** Folders below scenarios/ that hold no scenarios. */
const NOT_SCENARIOS = /^scenarios\/(hardware|apps)\//;

/** Whether a library's file is a scenario. */
export function isScenarioPath(path: string): boolean {
  return path.startsWith("scenarios/") && path.endsWith(".yaml") && !NOT_SCENARIOS.test(path);
}

/** Ids of the shipped scenarios with their paths, in the catalogue's order. */
export function shippedScenarios(): ReadonlyMap<string, string> {
  const byId = new Map<string, string>();
  for (const path of library().list("scenarios")) {
    if (!isScenarioPath(path)) continue;
    byId.set(path.slice("scenarios/".length, -".yaml".length), path);
  }
  const rank = (id: string) => {
    const at = ORDER.indexOf(id.split("/")[0] as string);
    return at < 0 ? ORDER.length : at;
  };
  // Numbers by value, so that fig-5.10 comes after fig-5.9.
  const collator = new Intl.Collator("en", { numeric: true });
  return new Map(
    [...byId].sort(([a], [b]) => rank(a) - rank(b) || collator.compare(a, b)),
  );
}

const ORDER = ["freshen", "escra", "ldnr", "dinos", "iron", "stack", "validation"];
