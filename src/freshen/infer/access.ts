/** What an access of a known client is: the part that all clients' recognisers share. */
import type { Node } from "./source.ts";

/** An access to a resource, as found in the source. */
export interface Access {
  /** The whole expression that gives the promise: what a wrapper goes around. */
  readonly node: Node;
  /** Client and operation: `s3.getObject`, `fetch GET`. */
  readonly operation: string;
  /** read: its result can be fetched before. write: only its connection can be warmed. */
  readonly kind: "read" | "write";
  /** Expressions that must be constant for a hook to do its part. */
  readonly constants: readonly Node[];
  /** What the hook runs, given the texts of `constants`. */
  readonly hook: (texts: readonly string[]) => string;
  /** Expressions that name the resource, to see which writes concern which reads. */
  readonly target: readonly (Node | undefined)[];
  /** What makes two targets comparable: the client or service. */
  readonly family: string;
  /** Why it cannot be wrapped although it is known; shown to the user. */
  readonly refused?: string;
  /** The connection is made ready by the hook, but the source stays as it is. */
  readonly hookOnly?: boolean;
}

/** Operation names that read and change nothing. */
export const READS =
  /^(?:get|head|describe|list|query|scan|batchGet|select|lookup)(?!.*(?:Records|ShardIterator|SignedUrl|Session|Token))/;
