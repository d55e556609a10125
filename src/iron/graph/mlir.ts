/** A design graph as MLIR text in the dialect of mlir-aie. */
import { type Coordinate, Device, type Dim } from "../../hardware/npu/mod.ts";
import type { MemRef, Op, Value } from "./body.ts";
import {
  type DesignGraph,
  type FifoNode,
  repeatCount,
  type Transfer,
  transferLength,
} from "./graph.ts";
import type { TensorType } from "./types.ts";

/** Prints a placed design. The text is a function of the graph: names of values follow from places. */
export function emitMlir(graph: DesignGraph): string {
  const device = new Device(graph.device);
  const lines: string[] = [];
  const out = (depth: number, text: string) => lines.push("  ".repeat(depth) + text);
  const tile = (at: Coordinate) => {
    const kind = device.kind(at);
    const prefix = kind === "shim" ? "shim_noc_tile" : kind === "mem" ? "mem_tile" : "tile";
    return `%${prefix}_${at.col}_${at.row}`;
  };

  out(0, "module {");
  out(1, `aie.device(${graph.device}) {`);
  for (const at of graph.tiles) out(2, `${tile(at)} = aie.tile(${at.col}, ${at.row})`);
  for (const fifo of graph.fifos) out(2, fifoLine(fifo, tile));
  for (const link of graph.links) {
    const names = (list: readonly string[]) => list.map(symbol).join(", ");
    out(
      2,
      `aie.objectfifo.link [${names(link.sources)}] -> [${names(link.destinations)}]` +
        `([${link.sourceOffsets.join(", ")}] [${link.destinationOffsets.join(", ")}])`,
    );
  }
  for (const f of graph.functions) {
    if (f.local !== undefined) {
      const values = new Names();
      const params = f.local.params.map((p, i) => `${values.name(p, `arg${i}`)}: ${p.type}`);
      out(2, `func.func ${symbol(f.name)}(${params.join(", ")}) {`);
      printBody(f.local.body, 3, out, values);
      out(3, "return");
      out(2, "}");
    } else out(2, `func.func private ${symbol(f.name)}(${f.argTypes.join(", ")})`);
  }
  for (const { name, tile: at, type, init } of graph.buffers) {
    const value = initial(type, init);
    out(2, `${register(name)} = aie.buffer(${tile(at)}) {sym_name = "${name}"} : ${type}${value}`);
  }
  const buffers = new Map<MemRef, string>(graph.buffers.map((b) => [b.ref, b.name]));
  for (const core of graph.cores) {
    const { col, row } = core.tile;
    out(2, `%core_${col}_${row} = aie.core(${tile(core.tile)}) {`);
    printBody(core.body, 3, out, new Names(buffers), tile(core.tile));
    out(3, "aie.end");
    const attributes = [
      ...(core.linkWith === undefined ? [] : [`link_with = "${core.linkWith}"`]),
      ...(core.stackSize === undefined ? [] : [`stack_size = ${core.stackSize} : i32`]),
    ];
    out(2, attributes.length === 0 ? "}" : `} {${attributes.join(", ")}}`);
  }
  const { args, ops } = graph.sequence;
  out(
    2,
    `aiex.runtime_sequence @sequence(${args.map((t, i) => `%arg${i}: ${t}`).join(", ")}) {`,
  );
  for (const op of ops) {
    if (op.op === "rtp_write") {
      out(3, `aiex.npu.rtp_write(${symbol(op.buffer)}, ${op.index}, ${op.value})`);
    } else if (op.op === "configure") printTransfer(op.transfer, args, out);
    else out(3, `aiex.dma_${op.op}_task(%t${op.id})`);
  }
  out(2, "}");
  out(1, "}");
  out(0, "}");
  return lines.join("\n") + "\n";
}

function dims(list: readonly Dim[]): string {
  return `[${list.map((d) => `<size = ${d.size}, stride = ${d.stride}>`).join(", ")}]`;
}

