/** Published numbers keep the digits that were written: `8.0` says more than 8. */
import { placeAt, type YamlFile } from "../yaml/mod.ts";

/** The value at a top-level key, with `published` and `tolerance` of claims as text. */
export function keepWritten(yaml: YamlFile, key: string): unknown {
  const { place } = placeAt(yaml.root, [key]);
  if (key !== "claims" || !Array.isArray(place.value)) return place.value;
  return place.value.map((claim: unknown, i) => {
    if (typeof claim !== "object" || claim === null || Array.isArray(claim)) return claim;
    const kept: Record<string, unknown> = { ...claim };
    for (const name of ["published", "tolerance"]) {
      const at = placeAt(yaml.root, [key, i, name]);
      if (at.found && typeof at.place.value === "number" && at.place.written !== undefined) {
        kept[name] = at.place.written;
      }
    }
    return kept;
  });
}
