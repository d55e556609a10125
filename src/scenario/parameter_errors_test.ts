/** What a user is told about keys, names and parameters: the whole text, caret included. */
import assert from "node:assert/strict";
import { errorsOf, GIVEN, HEAD } from "./fixture_test.ts";

Deno.test("told: an input file that the experiment cannot use, once for each file", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { file_size: 1KB, rtt: 5ms, trace: traces/empty.csv }\n`),
    `error: traces/empty.csv: no jobs
  --> s.yaml:5:48  (parameters.trace)
   |
 5 | parameters: { file_size: 1KB, rtt: 5ms, trace: traces/empty.csv }
   |                                                ^^^^^^^^^^^^^^^^`,
  );
});

Deno.test("told: an unknown key", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}swep: { tls: [true] }\n`),
    `error: unknown key "swep"; did you mean "sweep"?
  --> s.yaml:6:1  (swep)
   |
 6 | swep: { tls: [true] }
   | ^^^^`,
  );
});

Deno.test("told: missing keys", async () => {
  assert.equal(
    await errorsOf("id: fake/a\nparameters: {}\n"),
    `error: missing key "experiment" (the model to run: <system>/<experiment>)
  --> s.yaml:1:1  (experiment)
   |
 1 | id: fake/a
   | ^^^^^^^^^^

error: missing key "hardware" (the platform: a file in scenarios/hardware/)
  --> s.yaml:1:1  (hardware)
   |
 1 | id: fake/a
   | ^^^^^^^^^^

error: missing key "title" (title of the figure)
  --> s.yaml:1:1  (title)
   |
 1 | id: fake/a
   | ^^^^^^^^^^`,
  );
});

Deno.test("told: an id that would leave the folder", async () => {
  assert.equal(
    await errorsOf(HEAD.replace("fake/fig-1", "../etc/passwd") + GIVEN),
    `error: "../etc/passwd" is not an id: expected <system>/<name> in lower-case letters, digits, - and ., for example freshen/fig-4.6
  --> s.yaml:1:5  (id)
   |
 1 | id: ../etc/passwd
   |     ^^^^^^^^^^^^^`,
  );
});

Deno.test("told: an unknown experiment", async () => {
  assert.equal(
    await errorsOf(HEAD.replace("fake/transfer", "fake/transfr") + GIVEN),
    `error: unknown experiment "fake/transfr"; did you mean "fake/transfer"?
  --> s.yaml:3:13  (experiment)
   |
 3 | experiment: fake/transfr
   |             ^^^^^^^^^^^^`,
  );
});

Deno.test("told: an unknown platform", async () => {
  assert.equal(
    await errorsOf(HEAD.replace("edge-50ms", "edge-50sm") + GIVEN),
    `error: unknown platform "edge-50sm"; did you mean "edge-50ms"?
  --> s.yaml:4:11  (hardware)
   |
 4 | hardware: edge-50sm
   |           ^^^^^^^^^`,
  );
});

Deno.test("told: a bare number where a unit is needed", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { file_size: 1KB, rtt: 50 }\n`),
    `error: expected a duration with its unit, for example 50ms; 50 needs one of ns us ms s min h
  --> s.yaml:5:36  (parameters.rtt)
   |
 5 | parameters: { file_size: 1KB, rtt: 50 }
   |                                    ^^`,
  );
});

Deno.test("told: a unit of another dimension", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { file_size: 1ms, rtt: 5MS }\n`),
    `error: "ms" is not a unit of a size; use one of B KB MB GB KiB MiB GiB
  --> s.yaml:5:26  (parameters.file_size)
   |
 5 | parameters: { file_size: 1ms, rtt: 5MS }
   |                          ^^^

error: "MS" is not a unit of a duration (did you mean ms?); use one of ns us ms s min h
  --> s.yaml:5:36  (parameters.rtt)
   |
 5 | parameters: { file_size: 1ms, rtt: 5MS }
   |                                    ^^^`,
  );
});

Deno.test("told: quantities out of range", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}parameters: { file_size: 0B, rtt: -5ms, link_rate: 0bps, loss: 200% }\n`,
    ),
    `error: 0B is out of range: expected more than 0B
  --> s.yaml:5:26  (parameters.file_size)
   |
 5 | parameters: { file_size: 0B, rtt: -5ms, link_rate: 0bps, loss: 200% }
   |                          ^^

error: -5ms is out of range: expected at least 0ns and at most 60s
  --> s.yaml:5:35  (parameters.rtt)
   |
 5 | parameters: { file_size: 0B, rtt: -5ms, link_rate: 0bps, loss: 200% }
   |                                   ^^^^

error: 0bps is out of range: expected more than 0bps
  --> s.yaml:5:52  (parameters.link_rate)
   |
 5 | parameters: { file_size: 0B, rtt: -5ms, link_rate: 0bps, loss: 200% }
   |                                                    ^^^^

error: 200% is out of range: expected at least 0% and at most 100%
  --> s.yaml:5:64  (parameters.loss)
   |
 5 | parameters: { file_size: 0B, rtt: -5ms, link_rate: 0bps, loss: 200% }
   |                                                                ^^^^`,
  );
});

Deno.test("told: an absurd quantity", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { file_size: 1e30GB, rtt: 5ms }\n`),
    `error: 1e30GB is out of range: expected more than 0B and at most 1000000GB
  --> s.yaml:5:26  (parameters.file_size)
   |
 5 | parameters: { file_size: 1e30GB, rtt: 5ms }
   |                          ^^^^^^`,
  );
});

