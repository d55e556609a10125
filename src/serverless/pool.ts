/**
 * An invoker's containers: OpenWhisk's ContainerPool. A request takes, in this order, a warm container
 * of its action, a stem cell of its kind and memory, a new container, and a new container in the place
 * of the longest idle ones; else it waits in line.
 */
import type { Host } from "../hardware/mod.ts";
import { Level, type Process, Signal, type Simulation } from "../kernel/mod.ts";
import type { Action, StartKind } from "./action.ts";
import { Container, type ContainerHome } from "./container.ts";
import type { ContainerFactory } from "./factory.ts";
import type { OpenWhiskOptions } from "./parameters.ts";

/** A container granted to a request. */
export interface Grant {
  readonly container: Container;
  readonly start: StartKind;
  /** Time in line for memory, ns. */
  readonly queued: number;
  readonly resumed: boolean;
}

interface InLine {
  readonly action: Action;
  readonly turn: Signal;
}

/** What others may follow. */
export interface PoolObserver {
  created?(container: Container): void;
  removed?(container: Container): void;
}

/** One invoker: a host and the containers on it. */
export class Invoker implements ContainerHome {
  /** Bytes of all containers over time. */
  readonly memory: Level;
  /** Requests that wait for memory over time. */
  readonly waiting: Level;
  readonly containers = new Set<Container>();
  readonly #idle = new Map<Action, Container[]>();
  /** Idle containers of all actions, the longest idle first. */
  readonly #resting = new Set<Container>();
  #restingBytes = 0;
  readonly #stemCells: Container[] = [];
  readonly #line: InLine[] = [];
  #ids = 0;

  constructor(
    readonly sim: Simulation,
    readonly name: string,
    readonly options: OpenWhiskOptions,
    readonly host: Host | null = null,
    private readonly observer: PoolObserver = {},
    private readonly factory: ContainerFactory | null = null,
  ) {
    this.memory = new Level(sim);
    this.waiting = new Level(sim);
    for (const cells of options.stemCells) {
      for (let i = 0; i < cells.count; i++) this.#startStemCell(cells.kind, cells.memory);
    }
  }

  /** Bytes that containers have not taken. */
  get free(): number {
    return this.options.userMemory - this.memory.value;
  }

  /** Bytes that could be had by evicting every idle container. */
  get available(): number {
    return this.free + this.#restingBytes;
  }

  /** The idle container that the action's next request would be given, if there is one. */
  idle(action: Action): Container | undefined {
    const list = this.#idle.get(action);
    return list?.[list.length - 1];
  }

  /** A container in which the action runs, or is about to once it has resumed: hooks may run beside it. */
  running(action: Action): Container | undefined {
    for (const c of this.containers) {
      const code = c.state !== "starting" && c.state !== "initializing";
      if (c.action === action && c.active > 0 && code) return c;
    }
    return undefined;
  }

  /** Whether a request of the action would find a warm container. */
  isWarm(action: Action): boolean {
    return this.#warm(action) !== undefined;
  }

