// The fast form takes steps ahead of the clock; its slow twin takes each as an event of its own, log entries
// one by one. Complete runs of both are the same, event for event, to the last bit.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ACCESS,
  type AccessMode,
  type CacheLine,
  Coherence,
  REGISTERS,
  SURE,
} from "../../hardware/memory/mod.ts";
import { build } from "./fixture_test.ts";
import { Lookahead } from "./lookahead.ts";
import { BOUND, CLOCK, WORK_TIME } from "./clock.ts";
import type { SystemOptions } from "./system.ts";

/** A run: its options, what happens to it, and for how long it is looked at, ns. */
interface Plan {
  readonly options: Partial<SystemOptions>;
  readonly seed: number;
  readonly span: number;
  /** Threads of a replica that fall idle and wake, as shares of the span. */
  readonly idle: { readonly replica: number; readonly from: number; readonly until: number };
  /** Domains whose replica is added or removed, at equal distances (LD-NR). */
  readonly changes: readonly number[];
}

/** Everything that happens: who accesses a line when and until when, who begins which work; and counts over time. */
interface Record_ {
  readonly happened: string[];
  readonly samples: string[];
  readonly events: number;
}

function play(plan: Plan, exact: boolean): Record_ {
  const system = build({ ...plan.options, exact }, plan.seed);
  const { sim } = system;
  const { machine, pricing, benchmark, dispatcher } = system;
  const happened: [number, number, string][] = [];
  const { coherence } = machine;
  const fetch = coherence.fetch.bind(coherence);
  coherence.fetch = (line: CacheLine, mode: AccessMode, core: number) => {
    const now = REGISTERS[ACCESS] as number;
    fetch(line, mode, core);
    const done = REGISTERS[ACCESS] as number;
    // Hits are nobody's business; every miss is told.
    if (done - now > coherence.hits[mode]) {
      happened.push([now, core, `${mode} ${line.home} ${done}`]);
    }
  };
  const start = pricing.start.bind(pricing);
  pricing.start = (work, from, count, thread) => {
    const at = CLOCK[WORK_TIME] as number;
    start(work, from, count, thread);
    const time = CLOCK[WORK_TIME] as number;
    // A run of entries and one entry after the other are one story.
    const entry = work.entry < 0 ? -1 : work.entry + from;
    happened.push([at, thread.core, `${work.activity} ${entry} ${time}`]);
  };
  const samples: string[] = [];
  const log = (dispatcher ?? system.nr)?.log;
  const counts = (dispatcher ?? system.nr)?.protocol.counts;
  const marks: [number, () => void][] = [];
  const { replica, from, until } = plan.idle;
  const threads = system.replicaOfThread.flatMap((r, t) => r === replica ? [t] : []);
  marks.push([from, () => benchmark.setIdle(threads, true)]);
  marks.push([Math.max(from, until), () => benchmark.setIdle(threads, false)]);
  let changing = false;
  plan.changes.forEach((domain, i) =>
    marks.push([(i + 1) / (plan.changes.length + 1), () => {
      if (dispatcher === undefined || changing) return;
      const present = dispatcher.replicaList().some((r) => r.domain === domain);
      if (present && dispatcher.replicaList().length === 1) return;
      changing = true;
      system.change(present ? "remove" : "add", domain, () => changing = false);
    }])
  );
  marks.sort((a, b) => a[0] - b[0]);
  const steps = 40;
  for (let i = 1; i <= steps; i++) {
    while (marks.length > 0 && (marks[0] as [number, unknown])[0] <= i / steps) {
      (marks.shift() as [number, () => void])[1]();
    }
    sim.run(Math.round(plan.span * i / steps));
    samples.push(
      [
        sim.now,
        [...benchmark.completed].join(" "),
        log?.tail.value,
        log?.head.value,
        log?.ctail.value,
        log?.cursors.map((c) => c.ltail.value).join(" "),
        JSON.stringify(counts),
        coherence.transfers,
        coherence.queued,
      ].join("; "),
    );
  }
  // One core's accesses of one moment are in order already; those of others may be listed ahead of time.
  happened.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return {
    happened: happened.map((h) => h.join(" ")),
    samples,
    events: machine.events,
  };
}

