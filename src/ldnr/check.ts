/** What is wrong with a hash-map scenario beyond types: refused before anything runs. */
import type { Platform } from "../hardware/mod.ts";
import { MemoryLedger, type MemoryValues, OutOfMemoryError } from "../hardware/memory/mod.ts";
import type { Problem } from "../model/mod.ts";
import { gcFromHead, logEntries } from "./algorithm/log.ts";
import {
  type HashmapParameters,
  kindOf,
  phasesOf,
  type PhaseSpec,
  replicasOf,
  valuesOf,
} from "./parameters.ts";
import { LD_NR_LIMITS, logLimits, NR_LIMITS, shapeOf } from "./timed/system.ts";
import { tableBytes } from "./timed/table-shape.ts";

/** Every problem of these parameters on this platform. */
export function problemsOf(p: HashmapParameters, platform: Platform): Problem[] {
  const values = valuesOf(platform, p);
  if ("message" in values) return [values];
  const problems: Problem[] = [];
  const lengths =
    (["threads", "write", "extra_operations", "local_operations", "replicas"] as const)
      .flatMap((key) => {
        const value = p[key];
        return Array.isArray(value) && value.length > 1 ? [[key, value.length] as const] : [];
      });
  if (p.phases === "paired") {
    const [first] = lengths;
    const odd = lengths.find(([, n]) => n !== first?.[1]);
    if (odd !== undefined && first !== undefined) {
      problems.push({
        path: [odd[0]],
        message:
          `${odd[0]} has ${odd[1]} values and ${first[0]} has ${first[1]}; give as many of ` +
          `each, a single value, or phases: crossed`,
      });
      return problems;
    }
  }
  phasesOf(p).forEach((phase, i) => problems.push(...phaseProblems(p, phase, i, values)));
  problems.push(...joinProblems(p, values), ...shardProblems(p));
  problems.push(...logProblems(p, values), ...idleProblems(p, values));
  if (problems.length === 0) problems.push(...changeProblems(p, values));
  return problems;
}

function at(p: HashmapParameters, key: keyof HashmapParameters, i: number): (string | number)[] {
  return Array.isArray(p[key]) ? [key, i] : [key];
}

function phaseProblems(
  p: HashmapParameters,
  phase: PhaseSpec,
  i: number,
  values: MemoryValues,
): Problem[] {
  const problems: Problem[] = [];
  const { domains, coresPerDomain } = values;
  const cores = domains * coresPerDomain * p.threads_per_core;
  if (phase.threads > cores) {
    problems.push({
      path: at(p, "threads", i),
      message:
        `${phase.threads} threads are more than the ${cores} cores that they can be pinned to ` +
        `(${domains} domains x ${coresPerDomain} cores x ${p.threads_per_core}); use at most ${cores}`,
    });
  }
  const replicas = replicasOf(p, phase, values).length;
  const limit = p.structure === "ldnr" ? Math.min(domains, LD_NR_LIMITS.maxReplicas) : domains;
  if (replicas > limit) {
    problems.push({
      path: p.structure === "ldnr" ? at(p, "replicas", i) : ["structure"],
      message: `${replicas} replicas are more than the machine's ${limit} NUMA domains; ` +
        `use at most ${limit}`,
    });
  }
  if (p.structure === "ldnr" && replicas > phase.threads) {
    problems.push({
      path: p.replicas === undefined ? at(p, "threads", i) : at(p, "replicas", i),
      message: `${replicas} replicas for ${phase.threads} threads leave some without a thread; ` +
        `use at most ${phase.threads}`,
    });
  }
  return problems;
}

/** NR joins in the first phase that has a thread for every replica: there has to be one. */
function joinProblems(p: HashmapParameters, values: MemoryValues): Problem[] {
  const phases = phasesOf(p);
  const most = Math.max(...phases.map((x) => x.threads));
  const replicas = Math.min(...phases.map((x) => replicasOf(p, x, values).length));
  if (kindOf(p.structure) !== "nr" || replicas <= most) return [];
  return [{
    path: ["threads"],
    message:
      `${p.structure} needs a thread for each of its ${replicas} replicas; no phase has more ` +
      `than ${most}`,
  }];
}

function shardProblems(p: HashmapParameters): Problem[] {
  if (p.structure !== "dashmap" || Number.isInteger(Math.log2(p.shards))) return [];
  const below = 2 ** Math.floor(Math.log2(p.shards));
  return [{
    path: ["shards"],
    message:
      `DashMap takes its shards from the hash's highest bits, so their number is a power of ` +
      `two; use ${below} or ${2 * below}`,
  }];
}

