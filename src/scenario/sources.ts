/** What the loader is given: where experiments, platforms, files and SQL come from. */
import type { Experiment } from "../model/mod.ts";
import type { YamlSource } from "../yaml/mod.ts";

/** One experiment, loaded when a scenario asks for it. */
export interface ExperimentEntry {
  /** The experiment; asked for once a scenario names it. */
  load(): Promise<Experiment> | Experiment;
}

/** The platforms there are. */
export interface PlatformSource {
  /** Names that `hardware:` may have. */
  readonly ids: readonly string[];
  /** The YAML of one of `ids`. */
  read(id: string): YamlSource;
}

/** A text file that a scenario names. */
export interface FileText {
  readonly text: string;
  /** SHA-256 of its bytes, in hex. */
  readonly sha256: string;
}

/** Reads the files that a scenario names, and refuses all others. */
export interface FileReader {
  /** The file's text, or a sentence saying why it is not read. */
  read(path: string): FileText | string;
}

/** What preparing a statement over empty tables tells. */
export type Prepared = { readonly columns: readonly string[] } | { readonly error: string };

/** Prepares an SQL statement over empty tables of the columns given, without running it. */
export type PrepareSql = (
  statement: string,
  tables: Readonly<Record<string, readonly string[]>>,
) => Prepared;

/** Everything that loading a scenario needs beside its text. */
export interface LoadOptions {
  /** Experiments by id: `<system>/<name>`. */
  readonly experiments: ReadonlyMap<string, ExperimentEntry>;
  /** Where `hardware:` looks. */
  readonly platforms: PlatformSource;
  /** Reader for input files and references; without it a scenario that names files is refused. */
  readonly files?: FileReader;
  /** Checks `table` and claims; without it SQL is not checked before the run. */
  readonly prepareSql?: PrepareSql;
}
