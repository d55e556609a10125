/**
 * Which invoker: OpenWhisk's ShardingContainerPoolBalancer. Each action has a home invoker by its hash
 * and goes on in steps coprime to the number of invokers; the first with room takes it.
 */
import type { Action } from "./action.ts";
import type { Invoker } from "./pool.ts";

/** 32-bit FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Steps that visit every invoker once. */
export function coprimes(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1).filter((i) => gcd(i, n) === 1);
}

/** The invokers in the order in which the action tries them. */
export function order(action: Action, count: number): number[] {
  const h = hash(`${action.namespace}/${action.name}`);
  const steps = coprimes(count);
  const step = steps[h % steps.length];
  return Array.from({ length: count }, (_, i) => (h % count + i * step) % count);
}

/** Gives the first invoker in the action's order with a warm container or room, else its home. */
export function choose(
  action: Action,
  invokers: readonly Invoker[],
  tried: readonly number[],
): Invoker {
  for (const i of tried) {
    if (invokers[i].isWarm(action) || invokers[i].available >= action.memory) return invokers[i];
  }
  return invokers[tried[0]];
}