Deno.test("told: a choice that does not exist", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { file_size: 1KB, rtt: 5ms, connection: worm }\n`),
    `error: expected one of cold, warm, not "worm"; did you mean "warm"?
  --> s.yaml:5:53  (parameters.connection)
   |
 5 | parameters: { file_size: 1KB, rtt: 5ms, connection: worm }
   |                                                     ^^^^`,
  );
});

Deno.test("told: values of the wrong type", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}parameters: { file_size: 1KB, rtt: 5ms, tls: yes, streams: 2.5, phases: 3 }\n`,
    ),
    `error: expected true or false, not "yes"
  --> s.yaml:5:46  (parameters.tls)
   |
 5 | parameters: { file_size: 1KB, rtt: 5ms, tls: yes, streams: 2.5, phases: 3 }
   |                                              ^^^

error: expected a whole number, not 2.5
  --> s.yaml:5:60  (parameters.streams)
   |
 5 | parameters: { file_size: 1KB, rtt: 5ms, tls: yes, streams: 2.5, phases: 3 }
   |                                                            ^^^

error: expected a list, not 3
  --> s.yaml:5:73  (parameters.phases)
   |
 5 | parameters: { file_size: 1KB, rtt: 5ms, tls: yes, streams: 2.5, phases: 3 }
   |                                                                         ^`,
  );
});

Deno.test("told: a number out of range", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { file_size: 1KB, rtt: 5ms, streams: 0 }\n`),
    `error: 0 is out of range: expected at least 1
  --> s.yaml:5:50  (parameters.streams)
   |
 5 | parameters: { file_size: 1KB, rtt: 5ms, streams: 0 }
   |                                                  ^`,
  );
});

Deno.test("told: mistakes deep inside a list", async () => {
  assert.equal(
    await errorsOf(
      `${HEAD}parameters:\n  file_size: 1KB\n  rtt: 5ms\n  phases:\n    - { thraeds: 3, lasts: 5ms }\n    - threads: x\n    - 5\n`,
    ),
    `error: unknown key "thraeds"; did you mean "threads"?
  --> s.yaml:9:9  (parameters.phases.0.thraeds)
   |
 9 |     - { thraeds: 3, lasts: 5ms }
   |         ^^^^^^^

error: missing key "lasts"; a duration is required here, for example 50ms
   --> s.yaml:10:7  (parameters.phases.1.lasts)
    |
 10 |     - threads: x
    |       ^^^^^^^^^^

error: expected a whole number, not "x"
   --> s.yaml:10:16  (parameters.phases.1.threads)
    |
 10 |     - threads: x
    |                ^

error: expected a mapping, not 5
   --> s.yaml:11:7  (parameters.phases.2)
    |
 11 |     - 5
    |       ^`,
  );
});

Deno.test("told: missing parameters", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters:\n  tls: true\n`),
    `error: missing parameter "file_size"; write for example 64KiB
  --> s.yaml:5:1  (parameters.file_size)
   |
 5 | parameters:
   | ^^^^^^^^^^

error: missing parameter "rtt"; write for example 50ms
  --> s.yaml:5:1  (parameters.rtt)
   |
 5 | parameters:
   | ^^^^^^^^^^`,
  );
});

Deno.test("told: a missing parameter that a typo explains", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters:\n  file_sise: 1KB\n  rtt: 5ms\n`),
    `error: unknown parameter "file_sise"; did you mean "file_size"?
  --> s.yaml:6:3  (parameters.file_sise)
   |
 6 |   file_sise: 1KB
   |   ^^^^^^^^^`,
  );
});

Deno.test("told: a parameter among the scenario's own keys, and one of those among the parameters", async () => {
  assert.equal(
    await errorsOf(`${HEAD}rtt: 5ms
parameters: { file_size: 1KB, rtt: 5ms, seeds: 3 }
`),
    `error: "rtt" is a parameter; write it under "parameters"
  --> s.yaml:5:1  (rtt)
   |
 5 | rtt: 5ms
   | ^^^

error: "seeds" is a key of the scenario, not a parameter; write it beside "parameters"
  --> s.yaml:6:41  (parameters.seeds)
   |
 6 | parameters: { file_size: 1KB, rtt: 5ms, seeds: 3 }
   |                                         ^^^^^`,
  );
});

Deno.test("told: the platform among the parameters", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { file_size: 1KB, rtt: 5ms, hardware: x }\n`),
    `error: "hardware" is a key of the scenario, not a parameter; write it beside "parameters"
  --> s.yaml:5:41  (parameters.hardware)
   |
 5 | parameters: { file_size: 1KB, rtt: 5ms, hardware: x }
   |                                         ^^^^^^^^`,
  );
});

Deno.test("told: a file that is not there", async () => {
  assert.equal(
    await errorsOf(`${HEAD}parameters: { file_size: 1KB, rtt: 5ms, trace: traces/c.csv }\n`),
    `error: cannot read "traces/c.csv": there is no such file
  --> s.yaml:5:48  (parameters.trace)
   |
 5 | parameters: { file_size: 1KB, rtt: 5ms, trace: traces/c.csv }
   |                                                ^^^^^^^^^^^^`,
  );
});

Deno.test("told: parameters that do not go together", async () => {
  assert.equal(
    await errorsOf(`${HEAD}${GIVEN}sweep: { connection: [cold, warm], tls: [true, false] }\n`),
    `error: a warm connection here is not encrypted; set tls: false
  --> s.yaml:6:42  (sweep.tls.0)
   |
 6 | sweep: { connection: [cold, warm], tls: [true, false] }
   |                                          ^^^^`,
  );
});