  /** Waits for a container in which the action may run at once; it is then `running`. */
  *acquire(action: Action): Process<Grant> {
    if (action.memory > this.options.userMemory) {
      throw new RangeError(
        `action "${action.name}" needs ${action.memory} bytes; invoker "${this.name}" has ` +
          `${this.options.userMemory} in all`,
      );
    }
    const began = this.sim.now;
    let place: InLine | null = null;
    // A newcomer may not overtake those in line, unless a warm container is there.
    for (;;) {
      const warm = this.#warm(action);
      if (warm !== undefined) {
        if (place !== null) this.#leave(place);
        return yield* this.#take(warm, this.sim.now - began);
      }
      if (this.#line.length === 0 || this.#line[0] === place) {
        const made = this.#stemCell(action) ?? this.#create(action);
        if (made !== null) {
          if (place !== null) this.#leave(place);
          return yield* this.#initialize(made.container, action, made.start, this.sim.now - began);
        }
      }
      if (place === null) {
        place = {
          action,
          turn: new Signal(this.sim, `memory of invoker ${this.name}`, { broadcast: true }),
        };
        this.#line.push(place);
        this.waiting.set(this.#line.length);
      }
      try {
        yield place.turn;
      } catch (error) {
        this.#leave(place);
        throw error;
      }
    }
  }

  /** An activation has ended. `healthy`: false removes the container (a time-out, a crash). */
  release(container: Container, healthy = true): void {
    container.active--;
    if (container.state === "removed") return;
    if (!healthy) return this.remove(container);
    if (container.active > 0) return;
    container.become("ready");
    this.#rest(container);
    this.#next();
  }

  /** Takes an idle container and makes its runtime answer (a paused one resumes first). */
  *hold(container: Container): Process<boolean> {
    container.freshening++;
    container.timer?.cancel();
    if (container.state !== "ready" && container.state !== "running") {
      yield* this.#awake(container);
    }
    return container.answers;
  }

  /** The counterpart of `hold`. */
  letGo(container: Container): void {
    container.freshening--;
    if (container.state === "ready" && container.freshening === 0) this.#grace(container);
  }

  /**
   * Starts a container for the action before it is asked for, in free memory only; gives it, idle and
   * initialised, or null.
   */
  *prepare(action: Action): Process<Container | null> {
    const found = this.#stemCell(action) ?? this.#create(action, false);
    if (found === null) return null;
    const { container } = found;
    yield* this.#start(container, action);
    if (container.removed) return null;
    container.become("ready");
    this.#rest(container);
    this.#next();
    return container;
  }

  /** Removes a container: memory is free at once, as in OpenWhisk's bookkeeping. */
  remove(container: Container): void {
    if (container.state === "removed") return;
    container.timer?.cancel();
    this.#unlist(container);
    container.become("removed");
    this.containers.delete(container);
    this.memory.add(-container.memory);
    container.settled?.fire();
    container.settled = null;
    for (const told of container.onRemoved) told();
    this.factory?.remove(container);
    this.observer.removed?.(container);
    this.#next();
  }

  #warm(action: Action): Container | undefined {
    const idle = this.idle(action);
    if (idle !== undefined || action.concurrency === 1) return idle;
    for (const c of this.containers) {
      if (c.action === action && c.state === "running" && c.active < action.concurrency) return c;
    }
    return undefined;
  }

