/** Runs a core's recorded program on the NPU model. Data-only parts run as compiled closures. */
import type { Process } from "../../kernel/mod.ts";
import type { LockPair, Side } from "../../hardware/npu/mod.ts";
import { type ArithName, MAX_SIZE, MemRef, type Op, type Port, type Value } from "../graph/body.ts";
import type { FunctionNode } from "../graph/graph.ts";
import type { TypedData } from "../graph/types.ts";
import { operation, wrapping } from "./arithmetic.ts";
import type { CoreCosts } from "./cost.ts";

/** A core's end of an object FIFO. */
export interface FifoEnd {
  readonly name: string;
  readonly locks: LockPair;
  readonly objects: readonly TypedData[];
  /** Objects acquired and not yet released. */
  held: number;
  /** The oldest object held, counted from the beginning. */
  oldest: number;
}

/** What a program needs from its surroundings. */
export interface CoreContext {
  readonly who: string;
  end(fifo: string, port: Port): FifoEnd;
  function(name: string): FunctionNode;
  buffer(ref: MemRef): TypedData | undefined;
  /** Memory for a buffer declared inside the core's function. */
  local(name: string, ref: MemRef): TypedData;
  cycles(n: number): number;
  readonly lockCycles: number;
  readonly cost: CoreCosts;
  busy(cycles: number): void;
}

type Pure = (env: Env) => void;
type Step = Pure | ((env: Env) => Process<void>);
interface Compiled {
  readonly pure: boolean;
  readonly run: Step;
}

/** Values of one run, and the instructions since the last wait. */
class Env {
  readonly numbers: number[] = [];
  readonly data: TypedData[] = [];
  cycles = 0;
}

/** Instructions that each operation of a core's own code stands for. */
const INSTRUCTIONS = { access: 2, arith: 1, loop: 3, remainder: 40 };

/** Turns a body into a process that never returns if the body loops for ever. */
export function runBody(ops: readonly Op[], context: CoreContext): Process<void> {
  const program = new Compiler(context).block(ops);
  return (function* () {
    const env = new Env();
    if (program.pure) {
      (program.run as Pure)(env);
      yield* pay(env, context);
    } else yield* (program.run as (env: Env) => Process<void>)(env);
    yield* pay(env, context);
  })();
}

function* pay(env: Env, context: CoreContext): Process<void> {
  if (env.cycles === 0) return;
  const cycles = Math.round(env.cycles);
  env.cycles = 0;
  context.busy(cycles);
  yield context.cycles(cycles);
}

class Compiler {
  readonly #slots = new Map<Value | MemRef, number>();
  readonly #per: number;

  constructor(readonly context: CoreContext) {
    this.#per = context.cost.scalarInstruction;
  }

