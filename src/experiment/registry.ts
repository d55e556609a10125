/** The systems, one line each, loaded when one of their experiments is asked for. */
import type { Experiment } from "../model/mod.ts";

/** What a system's mod.ts offers to the runner. */
export interface SystemModule {
  readonly experiments: readonly Experiment[];
}

/** Systems by the name of their folder, which need not be the first part of their experiments' ids. */
export type Systems = Readonly<Record<string, () => Promise<SystemModule>>>;

/** Every system of this tool. */
export const SYSTEMS: Systems = {
  dinos: () => import("../dinos/mod.ts"),
  escra: () => import("../escra/mod.ts"),
  freshen: () => import("../freshen/mod.ts"),
  iron: () => import("../iron/mod.ts"),
  ldnr: () => import("../ldnr/mod.ts"),
  validation: () => import("../validation/mod.ts"),
};
