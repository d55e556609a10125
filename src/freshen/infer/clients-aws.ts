/** aws-sdk v2 (`s3.getObject({...}).promise()`) and v3 (`client.send(new GetObjectCommand({...}))`). */
import { type Access, READS } from "./access.ts";
import type { Constants } from "./constant.ts";
import type { Origin, Origins } from "./origin.ts";
import type { Node, Source } from "./source.ts";

/** Requests without effect that open the connection to a service, by a parameter that is there. */
const PROBES: readonly {
  readonly parameter: string;
  readonly v2: string;
  readonly service: RegExp;
}[] = [
  { parameter: "Bucket", v2: "headBucket", service: /s3/i },
  { parameter: "TableName", v2: "describeTable", service: /dynamodb$/i },
  { parameter: "QueueUrl", v2: "getQueueAttributes", service: /sqs/i },
  { parameter: "TopicArn", v2: "getTopicAttributes", service: /sns/i },
];
/** Parameters that name what a request is about. */
const NAMES = [
  "Bucket",
  "Key",
  "TableName",
  "QueueUrl",
  "TopicArn",
  "SecretId",
  "Name",
  "FunctionName",
];

const upper = (s: string) => s[0].toUpperCase() + s.slice(1);
const lower = (s: string) => s[0].toLowerCase() + s.slice(1);

/** Recognises calls of AWS clients. */
export function awsAccess(
  node: Node,
  source: Source,
  origins: Origins,
  constants: Constants,
): Access | undefined {
  if (node.callee.type !== "MemberExpression" || node.callee.computed) return undefined;
  const client = origins.of(node.callee.object);
  if (client?.how !== "instance") return undefined;
  const method: string = node.callee.property.name;
  if (/^@aws-sdk\/(client-|lib-dynamodb)/.test(client.module)) {
    if (method !== "send") return v3(node, method, node.arguments[0], client, source, constants);
    const command = node.arguments[0];
    const made = command?.type === "NewExpression" ? origins.of(command.callee) : undefined;
    const name = made?.path[made.path.length - 1];
    if (name === undefined || !name.endsWith("Command")) {
      return refusedOnly(
        node,
        `${client.path.join(".")}.send`,
        "its command is not made in the call",
      );
    }
    const operation = lower(name.slice(0, -"Command".length));
    return v3(node, operation, command.arguments[0], client, source, constants, command);
  }
  if (client.module === "aws-sdk" || client.module.startsWith("aws-sdk/clients/")) {
    return v2(node, method, client, source, constants);
  }
  return undefined;
}

function refusedOnly(node: Node, operation: string, refused: string): Access {
  return {
    node,
    operation,
    kind: "read",
    constants: [],
    hook: () => "",
    target: [],
    family: operation,
    refused,
  };
}

function serviceOf(client: Origin): string {
  const name = client.path.join(".") || client.module.replace("aws-sdk/clients/", "");
  return name.replace(/Client$/, "");
}

function v2(
  node: Node,
  method: string,
  client: Origin,
  source: Source,
  constants: Constants,
): Access | undefined {
  const member = source.parents.get(node);
  const call = source.parents.get(member);
  const promise = member?.type === "MemberExpression" && member.object === node &&
    member.property.name === "promise" && call?.type === "CallExpression" && call.callee === member;
  const service = serviceOf(client);
  const operation = `${service}.${method}`;
  if (method === "promise" || method === "on" || method === "config") return undefined;
  if (!promise) {
    return refusedOnly(node, operation, "its result is not a promise; call .promise() on it");
  }
  return aws(
    call,
    node,
    method,
    node.arguments[0],
    client,
    service,
    operation,
    source,
    constants,
    "",
  );
}

function v3(
  node: Node,
  operation: string,
  input: Node | undefined,
  client: Origin,
  source: Source,
  constants: Constants,
  command?: Node,
): Access {
  const service = serviceOf(client);
  const name = `${service}.${operation}`;
  const callback = node.arguments[command === undefined ? 1 : 1];
  if (callback !== undefined) {
    return refusedOnly(node, name, "it has a callback or options of its own");
  }
  const prefix = command === undefined
    ? ""
    : source.text.slice(command.callee.start, command.callee.end);
  return aws(node, node, operation, input, client, service, name, source, constants, prefix);
}

/** @param command text of the v3 command's class; empty for a method of the client. */
function aws(
  whole: Node,
  call: Node,
  operation: string,
  input: Node | undefined,
  client: Origin,
  service: string,
  name: string,
  source: Source,
  constants: Constants,
  command: string,
): Access {
  const clientText = source.text.slice(call.callee.object.start, call.callee.object.end);
  const modern = command !== "" || client.module.startsWith("@aws-sdk/");
  const literal = constants.object(input);
  const target = NAMES.map((n) => constants.property(literal, n));
  const common = { node: whole, operation: name, target, family: `aws ${service}` };
  const end = modern ? "" : ".promise()";
  if (READS.test(operation)) {
    const build = ([parameters]: readonly string[]) =>
      command === ""
        ? `${clientText}.${operation}(${parameters ?? ""})${end}`
        : `${clientText}.send(new ${command}(${parameters ?? ""}))`;
    const hook = (texts: readonly string[]) =>
      modern ? `replayable(${build(texts)})` : build(texts);
    const made: Access = {
      ...common,
      kind: "read",
      constants: input === undefined ? [] : [input],
      hook,
    };
    return client.scoped ? { ...made, refused: SCOPED } : made;
  }
  const probe = PROBES.find((p) =>
    p.service.test(service) && constants.property(literal, p.parameter)
  );
  const made = { ...common, kind: "write" as const, constants: [], hook: () => "" };
  if (client.scoped) return { ...made, refused: SCOPED };
  if (probe === undefined) {
    return { ...made, refused: `no request without effect is known that would warm ${service}` };
  }
  const name3 = `${upper(probe.v2)}Command`;
  const named = constants.property(literal, probe.parameter) as Node;
  return {
    ...made,
    constants: [named],
    hook: ([text]) => {
      if (!modern) return `${clientText}.${probe.v2}({ ${probe.parameter}: ${text} }).promise()`;
      if (command === "") return `${clientText}.${probe.v2}({ ${probe.parameter}: ${text} })`;
      // The command's class comes from the same package; the module may not have imported it.
      return `import(${JSON.stringify(client.module)})` +
        `.then((m) => ${clientText}.send(new m.${name3}({ ${probe.parameter}: ${text} })))`;
    },
  };
}

const SCOPED =
  "its client is made inside the function and ends with the invocation; make it outside the handler";
