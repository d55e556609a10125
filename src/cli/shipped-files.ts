/** The input files that ship with wherewhen, as scenarios name them: `wherewhen:scenarios/apps/media.yaml`. */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { FileReader, FileText } from "../scenario/mod.ts";
import { unknownName } from "../units/mod.ts";
import { library } from "./library.ts";

/** What a path begins with that means a file of wherewhen's, wherever the scenario lies. */
const SCHEME = "wherewhen:";

/** Every file that a scenario may name so: traces, reference tables, applications. */
function shipped(): readonly string[] {
  return [...library().list("data"), ...library().list("scenarios/apps")];
}

function textOf(bytes: Uint8Array): FileText {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { text: new TextDecoder().decode(bytes), sha256 };
}

/** Files that a scenario inside a binary names: paths relative to it, within the library. */
export function filesBeside(scenario: string): FileReader {
  return orShipped({
    read(name) {
      const path = posix.normalize(posix.join(posix.dirname(scenario), name));
      const bytes = name.startsWith("/") ? undefined : library().read(path);
      if (bytes === undefined) return `cannot read "${name}": it is not among the files inside`;
      return textOf(bytes);
    },
  });
}

/** A reader that also knows `wherewhen:` and, where a file is missing, says which one ships. */
export function orShipped(own: FileReader): FileReader {
  return {
    read(name) {
      if (name.startsWith(SCHEME)) {
        const path = name.slice(SCHEME.length);
        const bytes = shipped().includes(path) ? library().read(path) : undefined;
        return bytes === undefined
          ? unknownName("file of wherewhen", path, shipped())
          : textOf(bytes);
      }
      const found = own.read(name);
      if (typeof found !== "string") return found;
      const last = posix.basename(name);
      const same = shipped().find((path) => posix.basename(path) === last);
      return same === undefined ? found : `${found}; "${SCHEME}${same}" ships with wherewhen`;
    },
  };
}
