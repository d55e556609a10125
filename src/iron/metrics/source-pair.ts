/** A design's source in both versions, and what was measured of it. */
import { measureSource, type SourceMetrics } from "./measure.ts";
import { loadParser, type SourceLanguage, type SourceParser } from "./syntax.ts";

/** Before the extensions, or after: written against the explicit interface or the extended one. */
export type Version = "before" | "after";

/** One source text. */
export interface SourceText {
  /** What errors call it: its path. */
  readonly file: string;
  readonly language: SourceLanguage;
  readonly text: string;
}

/** One design, written twice. */
export interface SourcePair extends Readonly<Record<Version, SourceText>> {
  /** Its name, as in Table 7.1 where it is one of those. */
  readonly design: string;
}

/** What was measured of one design. */
export interface MeasuredPair extends Readonly<Record<Version, SourceMetrics>> {
  readonly design: string;
}

/** The versions, in the order of time. */
export const VERSIONS_IN_ORDER: readonly Version[] = ["before", "after"];

/** Parsers by language. */
export type Parsers = Partial<Readonly<Record<SourceLanguage, SourceParser>>>;

/** The parsers that these pairs need. */
export async function parsersFor(pairs: readonly SourcePair[]): Promise<Parsers> {
  const languages = new Set(
    pairs.flatMap(({ before, after }) => [before, after])
      .map(({ language }) => language),
  );
  return Object.fromEntries(
    await Promise.all([...languages].map(async (name) => [name, await loadParser(name)] as const)),
  );
}

/**
 * Measures every pair.
 *
 * @throws {SourceSyntaxError} for a source that is not of its language.
 */
export function measurePair(pair: SourcePair, parsers: Parsers): MeasuredPair {
  const measured = ({ file, language, text }: SourceText) => {
    const parser = parsers[language];
    if (parser === undefined) throw new Error(`no parser of ${language} was loaded`);
    return measureSource(parser, text, file);
  };
  return { design: pair.design, before: measured(pair.before), after: measured(pair.after) };
}
