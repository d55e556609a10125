/** The rewritten source: wrappers around the accesses, the hook at the end, a source map. */
import MagicString from "magic-string";
import type { Access } from "./access.ts";
import type { InferOptions, InferredResource } from "./infer.ts";
import type { Source } from "./source.ts";

/** A rewritten source. */
export interface Rewritten {
  readonly hook: string;
  readonly code: string;
  readonly map: string;
}

/** Package that provides `createFreshen` and `replayable`. */
export const RUNTIME = "@wherewhen/wherewhen";

/** Writes the wrappers and the hook. */
export function rewrite(
  source: Source,
  resources: readonly InferredResource[],
  accesses: readonly (readonly Access[])[],
  options: InferOptions,
): Rewritten {
  const { text } = source;
  const fr = unused(text, "fr");
  const out = new MagicString(text);
  resources.forEach(({ index, wrapper, wrapped }) => {
    if (!wrapped) return;
    for (const { node } of accesses[index]) {
      const asynchronous = /\bawait\b/.test(text.slice(node.start, node.end)) ? "async " : "";
      out.appendLeft(node.start, `${fr}.${wrapper}(${index}, ${asynchronous}() => `);
      out.prependRight(node.end, ")");
    }
  });
  const helpers = [
    "createFreshen",
    ...(resources.some((r) => r.hook.includes("replayable(")) ? ["replayable"] : []),
  ];
  const runtime = JSON.stringify(options.runtime ?? RUNTIME);
  const names = helpers.map((h) => text.includes(h) ? `${h} as ${unused(text, h)}` : h);
  const importing = source.type === "module"
    ? `import { ${names.join(", ")} } from ${runtime};\n`
    : `const { ${names.join(", ").replaceAll(" as ", ": ")} } = require(${runtime});\n`;
  const local = (helper: string) =>
    names.find((n) => n.startsWith(helper))?.split(" as ").pop() ?? helper;
  const entries = resources.map(({ wrapper, operation, hook }) => {
    const kind = wrapper === "FrFetch" ? "fetch" : "warm";
    const run = hook.replace(/^replayable\(/, `${local("replayable")}(`);
    return `  { name: ${JSON.stringify(operation)}, kind: "${kind}", run: () => ${run} },\n`;
  }).join("");
  const exporting = source.type === "module"
    ? `export const freshen = ${fr}.freshen;\n`
    : /\b(?:module\.)?exports\b/.test(text)
    ? `module.exports.freshen = ${fr}.freshen;\n`
    : `const freshen = ${fr}.freshen;\n`;
  const hook = `${importing}const ${fr} = ${local("createFreshen")}([\n${entries}]);\n${exporting}`;
  out.append(
    `${text.endsWith("\n") || text === "" ? "" : "\n"}\n// The inferred freshen hook\n${hook}`,
  );
  const map = out.generateMap({
    ...(options.file === undefined ? {} : { source: options.file }),
    includeContent: true,
    hires: "boundary",
  });
  return { hook, code: out.toString(), map: map.toString() };
}

function unused(text: string, name: string): string {
  let free = name;
  for (let i = 1; new RegExp(`(?<![\\w$])${free}(?![\\w$])`).test(text); i++) free = `${name}${i}`;
  return free;
}

/** Whether the source has a `freshen` already: the developer's hook, or one inferred before. */
export function ownHook(source: Source): boolean {
  const { text, tree } = source;
  if (!/\bfreshen\b/.test(text)) return false;
  // deno-lint-ignore no-explicit-any
  return /\bexports\.freshen\b/.test(text) || tree.body.some((s: any) => {
    const declared = s.declaration ?? s;
    // deno-lint-ignore no-explicit-any
    return [declared, ...(declared.declarations ?? [])].some((d: any) => d.id?.name === "freshen");
  });
}
