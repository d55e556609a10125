import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

// Who may import whom (docs/architecture.md, "Floors"). A room missing here may import nothing.
const SUBSTRATE = ["units", "table", "yaml", "kernel", "hardware", "workloads", "model"];
const SYSTEM = [...SUBSTRATE, "serverless"];
const FLOORS: Record<string, readonly string[]> = {
  units: [],
  table: ["units"],
  yaml: ["units"],
  kernel: [],
  hardware: ["units", "kernel"],
  model: ["units", "table", "kernel", "hardware"],
  workloads: ["units", "yaml", "kernel", "hardware"],
  serverless: ["units", "kernel", "hardware", "workloads"],
  validation: SUBSTRATE,
  freshen: SYSTEM,
  escra: SYSTEM,
  ldnr: SYSTEM,
  dinos: [...SYSTEM, "ldnr"],
  iron: SYSTEM,
  stack: [...SYSTEM, "freshen", "escra", "ldnr", "dinos", "iron"],
  claims: ["units", "table"],
  figures: ["units", "table"],
  scenario: ["units", "table", "yaml", "model", "hardware", "claims", "figures"],
  experiment: ["units", "table", "kernel", "hardware", "model", "claims", "scenario"],
  report: ["units", "table", "claims"],
};
// The one file that names the systems.
const REGISTRY = "src/experiment/registry.ts";
const ROOMS_OF_MODELS = ["validation", "freshen", "escra", "ldnr", "dinos", "iron", "stack"];

const root = resolve(import.meta.dirname as string, "..");

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

function imported(text: string): string[] {
  const found = [...text.matchAll(/(?:from|import|import\()\s*"(\.{1,2}\/[^"]+)"/g)];
  const urls = [...text.matchAll(/new URL\(\s*"(\.{1,2}\/[^"]+)"/g)];
  return [...found, ...urls].map((m) => m[1] as string);
}

function room(path: string): string {
  const parts = relative(join(root, "src"), path).split(sep);
  return parts.length > 1 ? parts[0] as string : "";
}

Deno.test("every import goes to a floor that its room may stand on", () => {
  const wrong: string[] = [];
  for (const path of sources(join(root, "src"))) {
    const from = room(path);
    if (from === "" || from === "cli" || path.endsWith("_test.ts")) continue;
    const name = relative(root, path).split(sep).join("/");
    for (const target of imported(readFileSync(path, "utf8"))) {
      const file = resolve(dirname(path), target);
      const to = room(file);
      const inside = relative(join(root, "src"), file);
      if (inside.startsWith("..")) {
        if (!/\.(json|ya?ml|csv|ttf|txt)$/.test(target)) {
          wrong.push(`${name} → ${target} (outside src)`);
        }
        continue;
      }
      if (to === from || (FLOORS[from] ?? []).includes(to)) continue;
      if (name === REGISTRY && ROOMS_OF_MODELS.includes(to)) continue;
      wrong.push(`${name} → ${to}/`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("every room is on the plan of floors", () => {
  const rooms = new Set([...sources(join(root, "src"))].map(room));
  const unknown = [...rooms].filter((r) => r !== "" && r !== "cli" && !(r in FLOORS));
  assert.deepEqual(unknown, []);
});

Deno.test("models draw no hidden randomness and read no wall clock", () => {
  const wrong: string[] = [];
  const below = [...SYSTEM, ...ROOMS_OF_MODELS];
  for (const path of sources(join(root, "src"))) {
    if (!below.includes(room(path)) || /_(test|bench)\.ts$/.test(path)) continue;
    const lines = readFileSync(path, "utf8").split("\n");
    lines.forEach((line, i) => {
      const code = line.replace(/\/\/.*$|^\s*\*.*$|\/\*.*$/, "");
      if (/Math\.random|Date\.now|new Date\(|performance\.now/.test(code)) {
        wrong.push(`${relative(root, path)}:${i + 1}: ${line.trim()}`);
      }
    });
  }
  assert.deepEqual(wrong, []);
});

Deno.test("src/ uses node: modules and web standards, not the Deno global", () => {
  const wrong: string[] = [];
  for (const path of sources(join(root, "src"))) {
    if (/_(test|bench)\.ts$/.test(path)) continue;
    readFileSync(path, "utf8").split("\n").forEach((line, i) => {
      if (/(^|[^A-Za-z."'`])Deno\./.test(line.replace(/\/\/.*$|^\s*\*.*$/, ""))) {
        wrong.push(`${relative(root, path)}:${i + 1}: ${line.trim()}`);
      }
    });
  }
  assert.deepEqual(wrong, []);
});
