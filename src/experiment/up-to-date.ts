/** Whether a scenario's result on disk is still what running it would give, and if not, why. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { firstDifference, type Manifest, parseManifest } from "./manifest.ts";
import { sha256 } from "./hash.ts";

/** Where one scenario's results are. */
export interface ResultPaths {
  /** Folder of the scenario's system. */
  readonly folder: string;
  readonly csv: string;
  readonly manifest: string;
  readonly runlog: string;
  /** The path of a picture with this extension (`png`, `svg`). */
  picture(extension: string): string;
}

/** Result paths of a scenario id (`freshen/fig-4.4`) below the output folder. */
export function resultPaths(out: string, id: string): ResultPaths {
  const parts = id.split("/");
  if (parts.length !== 2 || parts.some((part) => !/^[a-z0-9][a-z0-9._-]*$/i.test(part))) {
    throw new RangeError(`"${id}" is not an id of the form <system>/<name>`);
  }
  const [system, name] = parts as [string, string];
  const base = join(out, system, name);
  return {
    folder: join(out, system),
    csv: `${base}.csv`,
    manifest: `${base}.manifest.json`,
    runlog: `${base}.runlog.json`,
    picture: (extension) => `${base}.${extension}`,
  };
}

/** What a scenario would be made from now. */
export interface Current {
  readonly made_from: Record<string, unknown>;
  readonly scenario_hash: string;
  readonly model_hash: string;
  readonly figure_hash: string | undefined;
  /** Extensions of the pictures that there should be. */
  readonly pictures: readonly string[];
}

/** What has to be done. */
export type Decision =
  | {
    readonly todo: "nothing";
    readonly reason: string;
    readonly manifest: Manifest;
    readonly csv: string;
  }
  /** The table stands; the pictures have to be drawn. */
  | {
    readonly todo: "draw";
    readonly reason: string;
    readonly manifest: Manifest;
    readonly csv: string;
  }
  | { readonly todo: "run"; readonly reason: string };

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Compares the result on disk with what would be made now. */
export function decide(paths: ResultPaths, current: Current): Decision {
  const run = (reason: string): Decision => ({ todo: "run", reason });
  const csv = read(paths.csv);
  const text = read(paths.manifest);
  if (csv === undefined) return run(text === undefined ? "no result yet" : `no ${paths.csv}`);
  if (text === undefined) return run(`no manifest beside ${paths.csv}`);
  const manifest = parseManifest(text);
  if (manifest === undefined) return run(`${paths.manifest} is damaged or of another version`);
  if (manifest.scenario_hash !== current.scenario_hash) {
    const where = firstDifference(manifest.made_from, current.made_from);
    return run(`scenario changed${where === undefined ? "" : `: ${where}`}`);
  }
  if (manifest.model_hash !== current.model_hash) return run("model source changed");
  if (sha256(csv) !== manifest.csv.sha256) return run(`${paths.csv} was edited`);
  if (manifest.figure_hash !== current.figure_hash) {
    const reason = manifest.figure_hash === undefined ? "no picture yet" : "figure changed";
    return { todo: "draw", reason, manifest, csv };
  }
  const missing = current.pictures.map((e) => paths.picture(e)).find((path) => !existsSync(path));
  if (missing !== undefined) return { todo: "draw", reason: `no ${missing}`, manifest, csv };
  return { todo: "nothing", reason: "up to date", manifest, csv };
}
