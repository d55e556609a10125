/**
 * `iron/source-metrics`: lines of code and Halstead measures of every design, written against the
 * explicit interface and against the extended one (section 7.7.1, Table 7.1, Figures 7.4 and 7.5).
 */
import { z } from "zod";
import { defineExperiment, inputFile, type Row } from "../../model/mod.ts";
import { bundledSources } from "./bundled.ts";
import { checkMeasured, readMeasured } from "./measured-file.ts";
import { MEASURES, rowsOf } from "./rows.ts";
import { measurePair } from "./source-pair.ts";
import { loadParser } from "./syntax.ts";

// A run cannot wait, and the parser's WASM can only be loaded by waiting: about 20 ms, here.
const parsers = { typescript: await loadParser("typescript") };

const parameters = z.strictObject({
  measured: inputFile(checkMeasured).optional().describe(
    "CSV of measures, as wherewhen iron metrics DIR --csv prints; default: the bundled TypeScript " +
      "designs are measured",
  ),
});

/** Table 7.1 and Figures 7.4 and 7.5. */
export const sourceMetrics = defineExperiment({
  id: "iron/source-metrics",
  says: "Lines of code and Halstead measures of designs before and after the extensions",
  parameters,
  columns: {
    number: { role: "key", says: "Place of the design in its corpus, from 1: as in Table 7.1." },
    design: { role: "key", says: "Name of the design." },
    version: { role: "key", says: "before: the explicit interface. after: the extended one." },
    ...Object.fromEntries(
      Object.entries(MEASURES).map(([name, says]) => [name, { role: "measure" as const, says }]),
    ),
  },
  replications: "rows",
  run({ parameters: { measured }, input }): Iterable<Row> {
    if (measured !== undefined) return readMeasured(input(measured), measured);
    return rowsOf(bundledSources().map((pair) => measurePair(pair, parsers)));
  },
});
