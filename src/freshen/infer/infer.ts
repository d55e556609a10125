/**
 * Inference of the hook from a handler's source (section 4.3.3): accesses with constant arguments, in
 * the order of first execution; reads become FrFetch, writes FrWarm; everything else is left as it is
 * and the reason said.
 */
import type { Access } from "./access.ts";
import { awsAccess } from "./clients-aws.ts";
import { dataAccess } from "./clients-data.ts";
import { httpAccess } from "./clients-http.ts";
import { Constants, Refused } from "./constant.ts";
import { handlerOf } from "./handler-of.ts";
import { type Visit, walkInOrder } from "./order.ts";
import { Origins } from "./origin.ts";
import { ownHook, rewrite, type Rewritten } from "./rewrite.ts";
import { childrenOf, mustParse, type Node, readSource, type Source, Unusable } from "./source.ts";

/** Settings of the inference. */
export interface InferOptions {
  /** Name of the handler where it is not the usual one. */
  readonly handler?: string;
  /** File name, for the source map. */
  readonly file?: string;
  /** Package that the rewritten source imports the primitive from. */
  readonly runtime?: string;
  /** Also accesses that only some executions have: from traces, `operation line` pairs that recur. */
  readonly recurring?: (operation: string, line: number) => boolean;
}

/** A resource of the inferred hook. */
export interface InferredResource {
  readonly index: number;
  readonly wrapper: "FrFetch" | "FrWarm";
  readonly operation: string;
  /** What the hook runs. */
  readonly hook: string;
  /** 1-based lines of the accesses. */
  readonly lines: readonly number[];
  /** False: the hook makes the way ready, the source stays as it is. */
  readonly wrapped: boolean;
}

/** An access that was found and not freshened. */
export interface Refusal {
  readonly line: number;
  readonly operation: string;
  readonly reason: string;
}

/** What the inference gives. Failure to infer is not fatal: the function runs as it is. */
export interface Inferred {
  readonly handler: string | null;
  readonly resources: readonly InferredResource[];
  readonly refused: readonly Refusal[];
  /** Why there is nothing: the source as a whole cannot be used. */
  readonly unusable?: { readonly reason: string; readonly line?: number };
  /** The hook's text; empty without resources. */
  readonly hook: string;
  /** The rewritten source (the given one without resources) and its source map. */
  readonly code: string;
  readonly map: string | null;
}

interface Kept {
  readonly accesses: Access[];
  readonly hook: string;
}

/** Infers the hook of a handler. Never throws, whatever the source is. */
export function inferHook(text: string, options: InferOptions = {}): Inferred {
  const nothing = { handler: null, resources: [], refused: [], hook: "", code: text, map: null };
  try {
    const source = readSource(text);
    if (ownHook(source)) {
      throw new Unusable("the source has a `freshen` of its own: it is left as it is");
    }
    const handler = handlerOf(source, options.handler);
    const refused: Refusal[] = [];
    const kept = collect(source, handler.node, options, refused);
    const resources = kept.map(({ accesses, hook }, index): InferredResource => ({
      index,
      wrapper: accesses[0].kind === "read" ? "FrFetch" : "FrWarm",
      operation: accesses[0].operation,
      hook,
      lines: accesses.map((a) => source.line(a.node)),
      wrapped: accesses[0].hookOnly !== true,
    }));
    refused.sort((a, b) => a.line - b.line);
    if (kept.length === 0) return { ...nothing, handler: handler.name, refused };
    const written: Rewritten = rewrite(source, resources, kept.map((k) => k.accesses), options);
    mustParse(written.code, source.type); // what was written is JavaScript, or it is not shown
    return { handler: handler.name, resources, refused, ...written };
  } catch (error) {
    if (error instanceof Unusable) {
      const { message: reason, line } = error;
      return { ...nothing, unusable: { reason, ...(line === undefined ? {} : { line }) } };
    }
    const reason = error instanceof RangeError
      ? "the source is nested too deeply to be analysed"
      : `the analysis failed (${(error as Error).message}); the source is left as it is`;
    return { ...nothing, unusable: { reason } };
  }
}