/** Where two records differ first; undefined if nowhere. */
function difference(fast: Record_, slow: Record_): string | undefined {
  for (const key of ["happened", "samples"] as const) {
    const at = fast[key].findIndex((x, i) => x !== slow[key][i]);
    if (at >= 0) return `${key} ${at}:\n${fast[key][at]}\n${slow[key][at]}`;
    if (fast[key].length !== slow[key].length) {
      return `${key}: ${fast[key].length}, ${slow[key].length}`;
    }
  }
  return undefined;
}

const spans = { few: 400_000, many: 60_000 };

const plans: fc.Arbitrary<Plan> = fc.record({
  structure: fc.constantFrom("nr" as const, "ldnr" as const),
  replicas: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
  threads: fc.oneof(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 13, max: 96 }),
    fc.constantFrom(24, 48, 96),
  ),
  writeShare: fc.constantFrom(0, 0.01, 0.1, 0.5, 0.9, 1),
  nrVersion: fc.constantFrom("0.1" as const, "0.2" as const),
  extraOperations: fc.constantFrom(0, 0, 3),
  localOperations: fc.constantFrom(0, 0, 2),
  hyper: fc.boolean(),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  from: fc.double({ min: 0, max: 1, noNaN: true }),
  until: fc.double({ min: 0, max: 1, noNaN: true }),
  idle: fc.integer({ min: 0, max: 4 }),
  changes: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 5 }),
}).map((p) => {
  const threads = Math.max(p.threads, p.replicas.length);
  return {
    options: {
      structure: p.structure,
      replicas: p.replicas,
      threads,
      writeShare: p.writeShare,
      nrVersion: p.nrVersion,
      extraOperations: p.extraOperations,
      localOperations: p.localOperations,
      threadsPerCore: p.hyper ? 2 : 1,
      // A small log of LD-NR's is collected often, and a small table is cloned soon.
      ...(p.structure === "ldnr" ? { logBytes: 2 ** 14, entries: 4000 } : {}),
    },
    seed: p.seed,
    span: threads > 16 ? spans.many : spans.few,
    idle: { replica: p.idle, from: p.from, until: p.until },
    changes: p.structure === "ldnr" ? p.changes : [],
  };
});

Deno.test("complete random runs are the same as those of the slow twin, event for event", () => {
  let [fast, slow, changed] = [0, 0, 0];
  fc.assert(
    fc.property(plans, (plan) => {
      const [a, b] = [play(plan, false), play(plan, true)];
      assert.equal(difference(a, b), undefined);
      fast += a.events;
      slow += b.events;
      changed += plan.changes.length;
    }),
    { numRuns: 40 },
  );
  assert.ok(fast < 0.7 * slow, `${fast} events against ${slow}: steps are taken ahead`);
  assert.ok(changed > 0);
});

/** Whether some plan shows the difference when a bound is replaced. */
function noticed(
  { prototype }: { readonly prototype: object },
  method: string,
  mutant: (original: any) => (...args: any[]) => unknown,
): boolean {
  const original = (prototype as any)[method];
  const sample = fc.sample(plans, { numRuns: 25, seed: 7 }).filter((p) =>
    (p.options.writeShare ?? 0) > 0 && (p.options.threads ?? 0) > 4
  );
  return sample.some((plan) => {
    const slow = play(plan, true);
    (prototype as any)[method] = mutant(original);
    try {
      return difference(play(plan, false), slow) !== undefined;
    } catch {
      return true;
    } finally {
      (prototype as any)[method] = original;
    }
  });
}

Deno.test("a thread that goes further ahead than it may is noticed", () => {
  const further = (into: Float64Array, place: number) => (original: any) =>
    function (this: unknown, ...args: unknown[]) {
      original.apply(this, args);
      if ((into[place] as number) >= 0) into[place] = (into[place] as number) + 200;
    };
  assert.ok(noticed(Lookahead, "bound", further(CLOCK, BOUND)));
  // The other party of a word is taken to sleep for ever.
  const never = () => () => {
    CLOCK[BOUND] = Infinity;
  };
  assert.ok(noticed(Lookahead, "nextOf", never));
  // A line is taken to be lost only long after somebody asked for it.
  assert.ok(noticed(Coherence, "lookUp", further(REGISTERS, SURE)));
});
