/** The critical path of a traced request (FIRM, OSDI 2020, section 3: the weighted longest path). */
import type { Span } from "../workloads/mod.ts";

/**
 * Walks a finished request back from its end: time belongs to the call that returned last, before that
 * call's start to the one that returned last before it, and what no call covers to the caller itself. Calls
 * that ran beside those are not on the path; nor is a call that the caller gave up, whose wait is the
 * caller's. The times add up to the request's.
 *
 * @param add told of each call on the path and the time that is its own, ns.
 */
export function criticalPath(root: Span, add: (span: Span, own: number) => void): void {
  let until = root.end;
  let own = 0;
  for (const child of [...root.children].sort((a, b) => b.end - a.end)) {
    if (child.end > until) continue;
    own += until - child.end;
    criticalPath(child, add);
    until = child.start;
  }
  add(root, own + until - root.start);
}