function collect(source: Source, handler: Node, options: InferOptions, refused: Refusal[]): Kept[] {
  const constants = new Constants(source);
  const origins = new Origins(source, constants);
  const visits = new Map<Node, Visit>();
  walkInOrder(source, handler, (visit) => {
    if (!visits.has(visit.call)) visits.set(visit.call, visit);
  });
  const found: { access: Access; visit: Visit }[] = [];
  for (const visit of visits.values()) {
    if (visit.call.type !== "CallExpression") continue;
    const access = httpAccess(visit.call, source, origins, constants) ??
      awsAccess(visit.call, source, origins, constants) ??
      dataAccess(visit.call, source, origins, constants);
    if (access === undefined) continue;
    found.push({ access, visit });
    constants.trusted.add(visit.call);
    for (const a of visit.call.arguments) if (a.type === "NewExpression") constants.trusted.add(a);
  }
  const writes = found.map((f) => f.access).filter((a) => a.kind === "write");
  const kept = new Map<string, Kept>();
  for (const { access, visit } of found) {
    const refuse = (reason: string) =>
      void refused.push({ line: source.line(access.node), operation: access.operation, reason });
    const may = visit.only !== undefined &&
      options.recurring?.(access.operation, source.line(access.node)) !== true;
    const why = access.refused ?? unfit(access, source) ??
      (may ? `${visit.only}: only traces can tell how often` : undefined) ??
      (access.kind === "read" ? written(access, writes, constants) : undefined);
    if (why !== undefined) {
      refuse(why);
      continue;
    }
    try {
      const hook = access.hook(access.constants.map((c) => constants.render(c)));
      const key = `${access.kind} ${hook}`;
      const same = kept.get(key);
      if (same === undefined) kept.set(key, { accesses: [access], hook });
      else same.accesses.push(access);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refuse(error.message);
    }
  }
  return [...kept.values()];
}

/** Why an access cannot be wrapped where it stands. */
function unfit(access: Access, source: Source): string | undefined {
  const { node } = access;
  const text = source.text.slice(node.start, node.end);
  const base = /^[\w$]+/.exec(text)?.[0];
  if (base !== undefined && source.assigned.has(base)) {
    return `\`${base}\` is changed by the source itself`;
  }
  if (/process\.env(?:\.\w+|\[[^\]]*\])\s*=[^=]/.test(source.text) && /process\.env/.test(text)) {
    return "process.env is written by the source";
  }
  const callArgs = [...(node.arguments ?? [])];
  if (callArgs.some((a: Node) => /Function/.test(a.type))) {
    return access.hookOnly ? undefined : "it has a callback; use the promise that it gives";
  }
  if (has(node, "YieldExpression")) return "its arguments yield";
  if (access.kind === "read" || access.hookOnly) return undefined;
  // A write's arguments are evaluated after the warming: nothing else may change them meanwhile.
  let above = source.parents.get(node);
  if (above?.type === "ArrayExpression") {
    const all = source.parents.get(above);
    const awaited = all !== undefined && source.parents.get(all)?.type === "AwaitExpression";
    return awaited && has(above, "AwaitExpression") === false
      ? undefined
      : "it is not awaited where it stands";
  }
  while (above?.type === "ParenthesizedExpression") above = source.parents.get(above);
  const awaited = above?.type === "AwaitExpression" || above?.type === "ReturnStatement" ||
    (above?.type === "ArrowFunctionExpression" && above.body === node);
  return awaited ? undefined : "it is not awaited where it stands";
}

/** Why a read may not be fetched before: the function itself writes what it reads. */
function written(
  read: Access,
  writes: readonly Access[],
  constants: Constants,
): string | undefined {
  const text = (node: Node | undefined): string | undefined => {
    if (node === undefined) return undefined;
    try {
      return String(constants.evaluate(node) ?? constants.render(node));
    } catch {
      return undefined;
    }
  };
  for (const write of writes) {
    if (write.family !== read.family || write.operation === "net.connect") continue;
    const differs = read.target.some((node, i) => {
      const [a, b] = [text(node), text(write.target[i])];
      return a !== undefined && b !== undefined && a !== b;
    });
    if (!differs) {
      return `the function may itself change it (${write.operation}, line ${
        constants.source.line(write.node)
      })`;
    }
  }
  return undefined;
}

function has(node: Node, type: string): boolean {
  const open = [node];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.type === type) return true;
    if (at === node || !/Function/.test(at.type)) open.push(...childrenOf(at));
  }
  return false;
}
