/**
 * ImageProcess (section 5.6.5): a function that reads an image from a store, computes, and writes a
 * thumbnail; a client that sends a request every 0.8 s.
 */
import type { Process, Simulation } from "../../kernel/mod.ts";
import {
  type ActionSpec,
  type Activation,
  type Container,
  lognormal,
  type Network,
  type Pod,
  PodKilled,
  scopedClient,
  type ServerlessPlatform,
} from "../../serverless/mod.ts";
import type { Resolved } from "./parameters.ts";

const REQUEST = 300, ANSWER = 100;
/** Stretches of a request between which main thread and helpers wait for one another. */
const STRETCHES = 8;

/** The pod of a container of this platform. */
export function podOf(container: Container): Pod {
  if (container.pod === null) throw new PodKilled(`container ${container.name} has no pod`);
  return container.pod;
}

/** The function. */
export function imageProcess(
  sim: Simulation,
  network: Network,
  store: string,
  p: Resolved,
): ActionSpec {
  const demands = sim.rng("demands");
  return {
    name: "ImageProcess",
    kind: "java",
    memory: p.action_memory,
    *init(container): Process {
      const pod = podOf(container);
      yield* pod.charge(p.image_memory);
      yield* pod.compute(p.image_start_cpu);
    },
    *run({ container }): Process {
      const pod = podOf(container);
      const client = scopedClient(container, network, pod.host.name, store);
      const first = !container.runtime.has("has run");
      const total = lognormal(demands, p.image_cpu, p.image_cpu_variation) *
        (first ? p.first_run : 1);
      const helpers = total * (first ? p.first_helpers : p.helpers);
      yield* client.request(REQUEST, p.image_size, p.store_work);
      if (first) {
        yield* pod.charge(p.image_heap);
        container.runtime.set("has run", true);
      }
      for (let i = 0; i < STRETCHES; i++) {
        yield* pod.compute((total - helpers) / STRETCHES, helpers / STRETCHES);
      }
      yield* client.request(p.thumbnail_size, ANSWER, p.store_work);
    },
  };
}

/** Sends the requests on schedule, whatever has come back. */
export function sendImages(
  sim: Simulation,
  platform: ServerlessPlatform,
  spec: ActionSpec,
  p: Resolved,
  onEnd: (activation: Activation) => void,
): void {
  const action = platform.register(spec);
  const send = function* (): Process {
    onEnd(yield* platform.invoke(action));
  };
  for (let at = 0; at < p.duration; at += p.interval) {
    sim.at(at, () => void sim.spawn("request", send()));
  }
}
