/** Everything that is measured of one source. */
import { type Halstead, halstead } from "./halstead.ts";
import { radonSloc } from "./radon-sloc.ts";
import { pygountSloc } from "./sloc.ts";
import type { SourceParser } from "./syntax.ts";

/** The measures of one source. */
export interface SourceMetrics {
  /** Lines of code by pygount's rule. */
  readonly sloc: number;
  /** Source lines by radon's rule. */
  readonly radonSloc: number;
  readonly halstead: Halstead;
}

/**
 * Measures a source.
 *
 * @param file what errors call it.
 * @throws {SourceSyntaxError} if it is not of the parser's language.
 */
export function measureSource(parser: SourceParser, source: string, file: string): SourceMetrics {
  const text = source.replace(/^\uFEFF/, "");
  const root = parser.parse(text, file);
  return {
    sloc: pygountSloc(root, text, parser.language),
    radonSloc: radonSloc(root, text, parser.language),
    halstead: halstead(root, text, parser.language),
  };
}
