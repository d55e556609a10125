/**
 * The chapter's function on the platform: it fetches two objects over connections, computes, and puts
 * its result, under one of the policies. Everything goes over the substrate's links and TCP.
 */
import type { ConnectionOptions } from "../../hardware/mod.ts";
import type { Process, Simulation } from "../../kernel/mod.ts";
import {
  type ActionSpec,
  Client,
  type Container,
  type FreshenWork,
  type Invocation,
  type Network,
  scopedClient,
} from "../../serverless/mod.ts";
import {
  type FreshenEvent,
  FrState,
  type Resource,
  simDriver,
  type SimWait,
} from "../runtime/mod.ts";
import { type Coverage, coverage, type Policy } from "./policy.ts";

/** What the function does; times in ns, sizes in bytes. */
export interface FunctionOptions {
  readonly name: string;
  readonly policy: Policy;
  /** Host of its invoker and host of the store. */
  readonly host: string;
  readonly store: string;
  readonly modelSize: number;
  readonly settingsSize: number;
  readonly resultSize: number;
  /** Time between the last fetch and the put. */
  readonly compute: number;
  /** How long fetched data holds. */
  readonly ttl: number;
  /** The store's own work on a request. */
  readonly storeWork: number;
  readonly connection: ConnectionOptions;
  /** Most segments that the provider lets `warmcwnd` set. */
  readonly windowPolicy: number;
  /** Told of what the function and its hook do. */
  readonly onActivity?: (activity: Activity) => void;
  /** Told of each wrapper's and the hook's dealings with `fr_state`. */
  readonly onEvent?: (event: FreshenEvent) => void;
}

/** A stretch of time in which something was done. */
export interface Activity {
  readonly lane: "freshen" | "function";
  readonly activity: string;
  readonly start: number;
  readonly end: number;
}

const REQUEST = 300;
const ANSWER = 100;
/** How long a warmed connection counts as warm: then its window is halved (RTO of at least 200 ms). */
const WARM_TTL = 200e6;

const MODEL = 0;
const SETTINGS = 1;
const RESULT = 2;

/** The function as an action of the platform. */
export function functionAction(
  sim: Simulation,
  network: Network,
  options: FunctionOptions,
): ActionSpec {
  const model = new FunctionModel(sim, network, options);
  const hooked = options.policy.startsWith("freshen");
  return {
    name: options.name,
    timeout: Infinity,
    run: (invocation) => model.run(invocation),
    ...(hooked ? { freshen: (container: Container) => model.hook(container) } : {}),
  };
}

class FunctionModel {
  readonly #covers: Coverage;
  /** Windows of recent connections to the store: what `warmcwnd` goes by (section 4.3.2). */
  #window = 0;

  constructor(
    readonly sim: Simulation,
    readonly network: Network,
    readonly options: FunctionOptions,
  ) {
    this.#covers = coverage(options.policy);
  }

  *run({ container }: Invocation): Process {
    const { options } = this;
    if (options.policy === "none") return yield* this.#alone();
    const client = this.#client(container);
    const state = this.#state(container);
    const get = (bytes: number) => () => client.request(REQUEST, bytes, options.storeWork);
    yield* this.#timed("function", "model", state.fetch(MODEL, get(options.modelSize)));
    yield* this.#timed("function", "settings", state.fetch(SETTINGS, get(options.settingsSize)));
    yield* this.#timed("function", "compute", wait(options.compute));
    const put = () => client.request(options.resultSize, ANSWER, options.storeWork);
    if (!this.#covers.result) yield* this.#timed("function", "put result", put());
    else {
      const steps = state.warm(RESULT, put, () => this.#open(client));
      yield* this.#timed("function", "put result", steps);
    }
    this.#window = Math.max(this.#window, client.connection.sender("client").cwnd);
  }

  /** Everything anew: invocation-scoped connections and data. */
  *#alone(): Process {
    const { options, network } = this;
    const client = new Client(() => network.open(options.host, options.store, options.connection));
    const get = (bytes: number) => client.request(REQUEST, bytes, options.storeWork);
    yield* this.#timed("function", "model", get(options.modelSize));
    yield* this.#timed("function", "settings", get(options.settingsSize));
    yield* this.#timed("function", "compute", wait(options.compute));
    yield* this.#timed(
      "function",
      "put result",
      client.request(options.resultSize, ANSWER, options.storeWork),
    );
    client.close();
  }

  *hook(container: Container): Process<FreshenWork> {
    const report = yield* this.#state(container).hook({
      bytes: container.freshenBytesLeft,
      stop: () => container.removed,
    });
    return { bytes: report.bytes };
  }

  #client(container: Container): Client {
    const { host, store, connection, windowPolicy } = this.options;
    return scopedClient(container, this.network, host, store, { ...connection, windowPolicy });
  }

  /** The container's `fr_state`. The hook passes by what the policy does not cover. */
  #state(container: Container): FrState<SimWait> {
    return container.scoped("fr_state", () => {
      const { onEvent } = this.options;
      const state = new FrState<SimWait>(
        simDriver(this.sim),
        this.#resources(container),
        onEvent === undefined ? {} : { onEvent },
      );
      const { model, settings, result } = this.#covers;
      [model, settings, result].forEach((covered, i) => (state.entries[i].hooked = covered));
      container.onRemoved.push(() => state.dispose());
      return state;
    });
  }

  #resources(container: Container): Resource<SimWait>[] {
    const { options } = this;
    const client = this.#client(container);
    const fetch = (name: string, bytes: number): Resource<SimWait> => ({
      name,
      kind: "fetch",
      ttl: options.ttl,
      size: () => bytes,
      run: () => this.#timed("freshen", name, client.request(REQUEST, bytes, options.storeWork)),
    });
    return [fetch("model", options.modelSize), fetch("settings", options.settingsSize), {
      name: "result",
      kind: "warm",
      ttl: WARM_TTL,
      run: () => this.#timed("freshen", "warm connection", this.#warm(client)),
    }];
  }

  *#warm(client: Client): Process {
    yield* client.ensure();
    this.#setWindow(client);
  }

  /** What the wrapper does itself: no probe, as the operation itself would find a dead connection. */
  *#open(client: Client): Process {
    yield* client.connect();
    this.#setWindow(client);
  }

  /** A system call: it costs no round trip. */
  #setWindow(client: Client): void {
    if (this.#covers.window && this.#window > 0) client.connection.warmcwnd("client", this.#window);
  }

  *#timed<T>(lane: Activity["lane"], activity: string, body: Process<T>): Process<T> {
    const start = this.sim.now;
    const value = yield* body;
    this.options.onActivity?.({ lane, activity, start, end: this.sim.now });
    return value;
  }
}

function* wait(time: number): Process {
  if (time > 0) yield time;
}
