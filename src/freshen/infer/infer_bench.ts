/** `deno bench -A src/freshen/infer`: the target is under 50 ms for a handler of 2000 lines. */
import { handlerOfLines } from "./fixture_test.ts";
import { inferHook } from "./mod.ts";

const source = handlerOfLines(2000);

Deno.bench("infer the hook of a 2000-line handler", { n: 20, warmup: 5 }, () => {
  if (inferHook(source).resources.length !== 2) throw new Error("the handler's hook was not found");
});
