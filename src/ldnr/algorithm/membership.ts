/** Which changes of the set of replicas are refused, and why. */
import { LdnrError } from "./errors.ts";

/** Limits of the set of replicas. */
export interface MembershipLimits {
  /** Domains (affinities) on which a replica may live. */
  readonly domains: readonly number[];
  /** Most replicas at a time. */
  readonly maxReplicas: number;
}

function refuseUnknown(domain: number, { domains }: MembershipLimits): void {
  if (domains.includes(domain)) return;
  throw new LdnrError(
    `affinity ${domain} does not exist; the machine's domains are ${domains.join(", ")}`,
  );
}

/** @throws {LdnrError} why no replica can be added on `domain` to those on `present`. */
export function refuseAdding(
  domain: number,
  present: readonly number[],
  limits: MembershipLimits,
): void {
  refuseUnknown(domain, limits);
  if (present.includes(domain)) {
    throw new LdnrError(`domain ${domain} has a replica already; remove it first`);
  }
  const { domains, maxReplicas } = limits;
  const most = Math.min(domains.length, maxReplicas);
  if (present.length >= most) {
    throw new LdnrError(
      `${present.length + 1} replicas are more than the ${most} allowed ` +
        `(domains ${domains.length}, library limit ${maxReplicas})`,
    );
  }
}

/** @throws {LdnrError} why the replica on `domain` cannot be removed from those on `present`. */
export function refuseRemoving(
  domain: number,
  present: readonly number[],
  limits: MembershipLimits,
): void {
  refuseUnknown(domain, limits);
  if (!present.includes(domain)) {
    throw new LdnrError(`domain ${domain} has no replica; replicas are on ${present.join(", ")}`);
  }
  if (present.length === 1) {
    throw new LdnrError(
      `the replica on domain ${domain} is the last one and cannot be removed; add another first`,
    );
  }
}