  #slot(v: Value | MemRef): number {
    let slot = this.#slots.get(v);
    if (slot === undefined) this.#slots.set(v, slot = this.#slots.size);
    return slot;
  }

  block(ops: readonly Op[]): Compiled {
    const steps = ops.map((op) => this.#op(op));
    if (steps.every((s) => s.pure)) {
      const pure = steps.map((s) => s.run as Pure);
      return { pure: true, run: (env) => pure.forEach((step) => step(env)) };
    }
    return {
      pure: false,
      run: function* (env: Env): Process<void> {
        for (const step of steps) {
          if (step.pure) (step.run as Pure)(env);
          else yield* (step.run as (env: Env) => Process<void>)(env);
        }
      },
    };
  }

  #pure(run: Pure): Compiled {
    return { pure: true, run };
  }

  #op(op: Op): Compiled {
    const { context } = this;
    switch (op.op) {
      case "for":
        return this.#loop(op);
      case "acquire": {
        const end = context.end(op.fifo, op.port);
        const side: Side = op.port === "Produce" ? "free" : "filled";
        const slots = op.results.map((r) => this.#slot(r));
        return {
          pure: false,
          run: function* (env: Env): Process<void> {
            env.cycles += context.lockCycles;
            yield* pay(env, context);
            const more = op.n - end.held;
            if (more > 0) {
              yield end.locks.acquire(side, more, context.who);
              end.held = op.n;
            }
            slots.forEach((slot, i) => {
              env.data[slot] = end.objects[(end.oldest + i) % end.objects.length];
            });
          },
        };
      }
      case "release": {
        const end = context.end(op.fifo, op.port);
        const side: Side = op.port === "Produce" ? "free" : "filled";
        return {
          pure: false,
          run: function* (env: Env): Process<void> {
            yield* pay(env, context);
            end.locks.release(side, op.n);
            end.held -= op.n;
            end.oldest += op.n;
          },
        };
      }
      case "constant": {
        const slot = this.#slot(op.result);
        return this.#pure((env) => void (env.numbers[slot] = op.value));
      }
      case "load": {
        const data = this.#data(op.from), place = this.#place(op.from, op.indices);
        const slot = this.#slot(op.result), cost = INSTRUCTIONS.access * this.#per;
        return this.#pure((env) => {
          env.numbers[slot] = data(env)[place(env)];
          env.cycles += cost;
        });
      }
      case "store": {
        const data = this.#data(op.to), place = this.#place(op.to, op.indices);
        const slot = this.#slot(op.value), cost = INSTRUCTIONS.access * this.#per;
        return this.#pure((env) => {
          data(env)[place(env)] = env.numbers[slot];
          env.cycles += cost;
        });
      }
      case "arith":
        return this.#arith(op.name, op.args, op.result);
      case "call":
        return this.#call(op.callee.name, op.args);
      case "buffer": {
        const data = context.local(op.name, op.result), slot = this.#slot(op.result);
        if (op.init !== undefined) data.set(op.init);
        return this.#pure((env) => void (env.data[slot] = data));
      }
    }
  }

  #loop(op: Op & { op: "for" }): Compiled {
    const body = this.block(op.body), slot = this.#slot(op.index);
    const cost = INSTRUCTIONS.loop * this.#per;
    const { from, to, step } = op;
    if (body.pure) {
      // A core that spins without waiting does nothing that anybody could see.
      if (to >= MAX_SIZE) return this.#pure(() => {});
      const run = body.run as Pure;
      return this.#pure((env) => {
        for (let i = from; i < to; i += step) {
          env.numbers[slot] = i;
          run(env);
          env.cycles += cost;
        }
      });
    }
    const run = body.run as (env: Env) => Process<void>;
    return {
      pure: false,
      run: function* (env: Env): Process<void> {
        for (let i = from; i < to; i += step) {
          env.numbers[slot] = i;
          yield* run(env);
          env.cycles += cost;
        }
      },
    };
  }

  #data(ref: MemRef): (env: Env) => TypedData {
    const fixed = this.context.buffer(ref);
    if (fixed !== undefined) return () => fixed;
    const slot = this.#slot(ref);
    return (env) => env.data[slot];
  }

  #place(ref: MemRef, indices: readonly Value[]): (env: Env) => number {
    const slots = indices.map((i) => this.#slot(i));
    const { shape } = ref.type;
    if (slots.length === 1) return (env) => env.numbers[slots[0]];
    return (env) => {
      let at = 0;
      for (let d = 0; d < slots.length; d++) at = at * shape[d] + env.numbers[slots[d]];
      return at;
    };
  }

  #arith(name: ArithName, args: readonly Value[], result: Value): Compiled {
    const [a, b] = args.map((v) => this.#slot(v));
    const slot = this.#slot(result);
    const wrap = wrapping(result.type);
    const cost = (name === "rem" ? INSTRUCTIONS.remainder : INSTRUCTIONS.arith) * this.#per;
    const compute = operation(name, result.type);
    return this.#pure((env) => {
      env.numbers[slot] = wrap(compute(env.numbers[a], env.numbers[b]));
      env.cycles += cost;
    });
  }

  #call(name: string, args: readonly (Value | MemRef)[]): Compiled {
    const f = this.context.function(name);
    const getters = args.map((arg) => {
      if (arg instanceof MemRef) return this.#data(arg);
      const slot = this.#slot(arg);
      return (env: Env) => env.numbers[slot];
    });
    if (f.local !== undefined) {
      const { params, body } = f.local;
      const slots = params.map((p) => this.#slot(p));
      const inner = this.block(body);
      if (!inner.pure) throw new RangeError(`function "${name}" acquires or releases objects`);
      return this.#pure((env) => {
        getters.forEach((get, i) => {
          const value = get(env);
          if (typeof value === "number") env.numbers[slots[i]] = value;
          else env.data[slots[i]] = value;
        });
        env.cycles += this.context.cost.call;
        (inner.run as Pure)(env);
      });
    }
    const { model } = f, { cost } = this.context;
    if (model === undefined) {
      throw new RangeError(`kernel "${name}" (${f.binary}) has no model: it cannot be run`);
    }
    return this.#pure((env) => {
      const values = getters.map((get) => get(env));
      model.run(values);
      env.cycles += cost.call + model.cycles(values, cost);
    });
  }
}
