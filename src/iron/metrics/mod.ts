/** Source metrics: what a program outside the experiments may use of them. */
export { bundledSources, DESIGNS_PACK, packedDesigns } from "./bundled.ts";
export { CheckoutError, checkoutSources, type Folders, SourceFileError } from "./checkout.ts";
export { type Halstead } from "./halstead.ts";
export { measureSource, type SourceMetrics } from "./measure.ts";
export { MEASURED_COLUMNS } from "./measured-file.ts";
export { type MeasureColumn, MEASURES, rowsOf } from "./rows.ts";
export {
  type MeasuredPair,
  measurePair,
  parsersFor,
  type SourcePair,
  type SourceText,
  type Version,
} from "./source-pair.ts";
export { type DesignChanges, summarise, type Summary } from "./summary.ts";
export { loadParser, type SourceLanguage, type SourceParser, SourceSyntaxError } from "./syntax.ts";
export { WASM_FILES } from "./wasm-bytes.ts";