function logProblems(p: HashmapParameters, values: MemoryValues): Problem[] {
  const kind = kindOf(p.structure);
  if (kind !== "nr" && kind !== "ldnr") return [];
  const threads = Math.max(...phasesOf(p).map((x) => x.threads));
  const options = { logBytes: p.log, ...logLimits(kind, threads) };
  const entries = logEntries(options);
  const threshold = gcFromHead(options);
  if (entries >= 2 * threshold) return [];
  const { pendingOps } = kind === "nr" ? NR_LIMITS : LD_NR_LIMITS;
  return [{
    path: ["log"],
    message: `a log of ${entries} entries is smaller than twice its collection threshold of ` +
      `${threshold} (${pendingOps} pending x ${threshold / pendingOps} threads); use at ` +
      `least ${sizeText(2 * threshold * 64)} on this machine of ${values.domains} domains`,
  }];
}

/** A size that a scenario may write. */
function sizeText(bytes: number): string {
  const power = 2 ** Math.ceil(Math.log2(bytes));
  return power < 2 ** 20 ? `${power / 1024}KiB` : `${power / 2 ** 20}MiB`;
}

function idleProblems(p: HashmapParameters, values: MemoryValues): Problem[] {
  if (p.idle === undefined) return [];
  if (p.idle.from >= p.idle.until || p.idle.until > p.phase) {
    return [{
      path: ["idle", "until"],
      message: "the idle time must begin before it ends, and end within the phase",
    }];
  }
  const fewest = Math.min(...phasesOf(p).map((x) => replicasOf(p, x, values).length));
  if (p.idle.replica < fewest) return [];
  return [{
    path: ["idle", "replica"],
    message: `replica ${p.idle.replica} does not exist in every phase; there are replicas 0..` +
      `${fewest - 1}`,
  }];
}

/** Plays the additions and removals on a ledger. */
function changeProblems(p: HashmapParameters, values: MemoryValues): Problem[] {
  const capacity = p.domain_memory ??
    Array.from({ length: values.domains }, () => values.domainCapacity);
  if (capacity.length !== values.domains) {
    return [{
      path: ["domain_memory"],
      message: `${capacity.length} sizes for ${values.domains} domains; give one for each`,
    }];
  }
  const table = tableBytes(
    shapeOf({ structure: kindOf(p.structure), entries: p.entries, pageBytes: p.page }),
  );
  const problems: Problem[] = [];
  const attempt = (path: (string | number)[], act: () => void) => {
    try {
      act();
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      problems.push({ path, message: error.message });
    }
  };
  phasesOf(p).forEach((phase, i) => {
    const ledger = new MemoryLedger(capacity);
    for (const d of replicasOf(p, phase, values)) {
      attempt(
        p.domain_memory === undefined ? at(p, "threads", i) : ["domain_memory", d],
        () => ledger.allocate(d, table, `replica ${d}`),
      );
    }
  });
  if (p.changes.length === 0) return problems;
  if (p.structure !== "ldnr") {
    return [{ path: ["changes"], message: `${p.structure} cannot change its replicas; use ldnr` }];
  }
  const phases = phasesOf(p);
  const end = phases.length * p.phase;
  const present = new Set(replicasOf(p, phases[0] as PhaseSpec, values));
  const ledger = new MemoryLedger(capacity);
  for (const d of present) attempt(["replicas"], () => ledger.allocate(d, table, `replica ${d}`));
  p.changes.forEach((c, i) => {
    const domain = (c.add ?? c.remove) as number;
    const path = ["changes", i, c.add === undefined ? "remove" : "add"];
    const refuse = (message: string) => problems.push({ path, message });
    if (c.at >= end) {
      problems.push({
        path: ["changes", i, "at"],
        message: `the run lasts ${end / 1e9} s; change replicas before its end, or add phases`,
      });
    } else if (domain >= values.domains) {
      refuse(
        `affinity ${domain} does not exist; the machine's domains are 0..${values.domains - 1}`,
      );
    } else if (c.add !== undefined) {
      if (present.has(domain)) refuse(`domain ${domain} has a replica already; remove it first`);
      else {
        attempt(path, () => ledger.allocate(domain, table, `the replica on domain ${domain}`));
        present.add(domain);
      }
    } else if (!present.has(domain)) {
      refuse(`domain ${domain} has no replica; replicas are on ${[...present].join(", ")}`);
    } else if (present.size === 1) {
      refuse(`the replica on domain ${domain} is the last one; add another first`);
    } else {
      present.delete(domain);
      ledger.release(domain, table);
    }
  });
  return problems;
}
