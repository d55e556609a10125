/** What a list shows of a scenario, read without checking it. */

/** A scenario in a line. */
export interface ScenarioHead {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly experiment: string;
  readonly hardware: string;
  /** How many claims it has. */
  readonly claims: number;
}

/**
 * The head of a scenario's YAML. One with an error is still listed, by `file`; `check` tells what is
 * wrong with it.
 */
export async function readHead(file: string, bytes: Uint8Array): Promise<ScenarioHead> {
  let yaml: Record<string, unknown> = {};
  try {
    // Loaded here: a binary knows its heads from its making and needs no parser to list them.
    const { parse } = await import("yaml");
    yaml = (parse(new TextDecoder().decode(bytes)) ?? {}) as Record<string, unknown>;
  } catch { /* listed by its path */ }
  const text = (key: string) => typeof yaml[key] === "string" ? yaml[key] as string : "";
  return {
    id: text("id") || file,
    title: text("title"),
    source: text("source"),
    experiment: text("experiment"),
    hardware: text("hardware"),
    claims: Array.isArray(yaml["claims"]) ? yaml["claims"].length : 0,
  };
}
