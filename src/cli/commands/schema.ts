/** `schema`: the JSON Schema of scenarios, for editors. */
import { loadCatalogue } from "../../experiment/mod.ts";
import { scenarioJsonSchema } from "../../scenario/mod.ts";
import { Exit, type ExitCode } from "../exit.ts";
import { platformsFor } from "../platforms.ts";
import type { Terminal } from "../terminal.ts";

/** Prints the schema over all registered experiments. */
export async function schema(terminal: Terminal): Promise<ExitCode> {
  const experiments = [...(await loadCatalogue()).values()].map(({ experiment }) => experiment);
  terminal.json(scenarioJsonSchema(experiments, platformsFor(undefined).ids));
  return Exit.ok;
}
