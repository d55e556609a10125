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
  const values = valuesOf(platform);
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
  return problems;
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
      `${threshold} (${pendingOps} pending operations x ${
        threshold / pendingOps
      } threads); use at ` +
      `least ${2 * threshold * 64 / 1024}KiB on this machine of ${values.domains} domains`,
  }];
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
        Array.isArray(p.threads) ? ["threads", i] : ["threads"],
        () => ledger.allocate(d, table, `replica ${d}`),
      );
    }
  });
  if (p.changes.length === 0) return problems;
  if (p.structure !== "ldnr") {
    return [{ path: ["changes"], message: `${p.structure} cannot change its replicas; use ldnr` }];
  }
  const present = new Set(replicasOf(p, phasesOf(p)[0] as PhaseSpec, values));
  const ledger = new MemoryLedger(capacity);
  for (const d of present) attempt(["replicas"], () => ledger.allocate(d, table, `replica ${d}`));
  p.changes.forEach((c, i) => {
    const domain = (c.add ?? c.remove) as number;
    const path = ["changes", i, c.add === undefined ? "remove" : "add"];
    const refuse = (message: string) => problems.push({ path, message });
    if (domain >= values.domains) {
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
