import assert from "node:assert/strict";
import fc from "fast-check";
import { SKYLAKE_TLB } from "./parts/tlb.ts";
import {
  noTranslations,
  type PageBytes,
  Tlb,
  type TlbArray,
  type TlbSpec,
  translationProfile,
  type Walkable,
} from "./tlb.ts";

const KIB = 1024;
const GIB = 2 ** 30;

/** Maps everything below `bytes`; each entry's line is known from its address alone. */
const flat = (pageBytes: PageBytes, bytes: number): Walkable => ({
  pageBytes,
  path(address, lines) {
    for (let l = 1; l <= 4; l++) lines[l - 1] = Math.floor(address / 2 ** (12 + 9 * (l - 1)) / 8);
    return address < bytes;
  },
});

/** The slow, obvious twin: lists of tags in order of use, searched from one end to the other. */
function twin(spec: TlbSpec, table: Walkable, addresses: readonly number[]) {
  const counts = noTranslations();
  const array = ({ entries, ways }: TlbArray) => {
    const sets = Array.from({ length: entries / ways }, (): number[] => []);
    return (tag: number) => {
      const set = sets[tag % sets.length] as number[];
      const found = set.includes(tag);
      if (found) set.splice(set.indexOf(tag), 1);
      set.push(tag);
      if (set.length > ways) set.shift();
      return found;
    };
  };
  const first = array(spec.first[table.pageBytes]);
  const second = array(spec.second);
  const caches = spec.walk.map((entries) => array({ entries, ways: entries }));
  const leaf = table.pageBytes === 4096 ? 1 : 2;
  for (const address of addresses) {
    counts.accesses++;
    const page = Math.floor(address / table.pageBytes);
    if (first(page)) counts.first++;
    else if (second(page)) counts.second++;
    else if (!table.path(address, [])) counts.faults++;
    else {
      counts.walks++;
      for (let level = leaf; level <= 4; level++) {
        counts.loads[level - 1] = (counts.loads[level - 1] as number) + 1;
        const entry = Math.floor(address / 2 ** (12 + 9 * level));
        if (level < 4 && caches[level - 1]?.(entry) === true) break;
      }
    }
  }
  return counts;
}

const spec: TlbSpec = {
  first: { 4096: { entries: 8, ways: 2 }, 2097152: { entries: 4, ways: 4 } },
  second: { entries: 24, ways: 3 },
  secondHit: 3,
  walk: [4, 2, 1],
};

Deno.test("the TLB counts what its slow twin counts, with faults and both page sizes", () => {
  for (const pageBytes of [4096, 2097152] as const) {
    const addresses = fc.array(
      fc.oneof(fc.nat(60), fc.nat(5000)).map((p) => p * pageBytes + p % 97),
      { minLength: 1, maxLength: 400 },
    );
    fc.assert(fc.property(addresses, (list) => {
      const table = flat(pageBytes, 4000 * pageBytes);
      const tlb = new Tlb(spec);
      for (const a of list) tlb.translate(a, table);
      const slow = twin(spec, table, list);
      // The fourth level has no cache below it in the twin's loop; the model has one entry more to ask.
      assert.deepEqual({ ...tlb.counts, loads: [] }, { ...slow, loads: [] });
      assert.deepEqual(tlb.counts.loads.slice(0, 3), slow.loads.slice(0, 3));
    }));
  }
});

Deno.test("a Cascade Lake core reaches 6 MiB with small pages and 3 GiB with large ones, then it walks", () => {
  const misses = (pageBytes: PageBytes, bytes: number) => {
    const tlb = new Tlb(SKYLAKE_TLB);
    const table = flat(pageBytes, 64 * GIB);
    for (let round = 0; round < 3; round++) {
      if (round === 1) assert.equal(tlb.counts.walks, bytes / pageBytes, "the first round is cold");
      for (let at = 0; at < bytes; at += pageBytes) tlb.translate(at, table);
    }
    return tlb.counts.walks - bytes / pageBytes;
  };
  assert.equal(misses(4096, 6 * 1024 * KIB), 0);
  assert.ok(misses(4096, 12 * 1024 * KIB) > 0);
  assert.equal(misses(2097152, 3 * GIB), 0);
  assert.ok(misses(2097152, 6 * GIB) > 0);
});

Deno.test("a flushed TLB walks from the top", () => {
  const tlb = new Tlb(SKYLAKE_TLB);
  const table = flat(4096, GIB);
  const loads: number[] = [];
  const at = () => {
    loads.length = 0;
    tlb.translate(5 * 4096, table, (level) => loads.push(level));
    return [...loads];
  };
  assert.deepEqual(at(), [4, 3, 2, 1]);
  assert.deepEqual(at(), []);
  tlb.flush();
  assert.deepEqual(at(), [4, 3, 2, 1]);
  tlb.translate(6 * 4096, table, (level) => loads.push(level));
  assert.deepEqual(loads.slice(4), [1], "the entry above is cached");
  assert.equal(tlb.translate(2 * GIB, table), false);
  assert.equal(tlb.counts.faults, 1);
});

Deno.test("expected translations are those of a random walk through the real arrays", () => {
  for (
    const [pageBytes, classes] of [
      [4096, [{ bytes: 8 * 1024 * KIB, accesses: 1 }, { bytes: 256 * KIB, accesses: 1 }]],
      [4096, [{ bytes: 16 * GIB, accesses: 2 }, { bytes: 64 * 1024 * KIB, accesses: 1 }]],
      [2097152, [{ bytes: 64 * GIB, accesses: 2 }, { bytes: GIB, accesses: 1 }]],
    ] as const
  ) {
    const tlb = new Tlb(SKYLAKE_TLB);
    const table = flat(pageBytes, 128 * GIB);
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const operation = () => {
      let base = 0;
      for (const { bytes, accesses } of classes) {
        for (let i = 0; i < accesses; i++) {
          tlb.translate(base + Math.floor(random() * bytes), table);
        }
        base += bytes;
      }
    };
    for (let i = 0; i < 20_000; i++) operation();
    const before = structuredClone(tlb.counts);
    const n = 40_000;
    for (let i = 0; i < n; i++) operation();
    const seen = (now: number, then: number) => (now - then) / n;
    const expected = translationProfile(classes, pageBytes, SKYLAKE_TLB);
    const walks = seen(tlb.counts.walks, before.walks);
    assert.ok(Math.abs(walks - expected.walks) < 0.03, `${walks} against ${expected.walks}`);
    const second = seen(tlb.counts.second, before.second);
    assert.ok(Math.abs(second - expected.second) < 0.05, `${second} against ${expected.second}`);
    // Levels are taken as independent: right to a few per cent.
    tlb.counts.loads.forEach((count, level) => {
      const loads = seen(count, before.loads[level] as number);
      const said = expected.loads[level] as number;
      assert.ok(
        Math.abs(loads - said) < 0.05 * Math.max(1, said),
        `level ${level + 1}: ${loads} against ${said}`,
      );
    });
  }
});
