/** Markdown from texts that may hold anything. */

/** A text within a line or a table's cell, not at a line's start: no character of it is markup. */
export function cellText(text: string): string {
  return text.replace(/\s+/g, " ").trim()
    .replace(/[\\`*_[\]|]/g, "\\$&").replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

/** A heading. */
export function heading(level: number, text: string): string {
  return `${"#".repeat(level)} ${cellText(text)}`;
}

/** A table of cells that are Markdown already. */
export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
