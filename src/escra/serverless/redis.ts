/** Redis as Lithops uses it: lists of tasks and results, objects; one thread that does all commands. */
import { type Process, Resource, type Simulation } from "../../kernel/mod.ts";
import type { Client } from "../../serverless/mod.ts";

/** What a Redis server costs. */
export interface RedisOptions {
  /** Time of a command, ns. */
  readonly work: number;
  /** Bytes per second that its thread copies. */
  readonly rate: number;
}

/** Bytes of a command and of a short answer. */
const COMMAND = 100;

/** One server; clients reach it over their own connections. */
export class Redis<T, R> {
  readonly results: R[] = [];
  readonly #tasks: T[];
  readonly #thread: Resource;
  #next = 0;

  /** @param tasks the list that workers pop. */
  constructor(sim: Simulation, tasks: readonly T[], private readonly options: RedisOptions) {
    this.#tasks = [...tasks];
    this.#thread = new Resource(sim, "Redis' thread", 1);
  }

  /** Tasks that nobody has popped. */
  get left(): number {
    return this.#tasks.length - this.#next;
  }

  /** BLPOP of a task; undefined when the list is empty. */
  *pop(client: Client): Process<T | undefined> {
    let task: T | undefined;
    const { options } = this;
    const take = () => {
      task = this.#tasks[this.#next];
      if (task !== undefined) this.#next++;
    };
    yield* client.request(COMMAND, 1000, () => this.#work(options.work, take));
    return task;
  }

  /** GET of an object. */
  *get(client: Client, size: number): Process {
    yield* client.request(COMMAND, size, () => this.#work(this.#copy(size)));
  }

  /** RPUSH of a result. */
  *push(client: Client, size: number, result: R): Process {
    const keep = () => void this.results.push(result);
    yield* client.request(COMMAND + size, COMMAND, () => this.#work(this.#copy(size), keep));
  }

  #copy(size: number): number {
    return this.options.work + Math.round(size / this.options.rate * 1e9);
  }

  /** A command: atomic at the moment when the thread has done it. */
  *#work(time: number, effect?: () => void): Process {
    yield* this.#thread.use((function* (): Process {
      yield time;
      effect?.();
    })());
  }
}
