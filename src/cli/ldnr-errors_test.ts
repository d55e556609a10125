/** What a user of LD-NR scenarios is told about what cannot be: reason, file, line and column. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inFolder, wherewhen } from "./testing.ts";

const HEAD = `id: ldnr/mine
title: Mine
source: a test
experiment: ldnr/hashmap
hardware: xeon-8260-4s
figure: { kind: line, x: { column: time_s, unit: s }, y: { column: throughput_mops, unit: op/s } }
parameters:
`;
const FIRST = HEAD.split("\n").length;

/** Parameters, where the error is (line of the parameters, column), and what it says. */
const REFUSED: readonly [name: string, yaml: string, at: [number, number], says: RegExp][] = [
  [
    "more replicas than domains",
    "  structure: ldnr\n  threads: 48\n  replicas: 5\n",
    [3, 13],
    /5 replicas are more than the machine's 4 NUMA domains; use at most 4/,
  ],
  [
    "more threads than cores, in the phase that has them",
    "  structure: ldnr\n  threads: [24, 120]\n",
    [2, 17],
    /120 threads are more than the 96 cores .*; use at most 96/,
  ],
  [
    "a log smaller than its threshold",
    "  structure: nr2\n  threads: 48\n  log: 64KiB\n",
    [3, 8],
    /log of 1024 entries is smaller than twice its collection threshold of 8192 .* use at least 1MiB/,
  ],
  [
    "a replica on a domain without memory",
    "  structure: ldnr\n  threads: 72\n  domain_memory: [8GiB, 8GiB, 0B, 8GiB]\n",
    [3, 31],
    /out of memory: replica 2 needs 2\.13 GiB on domain 2, which has 0\.00 GiB free of 0\.00 GiB/,
  ],
  [
    "a replica that is added to a domain without memory",
    "  structure: ldnr\n  threads: 48\n  domain_memory: [8GiB, 8GiB, 8GiB, 0B]\n" +
    "  changes:\n    - { at: 1s, add: 3 }\n",
    [5, 22],
    /out of memory: the replica on domain 3 needs 2\.13 GiB on domain 3/,
  ],
  [
    "removing the last replica",
    "  structure: ldnr\n  threads: 24\n  changes:\n    - { at: 1s, remove: 0 }\n",
    [4, 25],
    /the replica on domain 0 is the last one; add another first/,
  ],
  [
    "an affinity that does not exist",
    "  structure: ldnr\n  threads: 24\n  changes:\n    - { at: 1s, add: 7 }\n",
    [4, 22],
    /affinity 7 does not exist; the machine's domains are 0\.\.3/,
  ],
  [
    "a change of replicas by NR, which has none",
    "  structure: nr4\n  threads: 96\n  changes:\n    - { at: 1s, remove: 0 }\n",
    [3, 3],
    /nr4 cannot change its replicas; use ldnr/,
  ],
  [
    "a replica that is idle but does not exist",
    "  structure: ldnr\n  threads: 48\n  idle: { replica: 2, from: 2s, until: 4s }\n",
    [3, 20],
    /replica 2 does not exist in every phase; there are replicas 0\.\.1/,
  ],
  [
    "a change after the end of the run",
    "  structure: ldnr\n  threads: 48\n  changes:\n    - { at: 6s, remove: 1 }\n",
    [4, 13],
    /the run lasts 6 s; change replicas before its end, or add phases/,
  ],
  [
    "NR that no phase has enough threads for",
    "  structure: nr4\n  threads: 3\n",
    [2, 12],
    /nr4 needs a thread for each of its 4 replicas; no phase has more than 3/,
  ],
  [
    "more replicas of LD-NR than threads",
    "  structure: ldnr\n  threads: 3\n  replicas: 4\n",
    [3, 13],
    /4 replicas for 3 threads leave some without a thread; use at most 3/,
  ],
  [
    "a number of shards that DashMap cannot have",
    "  structure: dashmap\n  threads: 3\n  shards: 12\n",
    [3, 11],
    /their number is a power of two; use 8 or 16/,
  ],
  [
    "lists of phases as points of a sweep",
    "  structure: nr4\n  threads: 48\nsweep:\n  write: [[0%, 10%], 50%]\n",
    [4, 11],
    /"write" is varied by single values, each a run of its own; .* write the list under parameters/,
  ],
];

for (const [name, yaml, [line, column], says] of REFUSED) {
  Deno.test(`refused with its place: ${name}`, async () => {
    await inFolder(async (folder) => {
      const file = join(folder, "mine.yaml");
      writeFileSync(file, HEAD + yaml);
      const { code, out, err } = await wherewhen("check", file);
      const told = out + err;
      assert.equal(code, 3, told);
      assert.match(told, says);
      const place = `mine.yaml:${FIRST + line - 1}:${column}`;
      assert.ok(told.includes(place), `${place} in\n${told}`);
    });
  });
}
