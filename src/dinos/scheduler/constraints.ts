/**
 * Constraints of the macro scheduler, as data (chapter 6.5, Listings 6.1 to 6.3). Hard ones hold always;
 * soft ones have a weight, and the solver maximises the weighted sum.
 */

/** Resources that requests ask for. */
export type Resource = "cores" | "memslices";

/** One constraint. Without `weight` it is hard, except where it says otherwise. */
export type Constraint =
  /** Listing 6.1: what is placed stays. */
  | { readonly name: string; readonly kind: "placed" }
  /** Listing 6.2: no host gives more than it has; soft: the peak load of a host, times `balance`. */
  | {
    readonly name: string;
    readonly kind: "capacity";
    readonly resource: Resource;
    readonly balance: number;
  }
  /** Listing 6.3: requests on a host where another of their process is pending, or placed. Soft. */
  | {
    readonly name: string;
    readonly kind: "locality";
    readonly with: "pending" | "placed";
    readonly weight: number;
  }
  /** Requests of a process go to these hosts only (soft: each one that does counts `weight`). */
  | {
    readonly name: string;
    readonly kind: "allow";
    readonly process: string;
    readonly hosts: readonly number[];
    readonly weight?: number | undefined;
  }
  /** A process gets at most so much of a resource on any one host (fault tolerance). */
  | {
    readonly name: string;
    readonly kind: "at_most";
    readonly process: string;
    readonly resource: Resource;
    readonly amount: number;
  }
  /** A process is on at most so many hosts. */
  | {
    readonly name: string;
    readonly kind: "max_hosts";
    readonly process: string;
    readonly hosts: number;
  }
  /** Two processes share no host (partitioning). */
  | {
    readonly name: string;
    readonly kind: "apart";
    readonly process: string;
    readonly from: string;
  };

/** DCMcap: no over-provisioning, balanced load: the scheduler's default. */
export const DCM_CAP: readonly Constraint[] = [
  { name: "placed_constraint", kind: "placed" },
  { name: "core_cap", kind: "capacity", resource: "cores", balance: 1 },
  { name: "mem_cap", kind: "capacity", resource: "memslices", balance: 1 },
];

/** DCMloc: DCMcap and a bias to the hosts that a process is on. Weights: nrk-dcm-scheduler's. */
export const DCM_LOC: readonly Constraint[] = [
  ...DCM_CAP,
  { name: "app_locality_pending_constraint", kind: "locality", with: "pending", weight: 1024 },
  { name: "app_locality_placed_constraint", kind: "locality", with: "placed", weight: 4096 },
];

/** Most that a soft constraint can count, for so many pending requests; 0 for hard ones. */
export function mostOf(
  c: Constraint,
  requests: number,
  capacity: Record<Resource, number>,
): number {
  switch (c.kind) {
    case "capacity":
      return c.balance * capacity[c.resource];
    case "locality":
      return c.weight * requests;
    case "allow":
      return (c.weight ?? 0) * requests;
    default:
      return 0;
  }
}

/** What a soft constraint counts for one request; 0 for hard ones. */
function stepOf(c: Constraint): number {
  if (c.kind === "capacity") return c.balance;
  return "weight" in c ? c.weight ?? 0 : 0;
}

/**
 * User constraints of which one request outweighs all else together: the others only break ties.
 * `capacity`: resources of the largest host.
 */
export function drowning(
  builtIn: readonly Constraint[],
  own: readonly Constraint[],
  capacity: Record<Resource, number>,
): string[] {
  return own.flatMap((c) => {
    const others = [...builtIn, ...own].filter((o) => o !== c)
      .reduce((sum, o) => sum + mostOf(o, 1, capacity), 0);
    return others > 0 && stepOf(c) > others
      ? [
        `the weight ${
          stepOf(c)
        } of constraint "${c.name}" is more than all the others together can ` +
        `count for a request (${others}): they only break its ties; lower it to weigh them up`,
      ]
      : [];
  });
}
