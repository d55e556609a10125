/** redis and ioredis, pg. */
import type { Access } from "./access.ts";
import type { Constants } from "./constant.ts";
import type { Origins } from "./origin.ts";
import type { Node, Source } from "./source.ts";

const REDIS_READS =
  /^(?:get|mget|strlen|exists|ttl|hget|hgetall|hmget|hkeys|hvals|hlen|llen|lrange|lindex|smembers|sismember|scard|zrange|zscore|zcard)$/i;
const REDIS_OTHER =
  /^(?:connect|on|once|quit|disconnect|multi|duplicate|subscribe|psubscribe|pipeline)$/;
/** What makes a SELECT more than a read, or its answer depend on more than the data. */
const SQL_EFFECTS =
  /\bfor\s+(?:no\s+key\s+)?(?:update|share)\b|\b(?:nextval|setval|random|now|clock_timestamp|current_\w+|gen_random_uuid|pg_\w+)\b|;\s*\S|\binto\b/i;

const SCOPED =
  "its client is made inside the function and ends with the invocation; make it outside the handler";

/** Recognises calls of database clients. */
export function dataAccess(
  node: Node,
  source: Source,
  origins: Origins,
  constants: Constants,
): Access | undefined {
  if (node.callee.type !== "MemberExpression" || node.callee.computed) return undefined;
  const client = origins.of(node.callee.object);
  if (client?.how !== "instance") return undefined;
  const method: string = node.callee.property.name;
  const text = source.text.slice(node.callee.object.start, node.callee.object.end);
  const scoped = client.scoped ? { refused: SCOPED } : {};
  const callback = node.arguments.some((a: Node) => /Function/.test(a.type));
  const taken = callback ? { refused: "it has a callback; use the promise that it gives" } : {};
  if (client.module === "redis" || client.module === "ioredis") {
    if (REDIS_OTHER.test(method)) return undefined;
    const read = REDIS_READS.test(method);
    return {
      node,
      operation: `redis.${method}`,
      kind: read ? "read" : "write",
      constants: read ? node.arguments : [],
      hook: (texts) => read ? `${text}.${method}(${texts.join(", ")})` : `${text}.ping()`,
      target: [node.arguments[0]],
      family: `redis ${text}`,
      ...taken,
      ...scoped,
    };
  }
  if (client.module === "pg" && method === "query") {
    const [first] = node.arguments;
    const literal = constants.object(first);
    const sql = constants.evaluate(
      literal === undefined ? first : constants.property(literal, "text"),
    );
    const read = typeof sql === "string" && /^\s*select\b/i.test(sql) && !SQL_EFFECTS.test(sql);
    return {
      node,
      operation: "pg.query",
      kind: read ? "read" : "write",
      constants: read ? node.arguments : [],
      hook: (texts) => read ? `${text}.query(${texts.join(", ")})` : `${text}.query("SELECT 1")`,
      target: [undefined], // any statement may concern any table
      family: `pg ${text}`,
      ...taken,
      ...scoped,
    };
  }
  return undefined;
}
