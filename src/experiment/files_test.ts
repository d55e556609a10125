import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkWritable,
  OutputError,
  type WriteAll,
  writeFileAtomic,
  writeFilesAtomic,
} from "./files.ts";

async function inFolder(test: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "files-"));
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes half, then the disk is full. */
const fullDisk: WriteAll = (file, bytes) => {
  writeSync(file, bytes, 0, Math.floor(bytes.length / 2));
  throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
};

Deno.test("a file is written whole, its folder made", () =>
  inFolder((folder) => {
    const path = join(folder, "a/b/c.csv");
    writeFileAtomic(path, "x\n1\n");
    writeFileAtomic(path, new TextEncoder().encode("x\n2\n"));
    assert.equal(readFileSync(path, "utf8"), "x\n2\n");
    assert.deepEqual(readdirSync(join(folder, "a/b")), ["c.csv"]);
  }));

Deno.test("a full disk leaves what was there and nothing half-written", () =>
  inFolder((folder) => {
    const path = join(folder, "c.csv");
    writeFileAtomic(path, "before");
    assert.throws(
      () => writeFileAtomic(path, "after, and longer", fullDisk),
      (e: Error) =>
        e instanceof OutputError &&
        e.message.includes("c.csv: the disk is full; nothing was changed"),
    );
    assert.deepEqual(readdirSync(folder), ["c.csv"]);
    assert.equal(readFileSync(path, "utf8"), "before");
  }));

Deno.test(
  "a real full device is reported as such",
  { ignore: Deno.build.os !== "linux" },
  () =>
    inFolder((folder) => {
      const intoFull: WriteAll = (_, bytes) => Deno.writeFileSync("/dev/full", bytes);
      assert.throws(
        () => writeFileAtomic(join(folder, "x"), "text", intoFull),
        /the disk is full|No space left/,
      );
      assert.deepEqual(readdirSync(folder), []);
    }),
);

Deno.test("a folder that is a file, or below one, cannot be written, and why is said", () =>
  inFolder((folder) => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    assert.throws(
      () => checkWritable(file),
      /cannot write in .*file: .*in the way; choose another/,
    );
    assert.throws(() => checkWritable(join(file, "sub")), /a part of the path is a file/);
    assert.throws(
      () => writeFileAtomic(join(file, "x.csv"), ""),
      /a part of the path is a file|in the way/,
    );
    checkWritable(join(folder, "new/sub"));
    assert.deepEqual(readdirSync(join(folder, "new/sub")), []);
  }));

Deno.test("files that belong together change together, or not at all", () =>
  inFolder((folder) => {
    const [a, b] = [join(folder, "a.csv"), join(folder, "b.json")];
    writeFilesAtomic([[a, "a1"], [b, "b1"]]);
    let written = 0;
    const fullAtSecond: WriteAll = (file, bytes) =>
      ++written === 2 ? fullDisk(file, bytes) : void writeSync(file, bytes);
    assert.throws(
      () => writeFilesAtomic([[a, "a2"], [b, "b2"]], fullAtSecond),
      /cannot write .*b\.json: the disk is full; nothing was changed/,
    );
    assert.deepEqual([a, b].map((path) => readFileSync(path, "utf8")), ["a1", "b1"]);
    assert.deepEqual(readdirSync(folder).sort(), ["a.csv", "b.json"]);
  }));
