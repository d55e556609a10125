/** fetch, axios, got, and net.connect. */
import type { Access } from "./access.ts";
import type { Constants } from "./constant.ts";
import type { Origins } from "./origin.ts";
import type { Node, Source } from "./source.ts";

const SAFE = new Set(["GET", "HEAD"]);

/** Recognises HTTP requests and plain TCP connections. */
export function httpAccess(
  node: Node,
  source: Source,
  origins: Origins,
  constants: Constants,
): Access | undefined {
  const origin = origins.of(node.callee);
  if (origin === undefined || origin.how !== "value") {
    return instanceAccess(node, origins);
  }
  const { module, path } = origin;
  const [name] = path;
  const callee = source.text.slice(node.callee.start, node.callee.end);
  if (isFetch(module, path)) return fetchAccess(node, callee, constants);
  if (module === "axios" && path.length <= 1) {
    if (name === undefined || name === "request") return axiosConfig(node, callee, constants);
    if (/^(?:get|head|options|delete|post|put|patch)$/.test(name)) {
      return request(node, `axios.${name}`, name.toUpperCase(), callee, "axios.head", constants);
    }
  }
  if (module === "got" && path.length <= 1) return gotAccess(node, name, callee, source, constants);
  if (
    module === "net" && (name === "connect" || name === "createConnection") && path.length === 1
  ) {
    return netAccess(node, callee);
  }
  return undefined;
}

function isFetch(module: string, path: readonly string[]): boolean {
  if (module === "") return path.length === 1 && path[0] === "fetch";
  return (module === "node-fetch" && path.length === 0) ||
    (module === "undici" && path.length === 1 && path[0] === "fetch");
}

/** Clients with settings of their own (`axios.create`, `got.extend`) are not followed. */
function instanceAccess(node: Node, origins: Origins): Access | undefined {
  if (node.callee.type !== "MemberExpression") return undefined;
  const client = origins.of(node.callee.object);
  if (client?.how !== "instance" || (client.module !== "axios" && client.module !== "got")) {
    return undefined;
  }
  return {
    node,
    operation: `${client.module}.${node.callee.property.name}`,
    kind: "read",
    constants: [],
    hook: () => "",
    target: [],
    family: client.module,
    refused: `its client has settings of its own (${
      client.path.join(".")
    }), which are not followed`,
  };
}

function fetchAccess(node: Node, callee: string, constants: Constants): Access {
  const [url, options] = node.arguments;
  const given = constants.property(constants.object(options), "method");
  const known = options === undefined || constants.object(options) !== undefined;
  const method = given === undefined
    ? "GET"
    : String(constants.evaluate(given) ?? "?").toUpperCase();
  const made = request(node, `fetch ${method}`, method, callee, "", constants);
  if (!known) return { ...made, refused: "its options are not written where they can be read" };
  if (method === "?") return { ...made, refused: "its method is not known before the run" };
  return url?.type === "SpreadElement" ? { ...made, refused: "its address is spread" } : made;
}

function axiosConfig(node: Node, callee: string, constants: Constants): Access {
  const first = node.arguments[0];
  const literal = constants.object(first);
  const url = literal === undefined ? first : constants.property(literal, "url");
  const given = constants.property(literal ?? constants.object(node.arguments[1]), "method");
  const method = given === undefined
    ? "GET"
    : String(constants.evaluate(given) ?? "?").toUpperCase();
  const made = request(node, `axios ${method}`, method, callee, "axios.head", constants, url);
  return method === "?" ? { ...made, refused: "its method is not known before the run" } : made;
}

function request(
  node: Node,
  operation: string,
  method: string,
  callee: string,
  head: string,
  _constants: Constants,
  url: Node | undefined = node.arguments[0],
): Access {
  const common = { node, operation, target: [url], family: "http" };
  if (url === undefined) {
    return { ...common, kind: "read", constants: [], hook: () => "", refused: "it has no address" };
  }
  if (SAFE.has(method)) {
    return {
      ...common,
      kind: "read",
      constants: node.arguments,
      hook: (texts) => `${callee}(${texts.join(", ")})`,
    };
  }
  const client = head === "" ? callee : head.replace(/^axios/, callee.replace(/\.\w+$/, ""));
  return {
    ...common,
    kind: "write",
    constants: [url],
    hook: ([text]) =>
      head === ""
        ? `${client}(new URL(${text}).origin, { method: "HEAD" })`
        : `${client}(new URL(${text}).origin, { validateStatus: () => true })`,
  };
}

function gotAccess(
  node: Node,
  name: string | undefined,
  callee: string,
  source: Source,
  constants: Constants,
): Access | undefined {
  if (name !== undefined && !/^(?:get|head|post|put|patch|delete)$/.test(name)) return undefined;
  const method = (name ?? "get").toUpperCase();
  const member = source.parents.get(node);
  const call = source.parents.get(member);
  const shaped = member?.type === "MemberExpression" && member.object === node &&
    !member.computed &&
    /^(?:json|text|buffer)$/.test(member.property.name) && call?.type === "CallExpression" &&
    call.callee === member && call.arguments.length === 0;
  const base = callee.replace(/\.\w+$/, "");
  const made = request(node, `got ${method}`, method, callee, "", constants);
  const options = node.arguments[1];
  if (
    options !== undefined && constants.property(constants.object(options), "method") !== undefined
  ) {
    return { ...made, refused: "its method is among its options; call got.get or the like" };
  }
  if (!SAFE.has(method)) {
    const hook = ([text]: readonly string[]) =>
      `${base}.head(new URL(${text}).origin, { throwHttpErrors: false })`;
    return { ...made, node: shaped ? call : node, hook };
  }
  if (!shaped) {
    return {
      ...made,
      refused: "a whole response of got cannot be shared; use .json(), .text() or .buffer()",
    };
  }
  return {
    ...made,
    node: call,
    hook: (texts) => `${callee}(${texts.join(", ")}).${member.property.name}()`,
  };
}

function netAccess(node: Node, callee: string): Access {
  const args = node.arguments.filter((a: Node) => !/Function/.test(a.type));
  return {
    node,
    operation: "net.connect",
    kind: "write",
    constants: args,
    target: args,
    family: "tcp",
    // The socket's `connect` event would have passed: the source keeps its own connect, over a path
    // whose name and round trip are known by then.
    hookOnly: true,
    hook: (texts) =>
      `new Promise((resolve, reject) => { const socket = ${callee}(${texts.join(", ")}, () => ` +
      `socket.end(resolve)); socket.on("error", reject); })`,
  };
}
