/**
 * An independent reader of emitted MLIR, for tests: it knows the text only, not the graph. It checks
 * what mlir-aie's parser and verifiers would of these operations: regions, names defined once and
 * before their use, symbols, types of operands, and what operations must agree on.
 */

const NAME = String.raw`(%[A-Za-z_0-9$.]+)`, SYMBOL = String.raw`(@(?:[A-Za-z_][\w$.]*|"[^"]*"))`;
const MEMREF = String.raw`(memref<[^>]*>)`, VIEW = String.raw`!aie\.objectfifosubview<${MEMREF}>`;
const BOUND = String.raw`(-?\d+)`, SCALAR = "(i8|i16|i32|i64|index|bf16|f32)";

interface Region {
  readonly kind: string;
  readonly types: Map<string, string>;
  last: string;
  /** Of a task: the size that its repeat count must say. */
  repeats: number;
  attributes?: (text: string, region: Region) => void;
}

/** Everything wrong with a text, by line; empty for one that is right. */
export function problems(text: string): string[] {
  const found: string[] = [], regions: Region[] = [];
  const symbols = new Map<string, string>(), tokens = new Set<string>();
  let line = "", number = 0;
  const fail = (why: string) => void found.push(`${number}: ${why}: ${line.trim()}`);
  const need = (ok: boolean, why: string) => ok || fail(why);
  const typeOf = (name: string) => {
    // Functions see nothing of what is around them.
    for (const { kind, types } of [...regions].reverse()) {
      if (types.has(name)) return types.get(name) as string;
      if (kind === "func") break;
    }
    fail(`${name} is not defined here`);
    return "";
  };
  const use = (name: string, type: string) => {
    const is = typeOf(name);
    need(is === "" || is === type, `${name} is ${is}, not ${type}`);
  };
  const define = (name: string, type: string) => {
    need(!regions.some(({ types }) => types.has(name)), `${name} is defined again`);
    regions.at(-1)?.types.set(name, type);
  };
  const declare = (name: string, kind: string) => {
    need(!symbols.has(name), `${name} is declared again`);
    symbols.set(name, kind);
  };
  const symbol = (name: string, kind: string) => {
    const is = symbols.get(name) ?? "";
    need(is.startsWith(kind), `${name} is ${is || "not declared"}, not ${kind}`);
    return is.slice(kind.length);
  };
  const open = (kind: string, attributes?: Region["attributes"]) =>
    regions.push({
      kind,
      types: new Map(),
      last: "",
      repeats: 1,
      ...(attributes && { attributes }),
    });
  const params = (list: string) => {
    for (const [, name, type] of list.matchAll(/(%\w+): ([^,)]*(?:>|\w))/g)) define(name, type);
  };
  const element = (memref: string) => memref.slice(7, -1).split("x").at(-1) as string;
  const rank = (memref: string) => memref.split("x").length - 1;
  const names = (list: string) => list === "" ? [] : list.split(", ");
  const places = (list: string, memref: string) => {
    need(names(list).length === rank(memref), `indices of ${memref}`);
    names(list).forEach((name) => use(name, "index"));
  };

  const rules: [RegExp, (...groups: string[]) => void][] = [
    [/^module \{$/, () => open("module")],
    [/^aie\.device\(\w+\) \{$/, () => open("device")],
    [
      RegExp(`^${NAME} = aie\\.tile\\((\\d+), (\\d+)\\)$`),
      (name, col, row) => {
        define(name, "tile");
        declare(`tile ${col},${row}`, "tile");
      },
    ],
    [
      RegExp(
        `^aie\\.objectfifo ${SYMBOL}\\((.*), \\{(.*)\\}, (\\d+ : i32|\\[.*\\])\\) ` +
          `: !aie\\.objectfifo<${MEMREF}>$`,
      ),
      (name, producer, consumers, depth, type) => {
        declare(name, `fifo ${type}`);
        const ends = `${producer}, ${consumers}`.replaceAll(
          / dimensions(To|From)Stream \[(<size = \d+, stride = \d+>(, )?)+\]/g,
          "",
        );
        const tiles = ends.split(", ");
        tiles.forEach((tile) => use(tile, "tile"));
        if (depth.startsWith("[")) need(names(depth).length === tiles.length, "depths per end");
      },
    ],
    [
      /^aie\.objectfifo\.link \[(.+)\] -> \[(.+)\]\(\[(.*)\] \[(.*)\]\)$/,
      (sources, destinations, ...offsets) => {
        [sources, destinations].forEach((list, i) => {
          names(list).forEach((name) => symbol(name, "fifo "));
          const given = names(offsets[i]).length;
          need(given === 0 || given === names(list).length, "offsets per part");
          need(names(list).length === 1 || given > 0, "parts without offsets");
        });
      },
    ],
    [
      RegExp(`^func\\.func private ${SYMBOL}\\((.*)\\)$`),
      (name, types) => declare(name, `func ${types}`),
    ],
    [RegExp(`^func\\.func ${SYMBOL}\\((.*)\\) \\{$`), (name, list) => {
      declare(name, `func ${list.replaceAll(/%\w+: /g, "")}`);
      open("func");
      params(list);
    }],
    [
      RegExp(
        `^${NAME} = aie\\.buffer\\(${NAME}\\) \\{sym_name = "(.*)"\\} : ${MEMREF}( = dense.*)?$`,
      ),
      (name, tile, label, type, init) => {
        use(tile, "tile");
        define(name, type);
        declare(`@${label}`, "buffer");
        const float = ["f32", "bf16"].includes(element(type));
        for (const [value] of (init ?? "").matchAll(/-?[\d.]+(e-?\d+)?/g)) {
          need(value.includes(".") === float, `${value} in ${type}`);
        }
      },
    ],
    [RegExp(`^${NAME} = aie\\.core\\(${NAME}\\) \\{$`), (name, tile) => {
      use(tile, "tile");
      define(name, "core");
      open(
        "core",
        (text) =>
          need(/^((link_with = "[^"]+"|stack_size = \d+ : i32)(, )?)+$/.test(text), "attributes"),
      );
    }],
    [RegExp(`^${NAME} = arith\\.constant (\\S+) : ${SCALAR}$`), (name, value, type) => {
      define(name, type);
      const float = type === "f32" || type === "bf16";
      need(
        RegExp(float ? "^(-?\\d+\\.\\d+(e[-+]?\\d+)?|0x[0-9A-F]+)$" : "^-?\\d+$").test(value),
        type,
      );
    }],
    [RegExp(`^scf\\.for ${NAME} = ${NAME} to ${NAME} step ${NAME} \\{$`), (index, ...bounds) => {
      bounds.forEach((name) => use(name, "index"));
      open("for");
      define(index, "index");
    }],
    [
      RegExp(
        `^${NAME} = aie\\.objectfifo\\.acquire ${SYMBOL}\\((Produce|Consume), (\\d+)\\) : ${VIEW}$`,
      ),
      (name, fifo, _port, n, type) => {
        need(symbol(fifo, "fifo ") === type, "type of the FIFO");
        define(name, `view ${n} ${type}`);
      },
    ],
    [
      RegExp(
        `^${NAME} = aie\\.objectfifo\\.subview\\.access ${NAME}\\[(\\d+)\\] : ${VIEW} -> ${MEMREF}$`,
      ),
      (name, view, i, from, to) => {
        const [, n, type] = typeOf(view).split(" ");
        need(Number(i) < Number(n) && from === to && type === to, "element of the view");
        define(name, to);
      },
    ],
    [
      RegExp(`^aie\\.objectfifo\\.release ${SYMBOL}\\((Produce|Consume), [1-9]\\d*\\)$`),
      (fifo) => void symbol(fifo, "fifo "),
    ],
    [
      RegExp(`^${NAME} = memref\\.load ${NAME}\\[(.*)\\] : ${MEMREF}$`),
      (name, from, list, type) => {
        use(from, type);
        places(list, type);
        define(name, element(type));
      },
    ],
    [RegExp(`^memref\\.store ${NAME}, ${NAME}\\[(.*)\\] : ${MEMREF}$`), (value, to, list, type) => {
      use(to, type);
      use(value, element(type));
      places(list, type);
    }],
    [
      RegExp(`^${NAME} = arith\\.(trunci|index_cast) ${NAME} : ${SCALAR} to ${SCALAR}$`),
      (name, _op, value, from, to) => {
        use(value, from);
        define(name, to);
      },
    ],
    [
      RegExp(`^${NAME} = arith\\.(\\w+) ${NAME}, ${NAME} : ${SCALAR}$`),
      (name, op, a, b, type) => {
        use(a, type);
        use(b, type);
        need(/f$/.test(op) === ["f32", "bf16"].includes(type), `${op} of ${type}`);
        define(name, type);
      },
    ],
    [RegExp(`^func\\.call ${SYMBOL}\\((.*)\\) : \\((.*)\\) -> \\(\\)$`), (name, args, types) => {
      need(symbol(name, "func ") === types, "signature");
      names(args).forEach((arg, i) => use(arg, names(types)[i]));
    }],
    [RegExp(`^aiex\\.runtime_sequence ${SYMBOL}\\((.*)\\) \\{$`), (_name, list) => {
      open("sequence");
      params(list);
    }],
    [
      RegExp(`^aiex\\.npu\\.rtp_write\\(${SYMBOL}, \\d+, ${BOUND}\\)$`),
      (name) => void symbol(name, "buffer"),
    ],
    [RegExp(`^${NAME} = aiex\\.dma_configure_task_for ${SYMBOL} \\{$`), (name, fifo) => {
      symbol(fifo, "fifo ");
      define(name, "task");
      open("task", (text, { repeats }) => {
        if (text.includes("issue_token = true")) tokens.add(name);
        const count = /repeat_count = (\d+) : i32/.exec(text)?.[1] ?? "0";
        need(Number(count) === repeats - 1, `repeat_count ${count}, but size ${repeats}`);
      });
    }],
    [
      RegExp(
        `^aie\\.dma_bd\\(${NAME} : ${MEMREF}, \\d+, (\\d+), \\[(.*)\\]\\) \\{burst_length = 0 : i32\\}$`,
      ),
      (name, type, length, list) => {
        use(name, type);
        const sizes = [...list.matchAll(/<size = (\d+), stride = \d+>/g)].map((m) => Number(m[1]));
        need(sizes.length === 4, "four dimensions");
        need(sizes[1] * sizes[2] * sizes[3] === Number(length), "length");
        (regions.at(-1) as Region).repeats = sizes[0];
      },
    ],
    [RegExp(`^aiex\\.dma_(start|await|free)_task\\(${NAME}\\)$`), (op, name) => {
      use(name, "task");
      need(op !== "await" || tokens.has(name), "await of a task without token");
    }],
    [/^(aie\.end|return)$/, (end) => {
      need(
        ["core", "task"].includes(regions.at(-1)?.kind ?? "") === (end === "aie.end"),
        "terminator",
      );
    }],
  ];

  for (line of text.split("\n")) {
    number++;
    if (line === "") continue;
    const code = line.trim(), close = /^\}(?: \{(.*)\})?$/.exec(code);
    if (close !== null) {
      const region = regions.pop();
      if (region === undefined) {
        fail("closes nothing");
        continue;
      }
      const ends: Record<string, string> = { core: "aie.end", task: "aie.end", func: "return" };
      need(region.last === (ends[region.kind] ?? region.last), `${region.kind} without terminator`);
      const given = close[1] as string | undefined;
      if (region.attributes === undefined) need(given === undefined, "attributes");
      else if (given !== undefined || region.kind === "task") {
        region.attributes(given ?? "", region);
      }
    }
    need(line.length - code.length === 2 * regions.length, "indentation");
    if (close !== null) continue;
    if (regions.length > 0) regions[regions.length - 1].last = code;
    const rule = rules.find(([form]) => form.test(code));
    if (rule === undefined) fail("no such operation");
    else rule[1](...(rule[0].exec(code) as string[]).slice(1));
  }
  if (regions.length > 0) fail(`${regions.length} regions are left open`);
  return found;
}
