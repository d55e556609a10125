/** Names that become file names: only characters that are safe on every system. */

const PART = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/;
// Windows keeps these for devices, with any extension.
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;
const MAX_PART = 64;

/** Whether `part` may be a file or folder name: lower-case words joined by single `-` or `.`. */
export function isSafeName(part: string): boolean {
  return part.length <= MAX_PART && PART.test(part) && !DEVICE.test(part);
}

/** Whether `id` is `<system>/<name>`, each a safe name: `freshen/fig-4.6`. */
export function isScenarioId(id: string): boolean {
  const parts = id.split("/");
  return parts.length === 2 && parts.every(isSafeName);
}
