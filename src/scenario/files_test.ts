import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { folderFiles } from "./mod.ts";

/** A folder with scenarios/, data/ and secret/, gone after the test. */
function inFolder(test: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), "scenario-"));
  try {
    for (const name of ["scenarios", "data", "secret", "data-too"]) mkdirSync(join(root, name));
    writeFileSync(join(root, "scenarios/a.csv"), "a\n1\n");
    writeFileSync(join(root, "data/b.csv"), "b\n2\n");
    writeFileSync(join(root, "data-too/d.csv"), "d\n4\n");
    writeFileSync(join(root, "secret/c.csv"), "c\n3\n");
    test(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

Deno.test("files are read relative to the scenario, with their hash", () => {
  inFolder((root) => {
    const files = folderFiles(join(root, "scenarios"), [join(root, "data")]);
    assert.deepEqual(files.read("a.csv"), {
      text: "a\n1\n",
      sha256: createHash("sha256").update("a\n1\n").digest("hex"),
    });
    assert.equal((files.read("../data/b.csv") as { text: string }).text, "b\n2\n");
  });
});

Deno.test("nothing outside the named folders is read, whatever the path or link says", () => {
  inFolder((root) => {
    const files = folderFiles(join(root, "scenarios"), [join(root, "data")]);
    symlinkSync(join(root, "secret/c.csv"), join(root, "scenarios/link.csv"));
    symlinkSync(join(root, "secret"), join(root, "scenarios/folder"));
    symlinkSync(join(root, "scenarios/loop"), join(root, "scenarios/loop"));
    const outside = /lies outside the folders that may be read/;
    assert.match(files.read("../secret/c.csv") as string, outside);
    assert.match(files.read("../data-too/d.csv") as string, outside);
    assert.match(files.read("link.csv") as string, outside);
    assert.match(files.read("folder/c.csv") as string, outside);
    assert.match(files.read("loop") as string, /circle/);
    for (const path of [join(root, "secret/c.csv"), "/etc/passwd", "/", root]) {
      assert.match(files.read(path) as string, outside);
    }
    assert.equal((files.read(join(root, "data/b.csv")) as { text: string }).text, "b\n2\n");
    const relative = /write a path relative to the scenario/;
    for (const path of ["C:\\x", "..\\x", "a\0.csv"]) {
      assert.match(files.read(path) as string, relative);
    }
  });
});

Deno.test("only regular text files of a sensible size are read", () => {
  inFolder((root) => {
    const folder = join(root, "scenarios");
    const files = folderFiles(folder, [], 100);
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "big.csv"), "x".repeat(101));
    writeFileSync(join(folder, "latin1.csv"), Uint8Array.from([0x61, 0xe9, 0x0a]));
    assert.match(files.read("gone.csv") as string, /there is no such file/);
    assert.match(files.read("a.csv/x") as string, /there is no such file/);
    assert.match(files.read("sub") as string, /not a regular file/);
    assert.match(files.read("big.csv") as string, /has 1 MiB; at most 1 MiB/);
    assert.match(files.read("latin1.csv") as string, /not UTF-8/);
    if (process.platform !== "win32") {
      execFileSync("mkfifo", [join(folder, "pipe")]);
      assert.match(files.read("pipe") as string, /not a regular file/);
    }
  });
});
