/** What a user is told about sweeps, cases, seeds and their product: the whole text, caret included. */
import assert from "node:assert/strict";
import { z } from "zod";
import { errorsOf, GIVEN, HEAD, transfer } from "./fixture_test.ts";

const range = (n: number) => Array.from({ length: n }, (_, i) => i + 1).join(", ");
// The same experiment with a parameter named like one of its columns.
const COLLIDING = {
  experiments: new Map([["fake/transfer", {
    load: () => ({
      ...transfer,
      parameters: z.strictObject({
        ...(transfer.parameters as unknown as z.ZodObject).shape,
        rounds: z.int().default(1),
      }),
    }),
  }]]),
};

Deno.test("told: an empty sweep", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}sweep: {}\n`),
    `error: an empty sweep varies nothing; name a parameter or drop the key
  --> s.yaml:6:8  (sweep)
   |
 6 | sweep: {}
   |        ^^`,
  );
});

Deno.test("told: a sweep without values", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}sweep: { tls: [] }\n`),
    `error: an empty list sweeps over nothing; give at least one value or drop the key
  --> s.yaml:6:15  (sweep.tls)
   |
 6 | sweep: { tls: [] }
   |               ^^`,
  );
});

Deno.test("told: a sweep over one bare value", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}sweep: { tls: true }\n`),
    `error: expected a list of values to sweep over
  --> s.yaml:6:15  (sweep.tls)
   |
 6 | sweep: { tls: true }
   |               ^^^^`,
  );
});

Deno.test("told: a sweep that says nothing", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}sweep:\n`),
    `error: expected a mapping, not nothing
  --> s.yaml:6:1  (sweep)
   |
 6 | sweep:
   | ^^^^^`,
  );
});

Deno.test("told: wrong values in a sweep", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}parameters: { rtt: 5ms }\nsweep:\n  file_size: [1KB, 2, 3KB, 1000B]\n  tsl: [true]\n  hardware: [edge-50ms, edgee-50ms, 3]\n`,
    ),
    `error: expected a size with its unit, for example 64KiB; 2 needs one of B KB MB GB KiB MiB GiB
  --> s.yaml:7:20  (sweep.file_size.1)
   |
 7 |   file_size: [1KB, 2, 3KB, 1000B]
   |                    ^

error: the same value as item 1 of the list; each point runs once
  --> s.yaml:7:28  (sweep.file_size.3)
   |
 7 |   file_size: [1KB, 2, 3KB, 1000B]
   |                            ^^^^^

error: unknown parameter "tsl"; did you mean "tls"?
  --> s.yaml:8:3  (sweep.tsl)
   |
 8 |   tsl: [true]
   |   ^^^

error: unknown platform "edgee-50ms"; did you mean "edge-50ms"?
  --> s.yaml:9:25  (sweep.hardware.1)
   |
 9 |   hardware: [edge-50ms, edgee-50ms, 3]
   |                         ^^^^^^^^^^

error: expected the name of a platform
  --> s.yaml:9:37  (sweep.hardware.2)
   |
 9 |   hardware: [edge-50ms, edgee-50ms, 3]
   |                                     ^`,
  );
});

Deno.test("told: wrong cases", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}parameters: { rtt: 5ms }\ncases:\n  - { file_size: 1KB }\n  - { tls: true, file_siz: 3 }\n  - {}\n  - { streams: 2 }\n  - 7\n`,
    ),
    `error: unknown parameter "file_siz"; did you mean "file_size"?
  --> s.yaml:8:18  (cases.1.file_siz)
   |
 8 |   - { tls: true, file_siz: 3 }
   |                  ^^^^^^^^

error: an empty case sets nothing; drop it
  --> s.yaml:9:5  (cases.2)
   |
 9 |   - {}
   |     ^^

error: missing parameter "file_size"; write for example 64KiB
   --> s.yaml:10:5  (cases.3.file_size)
    |
 10 |   - { streams: 2 }
    |     ^^^^^^^^^^^^^^

error: expected a mapping, not 7
   --> s.yaml:11:5  (cases.4)
    |
 11 |   - 7
    |     ^`,
  );
});

Deno.test("told: a case that stands twice", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}${GIVEN}cases:\n  - { tls: true }\n  - { tls: true, streams: 1 }\n  - { tls: false }\n`,
    ),
    `error: the same setting as item 1 of the list; each runs once
  --> s.yaml:8:5  (cases.1)
   |
 8 |   - { tls: true, streams: 1 }
   |     ^^^^^^^^^^^^^^^^^^^^^^^^^`,
  );
});

Deno.test("told: a key both in cases and in the sweep", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}cases: [{ tls: true }]\nsweep: { tls: [true, false] }\n`),
    `error: "tls" is set by cases already; sweep another key
  --> s.yaml:7:10  (sweep.tls)
   |
 7 | sweep: { tls: [true, false] }
   |          ^^^`,
  );
});

Deno.test("told: a varied parameter that the model yields too", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}sweep: { rounds: [1, 2] }\n`, COLLIDING),
    `error: varying "rounds" gives a column "rounds", which fake/transfer yields already
  --> s.yaml:6:10  (sweep.rounds)
   |
 6 | sweep: { rounds: [1, 2] }
   |          ^^^^^^`,
  );
});

Deno.test("told: no seeds", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}seeds: 0\n`),
    `error: 0 seeds give no run; at least 1 is needed
  --> s.yaml:6:8  (seeds)
   |
 6 | seeds: 0
   |        ^`,
  );
});

Deno.test("told: too many seeds", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}seeds: 100000\n`),
    `error: 100000 seeds are too many; at most 10000
  --> s.yaml:6:8  (seeds)
   |
 6 | seeds: 100000
   |        ^^^^^^`,
  );
});

Deno.test("told: a range of seeds that is empty", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}seeds: 9..3\n`),
    `error: the range 9..3 is empty; write the smaller number first
  --> s.yaml:6:8  (seeds)
   |
 6 | seeds: 9..3
   |        ^^^^`,
  );
});

Deno.test("told: wrong seeds in a list", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}seeds: [3, 3, 0, x]\n`),
    `error: the seed 3 is listed twice
  --> s.yaml:6:12  (seeds.1)
   |
 6 | seeds: [3, 3, 0, x]
   |            ^

error: a seed is a whole number from 1 to 2147483647
  --> s.yaml:6:15  (seeds.2)
   |
 6 | seeds: [3, 3, 0, x]
   |               ^

error: a seed is a whole number from 1 to 2147483647
  --> s.yaml:6:18  (seeds.3)
   |
 6 | seeds: [3, 3, 0, x]
   |                  ^`,
  );
});

Deno.test("told: seeds of another form", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}seeds: { a: 1 }\n`),
    `error: expected how many (20), a range (1..30) or a list ([3, 7])
  --> s.yaml:6:8  (seeds)
   |
 6 | seeds: { a: 1 }
   |        ^^^^^^^^`,
  );
});

Deno.test("told: too many runs", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}${GIVEN}seeds: 10000\nsweep:\n  streams: [${range(64)}]\n  tls: [true, false]\n`,
    ),
    `error: 1,280,000 runs (64 streams x 2 tls x 10,000 seeds); at most 1,000,000
  --> s.yaml:7:1  (sweep)
   |
 7 | sweep:
   | ^^^^^`,
  );
});
