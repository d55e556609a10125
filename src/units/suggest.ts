/** "Did you mean ...?" and lists of what is accepted. */
import { closest, distance } from "fastest-levenshtein";

/** The candidate that `word` most likely misspells; undefined if none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0 || word.length > 100) return undefined;
  const lower = word.toLowerCase();
  const same = candidates.find((c) => c.toLowerCase() === lower);
  if (same !== undefined) return same;
  const found = closest(lower, candidates.map((c) => c.toLowerCase()));
  const near = candidates.find((c) => c.toLowerCase() === found) as string;
  const longest = Math.max(word.length, near.length);
  // Names without a letter in common are not near, however short.
  const limit = Math.min(longest - 1, Math.max(1, Math.floor(longest / 3)));
  if (distance(lower, found) <= limit) return near;
  // Two letters in the wrong order count two edits, too many in a short word.
  const letters = (text: string) => [...text.toLowerCase()].sort().join("");
  return candidates.find((c) => letters(c) === letters(word));
}

/**
 * `unknown <what> "<word>"`, with the nearest candidate, or else with what is accepted.
 *
 * @param candidates what the word may have meant
 * @param accepted what is accepted here, if that is more than the candidates
 */
export function unknownName(
  what: string,
  word: string,
  candidates: readonly string[],
  accepted = candidates,
): string {
  const near = nearest(word, candidates);
  const start = `unknown ${what} "${shorten(word)}"`;
  if (near !== undefined) return `${start}; did you mean "${near}"?`;
  if (accepted.length === 0) return `${start}; there is none`;
  return `${start}; expected ${oneOf(accepted)}`;
}

/** `one of a, b, c`, cut after a dozen. */
export function oneOf(words: readonly unknown[]): string {
  const shown = words.slice(0, 12).map((w) => String(w));
  const rest = words.length - shown.length;
  if (words.length === 1) return shown[0] as string;
  return `one of ${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** A text that fits into a message. */
export function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

/** How a message names a value of a YAML file. */
export function nameOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return `"${shorten(value)}"`;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a mapping" : String(value);
}