  *#take(container: Container, queued: number): Process<Grant> {
    this.#unlist(container);
    container.timer?.cancel();
    container.active++;
    const resumed = !container.answers;
    if (resumed) yield* this.#awake(container);
    container.become("running");
    return { container, start: "warm", queued, resumed };
  }

  *#initialize(
    container: Container,
    action: Action,
    start: StartKind,
    queued: number,
  ): Process<Grant> {
    container.active++;
    yield* this.#start(container, action);
    container.become("running");
    return { container, start, queued, resumed: false };
  }

  /** Boots a container; one that dies of it (an OOM kill in /init) takes no more memory. */
  *#start(container: Container, action: Action): Process {
    try {
      yield* this.#boot(container, action);
    } catch (error) {
      this.remove(container);
      throw error;
    }
  }

  *#boot(container: Container, action: Action): Process {
    container.action = action;
    if (container.state === "starting") {
      if (container.settled === null) yield* this.#make(container);
      else yield container.settled; // a stem cell that docker is still making
    }
    container.become("initializing");
    const init = action.spec.init ?? this.options.init;
    if (typeof init === "number") yield init;
    else yield* init(container);
  }

  *#make(container: Container): Process {
    if (this.factory === null) yield this.options.create;
    else yield* this.factory.create(container);
  }

  /** Ends whatever pausing or resuming goes on, and resumes what is paused. */
  *#awake(container: Container): Process {
    while (container.state === "pausing" || container.state === "resuming") {
      yield container.settled as Signal;
    }
    if (container.state !== "paused") return;
    container.become("resuming");
    container.settled = new Signal(this.sim, `resume of container ${container.name}`);
    yield this.options.resume;
    if (container.removed) return;
    container.become("ready");
    container.settled?.fire();
    container.settled = null;
  }

  #rest(container: Container): void {
    container.lastUsed = this.sim.now;
    const action = container.action as Action;
    const list = this.#idle.get(action);
    if (list === undefined) this.#idle.set(action, [container]);
    else list.push(container);
    this.#resting.add(container);
    this.#restingBytes += container.memory;
    if (container.freshening === 0) this.#grace(container);
  }

  #grace(container: Container): void {
    container.timer?.cancel();
    container.timer = this.sim.after(this.options.pauseGrace, () => {
      container.become("pausing");
      container.settled = new Signal(this.sim, `pause of container ${container.name}`);
      container.timer = null;
      this.sim.after(this.options.pause, () => {
        if (container.state !== "pausing") return;
        container.become("paused");
        container.settled?.fire();
        container.settled = null;
        if (container.active > 0 || container.freshening > 0) return;
        container.timer = this.sim.after(this.options.idleTimeout, () => this.remove(container));
      });
    });
  }

  #unlist(container: Container): void {
    const list = container.action === null ? this.#stemCells : this.#idle.get(container.action);
    const at = list?.lastIndexOf(container) ?? -1;
    if (at >= 0) list?.splice(at, 1);
    if (this.#resting.delete(container)) this.#restingBytes -= container.memory;
  }

  #stemCell(action: Action): { container: Container; start: StartKind } | null {
    const at = this.#stemCells.findIndex((c) =>
      c.kind === action.kind && c.memory === action.memory
    );
    if (at < 0) return null;
    const [container] = this.#stemCells.splice(at, 1);
    // One is started in its place where memory allows.
    if (this.free >= container.memory) this.#startStemCell(container.kind, container.memory);
    return { container, start: "prewarmed" };
  }

  #create(action: Action, evict = true): { container: Container; start: StartKind } | null {
    let start: StartKind = "cold";
    if (this.free < action.memory) {
      if (!evict || this.available < action.memory) return null;
      for (const victim of this.#resting) {
        if (this.free >= action.memory) break;
        if (victim.freshening > 0) continue;
        this.#evict(victim);
        start = "recreated";
      }
      if (this.free < action.memory) return null;
    }
    return { container: this.#new(action.kind, action.memory), start };
  }

  #evict(victim: Container): void {
    const line = this.#line.splice(0);
    this.remove(victim); // nobody in line is to be given this memory
    this.#line.push(...line);
  }

  #startStemCell(kind: string, bytes: number): void {
    if (this.free < bytes) return;
    const container = this.#new(kind, bytes);
    this.#stemCells.push(container);
    container.settled = new Signal(this.sim, `start of a ${kind} stem cell`);
    const made = () => {
      if (container.state !== "starting") return;
      container.become("prewarm");
      container.settled?.fire();
      container.settled = null;
    };
    const { factory } = this;
    if (factory === null) {
      this.sim.after(this.options.create, made);
      return;
    }
    this.sim.spawn(
      `start of a ${kind} stem cell`,
      (function* (): Process {
        yield* factory.create(container);
        made();
      })(),
    );
  }

  #new(kind: string, bytes: number): Container {
    const container = new Container(this.#ids++, this, kind, bytes);
    this.containers.add(container);
    this.memory.add(bytes);
    this.observer.created?.(container);
    return container;
  }

  #leave(place: InLine): void {
    const at = this.#line.indexOf(place);
    if (at >= 0) this.#line.splice(at, 1);
    this.waiting.set(this.#line.length);
    this.#next();
  }

  /** Something may have become free: the first in line looks again, and whoever has a warm container. */
  #next(): void {
    this.#line[0]?.turn.fire();
    for (let i = 1; i < this.#line.length; i++) {
      if (this.#warm(this.#line[i].action) !== undefined) this.#line[i].turn.fire();
    }
  }
}
