/** freshen (chapter 4): functions whose connections and data are made fresh just before they run. */
import type { Experiment } from "../model/mod.ts";
import { transfer } from "./transfer.ts";

/** The experiments of this room. */
export const experiments: readonly Experiment[] = [transfer];
