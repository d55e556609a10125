/**
 * Requests through a microservice application: each call is a message, waits for one of the callee's
 * threads, charges memory, uses CPU time in the callee's container, makes its own calls and answers.
 * A container that is down answers at once with an error, and an error goes up to the client, as status 500.
 */
import type { Handler, Rng, Simulation } from "../kernel/mod.ts";
import type { Application, Call, Operation } from "./application.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { Container } from "./container.ts";
import { Fifo } from "./fifo.ts";
import type { Tracer } from "./spans.ts";
import { BACKGROUND, CLIENT, NOBODY, type Request, State, type Visit } from "./visit.ts";

/** What a request comes to when a call that it needs has failed, or it has taken too long. */
const FAILED = 500;

/** Runs requests on containers; numbers of containers are those of the application's services. */
export class Engine {
  readonly containers: Container[] = [];
  /** Follows calls from service to service; null: nothing is traced. */
  tracer: Tracer | null = null;
  readonly #sim: Simulation;
  readonly #application: Application;
  readonly #visits: Visit[] = [];
  readonly #freeVisits: number[] = [];
  readonly #requests: Request[] = [];
  readonly #freeRequests: number[] = [];
  readonly #waiting: Fifo[] = [];
  readonly #forCpu: Fifo[] = [];
  readonly #inService: number[] = [];
  readonly #onCpu: number[] = [];
  readonly #means: { readonly mu: number; readonly sigma: number }[] = [];
  readonly #demand: Rng;
  readonly #choice: Rng;
  readonly #arrive: Handler;
  readonly #reply: Handler;
  readonly #timeout: Handler;
  readonly #callTimeout: Handler;
  readonly #options: EngineOptions;
  readonly #timeouts: { request: Request; tag: number }[] = [];

