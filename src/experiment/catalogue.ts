/** Experiments by id, over the systems of a registry. */
import type { Experiment } from "../model/mod.ts";
import { type SystemModule, SYSTEMS, type Systems } from "./registry.ts";

/** One experiment and the system that offers it. */
export interface CatalogueEntry {
  readonly id: string;
  /** The registry's name of the system: the folder of its source. */
  readonly system: string;
  readonly experiment: Experiment;
  /** The experiment, as the scenario loader asks for it. */
  load(): Experiment;
}

/** Every experiment by id, in the registry's order. */
export type Catalogue = ReadonlyMap<string, CatalogueEntry>;

/**
 * Loads every system and lists its experiments.
 *
 * @throws {Error} if two systems offer the same id, or an id is not `<system>/<experiment>`.
 */
export async function loadCatalogue(systems: Systems = SYSTEMS): Promise<Catalogue> {
  const catalogue = new Map<string, CatalogueEntry>();
  const modules = await Promise.all(
    Object.entries(systems).map(async ([name, load]) => [name, await load()] as const),
  );
  for (const [system, { experiments }] of modules) {
    for (const experiment of experiments) {
      const { id } = experiment;
      if (!/^[a-z0-9-]+\/[a-z0-9-]+$/.test(id)) {
        throw new Error(`system ${system}: "${id}" is not <system>/<experiment>`);
      }
      const other = catalogue.get(id);
      if (other !== undefined) {
        throw new Error(`experiment ${id} is offered by ${other.system} and by ${system}`);
      }
      catalogue.set(id, { id, system, experiment, load: () => experiment });
    }
  }
  return catalogue;
}

const loaded = new WeakMap<Systems, Map<string, Promise<SystemModule>>>();

/**
 * Finds one experiment, loading the system that its id begins with first and the others only if
 * that one does not offer it.
 *
 * @throws {Error} if no system offers it.
 */
export async function findExperiment(id: string, systems: Systems = SYSTEMS): Promise<Experiment> {
  let modules = loaded.get(systems);
  if (modules === undefined) loaded.set(systems, modules = new Map());
  const prefix = id.split("/")[0];
  const names = Object.keys(systems).sort((a, b) => Number(b === prefix) - Number(a === prefix));
  for (const name of names) {
    let module = modules.get(name);
    if (module === undefined) modules.set(name, module = systems[name]());
    const found = (await module).experiments.find((e) => e.id === id);
    if (found !== undefined) return found;
  }
  throw new Error(`no system offers the experiment ${id}`);
}