function fifoLine(fifo: FifoNode, tile: (at: Coordinate) => string): string {
  const toStream = fifo.dimsToStream === undefined
    ? ""
    : ` dimensionsToStream ${dims(fifo.dimsToStream)}`;
  const consumers = fifo.consumers.map(({ tile: at, dimsFromStream }) =>
    tile(at) + (dimsFromStream === undefined ? "" : ` dimensionsFromStream ${dims(dimsFromStream)}`)
  );
  const depth = typeof fifo.depth === "number"
    ? `${fifo.depth} : i32`
    : `[${fifo.depth.map((d) => `${d} : i32`).join(", ")}]`;
  return `aie.objectfifo ${symbol(fifo.name)}(${tile(fifo.producer)}${toStream}, ` +
    `{${consumers.join(", ")}}, ${depth}) : !aie.objectfifo<${fifo.type}>`;
}

function printTransfer(
  t: Transfer,
  args: readonly TensorType[],
  out: (depth: number, text: string) => void,
): void {
  out(3, `%t${t.id} = aiex.dma_configure_task_for ${symbol(t.fifo)} {`);
  const walk = t.sizes.map((size, d) => ({ size, stride: t.strides[d] }));
  out(
    4,
    `aie.dma_bd(%arg${t.arg} : ${args[t.arg]}, ${t.offset}, ${transferLength(t)}, ` +
      `${dims(walk)}) {burst_length = 0 : i32}`,
  );
  out(4, "aie.end");
  const attributes = [
    ...(t.issueToken ? ["issue_token = true"] : []),
    ...(repeatCount(t) > 0 ? [`repeat_count = ${repeatCount(t)} : i32`] : []),
  ];
  out(3, attributes.length === 0 ? "}" : `} {${attributes.join(", ")}}`);
}

/** Names of the values of one body. */
class Names {
  readonly #names = new Map<Value | MemRef, string>();
  #next = 0;
  constructor(symbols: Map<MemRef, string> = new Map()) {
    for (const [ref, name] of symbols) this.#names.set(ref, register(name));
  }
  /** The value's name; a new one gets `hint` or the next number. */
  name(value: Value | MemRef, hint?: string): string {
    let found = this.#names.get(value);
    if (found === undefined) {
      found = `%${hint ?? this.#next++}`;
      this.#names.set(value, found);
    }
    return found;
  }
  fresh(): string {
    return `%${this.#next++}`;
  }
}

const INTEGER = { add: "addi", sub: "subi", mul: "muli", rem: "remsi", max: "maxsi", min: "minsi" };
const FLOAT = {
  add: "addf",
  sub: "subf",
  mul: "mulf",
  rem: "remf",
  max: "maximumf",
  min: "minimumf",
};

