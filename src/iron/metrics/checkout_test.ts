import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkoutSources, type Folders } from "./mod.ts";

/** Makes a folder with these files, and removes it after `use`. */
function withFiles(files: Record<string, string | Uint8Array>, use: (folder: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), "wherewhen-checkout-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function refused(
  files: Record<string, string | Uint8Array>,
  expected: RegExp,
  named?: Partial<Folders>,
) {
  withFiles(files, (folder) => assert.throws(() => checkoutSources(folder, named), expected));
}

Deno.test("designs of Table 7.1 come first, in its order and with its names; others by file", () => {
  const files = ["GEMM", "Copy_DMA", "vreduce-add", "mine", "sub/Other", "__init__"];
  const content = files.flatMap((name) => [[`before/${name}.py`, ""], [`after/${name}.py`, ""]]);
  withFiles({ ...Object.fromEntries(content), "after/notes.md": "" }, (folder) => {
    assert.deepEqual(
      checkoutSources(folder).map(({ design }) => design),
      ["Copy(DMA)", "VReduce(Add)", "GEMM", "mine", "sub/Other"],
    );
  });
});

Deno.test("the artifact's folders are found from the root of its repository", () => {
  const designs = "papers/fccm2025/artifact/example_designs";
  withFiles(
    { [`${designs}/iron/GEMM.py`]: "a", [`${designs}/iron_ext/GEMM.py`]: "b" },
    (folder) => {
      const [gemm] = checkoutSources(folder);
      assert.deepEqual([gemm.before.text, gemm.after.text, gemm.before.language], [
        "a",
        "b",
        "python",
      ]);
    },
  );
});

Deno.test("a Python source may declare its encoding in its first two lines", () => {
  const latin = Uint8Array.from(
    '#!/bin/sh\n# -*- coding: latin-1 -*-\ns = "\u00e9"\n',
    (c) => c.charCodeAt(0),
  );
  withFiles({ "before/a.py": latin, "after/a.py": "s = 1" }, (folder) => {
    assert.match(checkoutSources(folder)[0].before.text, /"\u00e9"/);
  });
});

Deno.test("folders of any name can be named, also for TypeScript", () => {
  withFiles({ "old/a.ts": "", "new/a.ts": "" }, (folder) => {
    const [a] = checkoutSources(folder, { before: "old", after: "new" });
    assert.equal(a.after.language, "typescript");
  });
});

Deno.test("what is no checkout is refused with what was expected", () => {
  assert.throws(() => checkoutSources("/no/such/folder"), /there is no folder \/no\/such\/folder/);
  withFiles({ "a.py": "" }, (folder) => {
    assert.throws(() => checkoutSources(join(folder, "a.py")), /is a file; expected a folder/);
  });
  refused({ "a.py": "" }, /has no two folders of designs; expected before\/ and after\//);
  refused({ "before/a.py": "" }, /--before and --after are given together/, { before: "before" });
  refused({ "before/a.py": "" }, /no folder .*new$/, { before: "before", after: "new" });
  refused({ "before/x": "", "after/x": "" }, /has no sources; expected Python/);
  refused(
    { "before/a.py": "", "before/b.py": "", "after/a.py": "", "after/c.py": "" },
    /only .*before has b\.py; only .*after has c\.py: both folders need files of equal names/,
  );
  refused(
    { "before/a.py": "", "after/a.ts": "" },
    /only .*before has a\.py; only .*after has a\.ts/,
  );
  refused(
    { "before/gemm.py": "", "after/gemm.py": "", "before/GEMM.ts": "", "after/GEMM.ts": "" },
    /two files of .* are called GEMM: rename one/,
  );
});

Deno.test("a source that is too large or no text is refused by name", () => {
  const small = { "after/a.py": "" };
  refused({ ...small, "before/a.py": "#".repeat(1024 * 1024 + 1) }, /a\.py has 1048577 bytes/);
  refused({ ...small, "before/a.py": Uint8Array.of(0x23, 0xff) }, /a\.py is not UTF-8 text/);
  const odd = "# coding: utf-99\n";
  refused({ ...small, "before/a.py": odd }, /a\.py is not utf-99 text; convert it to UTF-8/);
});
