/** freshen (chapter 4): functions whose connections and data are made fresh just before they run. */
import type { Experiment } from "../model/mod.ts";
import { applications } from "./applications.ts";
import { chain } from "./chain.ts";
import { day } from "./day.ts";
import { timeline } from "./timeline.ts";
import { transfer } from "./transfer.ts";
import { triggers } from "./triggers.ts";

/** The experiments of this room. */
export const experiments: readonly Experiment[] = [
  applications,
  timeline,
  triggers,
  transfer,
  chain,
  day,
];