  constructor(options: EngineOptions) {
    const { sim, application } = options;
    this.#options = options;
    this.#sim = sim;
    this.#application = application;
    this.#demand = sim.rng("cpu demand");
    this.#choice = sim.rng("branches");
    this.#arrive = sim.handler((visit) => this.#arrives(this.#visits[visit] as Visit));
    this.#reply = sim.handler((visit) => this.#replied(visit));
    this.#timeout = sim.handler((i) => {
      const { request, tag } = this.#timeouts[i] as { request: Request; tag: number };
      if (request.tag === tag && !request.answered) this.#answer(request, true);
    });
    this.#callTimeout = sim.handler((visit) => this.#givenUp(this.#visits[visit] as Visit));
    for (const service of application.services) {
      this.#waiting.push(new Fifo());
      this.#forCpu.push(new Fifo());
      this.#inService.push(0);
      this.#onCpu.push(0);
      const variance = Math.log(1 + service.cpuVariation ** 2);
      this.#means.push({ mu: -variance / 2, sigma: Math.sqrt(variance) });
    }
  }

  /** For `ContainerOptions.onDone` of the container of service `i`. */
  onDone(i: number): (visit: number) => void {
    return (visit) => this.#cpuDone(i, visit);
  }

  /** Takes the containers, in the order of the services, starts them and their background work. */
  attach(containers: readonly Container[]): void {
    this.containers.push(...containers);
    containers.forEach((container, i) => {
      container.onKilled = () => this.#killed(i);
      if (container.pending) container.up = false;
      else container.boot();
      const { background } = container.service;
      if (background === undefined) return;
      const { every, cpu, threads } = background;
      const first = this.#choice.uniform() * every;
      const handler = this.#sim.handler(() => {
        if (container.up) { for (let k = 0; k < threads; k++) container.cpu.run(cpu, BACKGROUND); }
        this.#sim.schedule(every, handler);
      });
      this.#sim.schedule(first, handler);
    });
  }

  /** Sends a request of type `type` into the application; `answered(tag, ...)` tells the end. */
  send(type: number, tag: number): void {
    const kind = this.#application.requests[type] as Application["requests"][number];
    const request = this.#newRequest(tag);
    request.type = type;
    if (kind.timeout !== Infinity) {
      const i = this.#timeouts.push({ request, tag }) - 1;
      this.#sim.schedule(kind.timeout, this.#timeout, i);
    }
    this.#call(kind.operation, CLIENT, CLIENT, request.id);
  }

  /** Visits that are somewhere in the application. */
  get visits(): number {
    return this.#visits.length - this.#freeVisits.length;
  }

  #newRequest(tag: number): Request {
    const free = this.#freeRequests.pop();
    if (free === undefined) {
      const request: Request = {
        id: this.#requests.length,
        type: 0,
        tag,
        failed: false,
        answered: false,
        lost: false,
        visits: 0,
        arrivals: new Int8Array(this.#application.operations.length),
      };
      this.#requests.push(request);
      return request;
    }
    const request = this.#requests[free] as Request;
    request.tag = tag;
    request.failed = request.answered = request.lost = false;
    request.visits = 0;
    request.arrivals.fill(0);
    return request;
  }

  #call(
    operation: number,
    parent: number,
    from: number,
    request: number,
    call?: Call,
  ): void {
    const op = this.#application.operations[operation] as Operation;
    const id = this.#freeVisits.pop() ?? this.#visits.length;
    let visit = this.#visits[id];
    if (visit === undefined) {
      visit = this.#visits[id] = {
        id,
        state: State.COMING,
        operation: op,
        parent,
        request,
        step: 0,
        outstanding: 0,
        calls: false,
        memory: 0,
        failed: false,
        optional: false,
        timer: -1,
        span: null,
      };
    } else {
      visit.state = State.COMING;
      visit.operation = op;
      visit.parent = parent;
      visit.request = request;
      visit.step = visit.outstanding = visit.memory = 0;
      visit.failed = false;
    }
    visit.optional = call !== undefined && call.optional;
    visit.timer = call === undefined || call.timeout === Infinity || parent === NOBODY
      ? -1
      : this.#sim.schedule(call.timeout, this.#callTimeout, id);
    visit.span = null;
    if (this.tracer !== null && parent !== NOBODY) {
      const above = parent === CLIENT ? null : (this.#visits[parent] as Visit).span;
      if (parent === CLIENT || above !== null) visit.span = this.tracer.begins(op.service, above);
    }
    (this.#requests[request] as Request).visits++;
    this.#sim.schedule(this.#options.delay(from, op.service), this.#arrive, id);
  }

  #arrives(visit: Visit): void {
    const i = visit.operation.service;
    const container = this.containers[i] as Container;
    if (!container.up) {
      visit.failed = true;
      this.#loses(visit);
      return this.#leave(visit, 0);
    }
    if ((this.#inService[i] as number) >= container.service.threads) {
      visit.state = State.QUEUED;
      (this.#waiting[i] as Fifo).push(visit.id);
    } else this.#begin(visit, i, container);
  }

  #begin(visit: Visit, i: number, container: Container): void {
    (this.#inService[i] as number)++;
    const { service } = container;
    const size = service.requestMemory + container.growHeap();
    if (container.cached < service.pageCache && container.memory.readFile(service.pageCacheStep)) {
      container.cached += service.pageCacheStep;
    }
    const op = visit.operation;
    const request = this.#requests[visit.request] as Request;
    visit.calls = op.steps.length > 0 &&
      (op.afterArrivals === 0 ||
        ++(request.arrivals[op.id] as number) === op.afterArrivals);
    if (container.memory.charge(size)) {
      visit.memory = service.requestMemory;
      return this.#first(visit, i);
    }
    visit.state = State.MEMORY;
    const { id, request: number } = visit;
    container.ask(size, (charged) => {
      if (visit.id !== id || visit.request !== number || visit.state !== State.MEMORY) return;
      if (!charged) return container.kill();
      visit.memory = service.requestMemory;
      this.#first(visit, i);
    });
  }

  #first(visit: Visit, i: number): void {
    visit.state = State.FIRST;
    this.#use(visit, i, visit.calls ? 0.5 : 1);
  }

  #use(visit: Visit, i: number, share: number): void {
    const { service } = this.containers[i] as Container;
    if ((this.#onCpu[i] as number) >= service.cpus) (this.#forCpu[i] as Fifo).push(visit.id);
    else this.#run(visit, i, share);
  }

  #run(visit: Visit, i: number, share: number): void {
    (this.#onCpu[i] as number)++;
    const { mu, sigma } = this.#means[i] as { mu: number; sigma: number };
    const vary = sigma === 0 ? 1 : Math.exp(mu + sigma * this.#demand.normal());
    (this.containers[i] as Container).cpu.run(visit.operation.cpu * share * vary, visit.id);
  }

  #cpuDone(i: number, id: number): void {
    if (id === BACKGROUND) return;
    (this.#onCpu[i] as number)--;
    const next = (this.#forCpu[i] as Fifo).shift();
    if (next !== undefined) {
      const visit = this.#visits[next] as Visit;
      this.#run(visit, i, visit.calls ? 0.5 : 1);
    }
    const visit = this.#visits[id] as Visit;
    if (visit.state === State.FIRST && visit.calls) {
      visit.state = State.CALLING;
      this.#nextStep(visit, i);
    } else this.#finish(visit, i);
  }

  #nextStep(visit: Visit, i: number): void {
    const { steps } = visit.operation;
    while (visit.step < steps.length && !visit.failed) {
      const calls = steps[visit.step++] as Operation["steps"][number];
      for (const call of calls) {
        if (call.probability < 1 && !this.#choice.bernoulli(call.probability)) continue;
        if (call.wait) visit.outstanding++;
        this.#call(call.operation, call.wait ? visit.id : NOBODY, i, visit.request, call);
      }
      if (visit.outstanding > 0) return;
    }
    visit.state = State.SECOND;
    this.#use(visit, i, 0.5);
  }

  #finish(visit: Visit, i: number): void {
    const container = this.containers[i] as Container;
    const beside = visit.operation.beside + container.warmUp();
    if (beside > 0) container.cpu.run(beside, BACKGROUND);
    const { fails } = visit.operation;
    if (fails > 0 && this.#choice.bernoulli(fails)) visit.failed = true;
    if (visit.memory > 0) container.memory.uncharge(visit.memory);
    visit.memory = 0;
    this.#release(i, container);
    this.#leave(visit, visit.outstanding);
  }

  #release(i: number, container: Container): void {
    (this.#inService[i] as number)--;
    const next = (this.#waiting[i] as Fifo).shift();
    if (next !== undefined) this.#begin(this.#visits[next] as Visit, i, container);
  }

  /** An error goes to the caller, unless it goes on without this call. */
  #fails(visit: Visit): void {
    if (visit.parent >= 0) {
      if (!visit.optional) (this.#visits[visit.parent] as Visit).failed = true;
    } else if (visit.parent === CLIENT) (this.#requests[visit.request] as Request).failed = true;
  }

  /** The caller's time-out: it goes on, and nobody waits for the answer any more. */
  #givenUp(visit: Visit): void {
    const { parent } = visit;
    visit.timer = -1;
    visit.failed = true;
    this.#fails(visit);
    visit.failed = false;
    visit.parent = NOBODY;
    this.#replied(parent);
  }

  /** The answer goes to the caller; with replies still to come the visit stays as DEAD. */
  #leave(visit: Visit, outstanding: number): void {
    if (visit.span !== null) this.tracer?.ends(visit.span);
    if (visit.failed) this.#fails(visit);
    if (visit.timer !== -1) {
      this.#sim.cancel(visit.timer);
      visit.timer = -1;
    }
    const { parent, request } = visit;
    const i = visit.operation.service;
    const from = parent >= 0 ? (this.#visits[parent] as Visit).operation.service : CLIENT;
    if (parent === CLIENT) {
      this.#sim.schedule(this.#options.delay(i, CLIENT), this.#reply, -1 - request);
    } else if (parent >= 0) {
      this.#sim.schedule(this.#options.delay(i, from), this.#reply, parent);
    }
    if (outstanding > 0) visit.state = State.DEAD;
    else this.#free(visit, parent !== CLIENT);
  }

  #free(visit: Visit, last: boolean): void {
    visit.state = State.FREE;
    this.#freeVisits.push(visit.id);
    if (last) this.#leaveRequest(visit.request);
    // The entry's own place in its request is given back when the client has the answer.
  }

  #leaveRequest(number: number): void {
    const request = this.#requests[number] as Request;
    if (--request.visits === 0) this.#freeRequests.push(number);
  }

  #replied(id: number): void {
    if (id < 0) {
      const number = -1 - id;
      const request = this.#requests[number] as Request;
      if (!request.answered) this.#answer(request, request.failed);
      return this.#leaveRequest(number);
    }
    const visit = this.#visits[id] as Visit;
    visit.outstanding--;
    if (visit.state === State.DEAD) {
      if (visit.outstanding === 0) this.#free(visit, visit.parent !== CLIENT);
    } else if (visit.outstanding === 0) this.#nextStep(visit, visit.operation.service);
  }

  /** A request whose entry is not there: nobody answers the client. */
  #loses(visit: Visit): void {
    if (visit.parent === CLIENT) (this.#requests[visit.request] as Request).lost = true;
  }

  #answer(request: Request, failed: boolean): void {
    request.answered = true;
    if (request.lost && this.#options.broken !== undefined) {
      return this.#options.broken(request.tag);
    }
    const { errors, errorsStatus } = this.#application
      .requests[request.type] as Application["requests"][number];
    // Drawn for every request that could have an error of its own, to keep the stream in step.
    const own = errors > 0 && this.#choice.bernoulli(errors);
    this.#options.answered(request.tag, failed ? FAILED : own ? errorsStatus : 200);
  }

  /** Everything in the container ends with an error. */
  #killed(i: number): void {
    const container = this.containers[i] as Container;
    container.cpu.kill();
    (this.#waiting[i] as Fifo).clear();
    (this.#forCpu[i] as Fifo).clear();
    this.#inService[i] = this.#onCpu[i] = 0;
    for (const visit of [...this.#visits]) {
      if (visit.operation.service !== i || visit.state <= State.COMING) continue;
      if (visit.state === State.DEAD) continue;
      visit.memory = 0;
      visit.failed = true;
      this.#loses(visit);
      this.#leave(visit, visit.outstanding);
    }
    const { reset } = this.#options;
    const { operations, requests } = this.#application;
    if (reset !== undefined && requests.some((r) => operations[r.operation]?.service === i)) {
      this.#sim.after(this.#options.delay(i, CLIENT), reset);
    }
  }
}
