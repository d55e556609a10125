/** The contract between systems and the runner. Imports kernel and hardware (types), nothing above. */
export * from "./experiment.ts";
export * from "./input-file.ts";
