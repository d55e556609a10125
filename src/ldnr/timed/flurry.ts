/**
 * flurry 0.3 as the harness uses it: lock-free reads, but every operation registers a new participant
 * with crossbeam-epoch, tries to advance the epoch by walking the list of all participants, pushes a
 * garbage bag on a global queue and leaves a dead entry that walkers unlink.
 */
import { type Steps, Word, Work } from "../algorithm/step.ts";
import type { CostValues } from "../costs.ts";
import type { MapThread, MapUnderTest } from "./replicated-map.ts";

/** Domain where the map's memory and the epoch's globals live. */
const HOME = 0;
/** Bags that one collection tries to take from the queue. */
const COLLECT_STEPS = 8;
/** Times that source moves or fills a bag of 2 KiB: into a new participant, into the queue, out of it. */
const MOVES = { register: 2, queue: 6, take: 2 } as const;

/** Lines that an allocator hands out again to the thread whose arena they came from. */
class Arena {
  private readonly free: Word[] = [];
  constructor(private readonly domain: number) {}

  take(): Word {
    return this.free.pop() ?? new Word(0, this.domain);
  }

  give(word: Word): void {
    this.free.push(word);
  }
}

/** A node of the garbage queue: a sealed bag, its epoch and the pointer to the next. */
interface Bag {
  readonly word: Word;
  readonly arena: Arena;
  next: Bag | undefined;
  epoch: number;
}

/** A participant: its link and its epoch lie on lines of their own (the epoch is CachePadded). */
interface Participant {
  readonly link: Word;
  readonly pin: Word;
  readonly arena: Arena;
  next: Participant | undefined;
  /** Unlinked by the next walker. */
  dead: boolean;
  pinned: boolean;
  epoch: number;
}

function bag(arena: Arena): Bag {
  return { word: arena.take(), arena, next: undefined, epoch: 0 };
}

function participant(arena: Arena): Participant {
  const [link, pin] = [arena.take(), arena.take()];
  return { link, pin, arena, next: undefined, dead: false, pinned: false, epoch: 0 };
}

/** The map: the epoch's global state and the private work of an operation. */
export class Flurry implements MapUnderTest {
  private readonly globals: Arena = new Arena(HOME);
  private readonly participants: Participant = participant(this.globals);
  /** Reference count of the epoch's globals: each participant holds one. */
  private readonly references: Word = new Word(0, HOME);
  private readonly epoch: Word = new Word(0, HOME);
  /** Garbage queue: `first` is the dummy before the oldest bag. */
  private readonly queueHead: Word = new Word(0, HOME);
  private readonly queueTail: Word = new Word(0, HOME);
  private first: Bag = bag(this.globals);
  private last: Bag = this.first;
  /** Threads that are swapping a word now. */
  private readonly swapping = new Map<Word, number>();

  constructor(private readonly costs: CostValues) {}

  thread(domain: number): MapThread {
    const arena = new Arena(domain);
    return {
      get: () => this.operation("get", arena),
      put: () => this.operation("put", arena),
    };
  }

  private *operation(kind: "get" | "put", arena: Arena): Steps<number> {
    const { costs, epoch, references } = this;
    const me = participant(arena);
    yield new Work("cpu", costs.allocation + MOVES.register * costs.copyBag, HOME);
    yield me.link.post;
    yield me.pin.post;
    yield references.rmw;
    yield this.push(me);
    yield this.pin(me);
    const now: number = yield this.advance();
    for (let i = 0; i < COLLECT_STEPS; i++) if (!(yield this.pop(now))) break;
    yield new Work(kind, 1, HOME);
    if (kind === "put") {
      yield new Work("cpu", costs.replaceBoxed, HOME);
    }
    yield this.unpin(me);
    // The handle goes too: pinned once more, it seals its bag and queues it; then its entry is marked dead.
    yield this.pin(me);
    yield new Work("cpu", costs.allocation + MOVES.queue * costs.copyBag, HOME);
    yield epoch.read;
    const sealed = bag(arena);
    yield sealed.word.post;
    yield this.queue(sealed);
    yield this.unpin(me);
    yield me.link.rmw;
    me.dead = true;
    yield references.rmw;
    return 1;
  }

  private *pin(me: Participant): Steps {
    yield this.epoch.read;
    me.epoch = this.epoch.value;
    me.pinned = true;
    yield me.pin.rmw;
  }

  private *unpin(me: Participant): Steps {
    yield me.pin.write;
    me.pinned = false;
  }

  /**
   * A compare-and-swap in a loop without back-off. Others that want the line at the same time make it
   * fail, each failure being one more transfer of the line.
   */
  private *swap(word: Word): Steps {
    const rivals = this.swapping.get(word) ?? 0;
    this.swapping.set(word, rivals + 1);
    for (let i = 0; i < Math.min(this.costs.casAttempts, rivals + 1); i++) yield word.rmw;
    this.swapping.set(word, (this.swapping.get(word) as number) - 1);
  }

  /** Insert at the list's head. */
  private *push(me: Participant): Steps {
    const { participants } = this;
    yield participants.link.read;
    yield this.swap(participants.link);
    me.next = participants.next;
    participants.next = me;
  }

  /**
   * Walk the participants; if nobody is pinned in an older epoch, begin the next one. The epoch as this
   * thread knows it then.
   */
  private *advance(): Steps<number> {
    const { epoch } = this;
    yield epoch.read;
    const now = epoch.value;
    let before = this.participants;
    yield before.link.read;
    let current = before.next;
    while (current !== undefined) {
      yield current.link.read;
      if (current.dead) {
        const next: Participant | undefined = current.next;
        // One attempt: whoever loses finds the entry unlinked.
        yield before.link.rmw;
        // The entry before went too: the walk is given up ("stalled").
        if (before.dead) return now;
        if (before.next === current) {
          before.next = next;
          this.retire(current);
        }
        current = before.next;
        continue;
      }
      yield current.pin.read;
      if (current.pinned && current.epoch !== now) return now;
      before = current;
      current = current.next;
    }
    yield epoch.write;
    if (epoch.value === now) epoch.value = now + 1;
    return now + 1;
  }

  private retire({ arena, link, pin }: Participant): void {
    arena.give(link);
    arena.give(pin);
  }

  /**
   * Take the oldest bag if it is two epochs old, and run its destructors. Whoever finds the head moved on
   * since it was read loses; the crate would try again without a limit, here a lost race is one of the
   * collection's eight steps (see the README).
   */
  private *pop(now: number): Steps<boolean> {
    yield this.queueHead.read;
    const { first } = this;
    yield first.word.read;
    const oldest = first.next;
    if (oldest === undefined) return false;
    yield oldest.word.read;
    if (now - oldest.epoch < 2) return false;
    yield this.queueHead.rmw;
    if (this.first !== first) return true;
    first.arena.give(first.word);
    this.first = oldest;
    yield this.queueTail.read;
    yield new Work("cpu", this.costs.allocation + MOVES.take * this.costs.copyBag, HOME);
    return true;
  }

  private *queue(sealed: Bag): Steps {
    yield this.queueTail.read;
    yield this.last.word.read;
    yield this.swap(this.last.word);
    sealed.epoch = this.epoch.value;
    this.last.next = sealed;
    this.last = sealed;
    // One attempt: whoever loses finds the tail moved on.
    yield this.queueTail.rmw;
  }
}