function printBody(
  ops: readonly Op[],
  depth: number,
  out: (depth: number, text: string) => void,
  names: Names,
  tile = "",
): void {
  const n = (v: Value | MemRef) => names.name(v);
  const index = (list: readonly Value[]) => list.map(n).join(", ");
  for (const op of ops) {
    switch (op.op) {
      case "for": {
        const [from, to, step] = [names.fresh(), names.fresh(), names.fresh()];
        // The endless loop's bound is the largest 64-bit integer, which a number cannot hold.
        const end = op.to === 2 ** 63 ? "9223372036854775807" : String(op.to);
        out(depth, `${from} = arith.constant ${op.from} : index`);
        out(depth, `${to} = arith.constant ${end} : index`);
        out(depth, `${step} = arith.constant ${op.step} : index`);
        out(depth, `scf.for ${n(op.index)} = ${from} to ${to} step ${step} {`);
        printBody(op.body, depth + 1, out, names, tile);
        out(depth, "}");
        break;
      }
      case "acquire": {
        const view = names.fresh();
        const type = `!aie.objectfifosubview<${op.type}>`;
        out(
          depth,
          `${view} = aie.objectfifo.acquire ${symbol(op.fifo)}(${op.port}, ${op.n}) : ${type}`,
        );
        op.results.forEach((result, i) =>
          out(
            depth,
            `${n(result)} = aie.objectfifo.subview.access ${view}[${i}] : ${type} -> ${op.type}`,
          )
        );
        break;
      }
      case "release":
        out(depth, `aie.objectfifo.release ${symbol(op.fifo)}(${op.port}, ${op.n})`);
        break;
      case "constant":
        out(depth, `${n(op.result)} = arith.constant ${number(op.value, op.result)}`);
        break;
      case "load":
        out(
          depth,
          `${n(op.result)} = memref.load ${n(op.from)}[${index(op.indices)}] : ${op.from.type}`,
        );
        break;
      case "store":
        out(
          depth,
          `memref.store ${n(op.value)}, ${n(op.to)}[${index(op.indices)}] : ${op.to.type}`,
        );
        break;
      case "arith": {
        const [first] = op.args;
        if (op.name === "trunc" || op.name === "cast") {
          const name = op.name === "trunc" ? "trunci" : "index_cast";
          out(
            depth,
            `${n(op.result)} = arith.${name} ${n(first)} : ${first.type} to ${op.result.type}`,
          );
          break;
        }
        const name = (isFloat(first.type) ? FLOAT : INTEGER)[op.name];
        out(depth, `${n(op.result)} = arith.${name} ${index(op.args)} : ${first.type}`);
        break;
      }
      case "call": {
        const types = op.args.map((arg) => String(arg.type)).join(", ");
        const args = op.args.map(n).join(", ");
        out(depth, `func.call ${symbol(op.callee.name)}(${args}) : (${types}) -> ()`);
        break;
      }
      case "buffer": {
        const value = initial(op.result.type, op.init);
        out(
          depth,
          `${
            n(op.result)
          } = aie.buffer(${tile}) {sym_name = "${op.name}"} : ${op.result.type}${value}`,
        );
        break;
      }
    }
  }
}

/** `@name`, in quotes where the name is no bare identifier of MLIR's. */
function symbol(name: string): string {
  return /^[A-Za-z_][\w$.]*$/.test(name) ? `@${name}` : `@${JSON.stringify(name)}`;
}

/** The register of a buffer: its name, with what a register's may not have replaced. */
function register(name: string): string {
  return `%${name.replaceAll(/[^\w$.]/g, "_").replace(/^(?=\d)/, "_")}`;
}

function isFloat(type: string): boolean {
  return type === "f32" || type === "bf16";
}

/** A number as a literal of its type: MLIR's floats have a point, also before an exponent. */
function literal(value: number, type: string): string {
  if (!isFloat(type)) return String(value);
  if (!Number.isFinite(value)) {
    const sign = value < 0 ? 1 : 0, nan = Number.isNaN(value);
    const bits = type === "f32" ? (nan ? 0x7fc00000 : 0x7f800000) : nan ? 0x7fc0 : 0x7f80;
    const top = type === "f32" ? 2 ** 31 : 2 ** 15;
    return `0x${(bits + sign * top).toString(16).toUpperCase()}`;
  }
  const text = String(value);
  return text.includes(".") ? text : text.replace(/^(-?\d+)/, "$1.0");
}

function number(value: number, { type }: Value): string {
  return `${literal(value, type)} : ${type}`;
}

function initial(type: TensorType, init: readonly number[] | undefined): string {
  return init === undefined ? "" : ` = dense<${dense(init, type.shape, type.dtype)}>`;
}

function dense(values: readonly number[], shape: readonly number[], type: string): string {
  if (shape.length <= 1) return `[${values.map((value) => literal(value, type)).join(", ")}]`;
  const step = values.length / shape[0];
  return `[${
    Array.from(
      { length: shape[0] },
      (_, i) => dense(values.slice(i * step, (i + 1) * step), shape.slice(1), type),
    ).join(", ")
  }]`;
}
