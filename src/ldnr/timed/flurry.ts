/**
 * flurry 0.3 as the harness uses it: lock-free reads, but every operation registers a new participant
 * with crossbeam-epoch, tries to advance the epoch by walking the list of all participants, pushes a
 * garbage bag on a global queue and leaves a dead entry that walkers unlink.
 */
import { CacheLine } from "../../hardware/memory/mod.ts";
import { type Steps, Word, Work } from "../algorithm/step.ts";
import type { CostValues } from "../costs.ts";
import type { MapThread, MapUnderTest } from "./replicated-map.ts";

/** Domain where the map's memory and the epoch's globals live. */
const HOME = 0;
/** Bags that one collection tries to take from the queue. */
const COLLECT_STEPS = 8;

/** An entry of a linked list or queue, on a line of its own. */
interface Entry {
  readonly word: Word;
  next: Entry | undefined;
  /** Participants: unlinked by the next walker. */
  dead: boolean;
  pinned: boolean;
  epoch: number;
}

function entry(home: number): Entry {
  const word = new Word(0, new CacheLine(home));
  return { word, next: undefined, dead: false, pinned: false, epoch: 0 };
}

/** The map: the epoch's global state and the private work of an operation. */
export class Flurry implements MapUnderTest {
  private readonly participants = entry(HOME);
  private readonly epoch: Word = new Word(0, new CacheLine(HOME));
  /** Garbage queue: `first` is the dummy before the oldest bag. */
  private readonly queueHead: Word = new Word(0, new CacheLine(HOME));
  private readonly queueTail: Word = new Word(0, new CacheLine(HOME));
  private first = entry(HOME);
  private last = this.first;
  /** Threads that are swapping a word now. */
  private readonly swapping = new Map<Word, number>();

  constructor(private readonly costs: CostValues) {}

  thread(domain: number): MapThread {
    return {
      get: () => this.operation("get", domain),
      put: () => this.operation("put", domain),
    };
  }

  private *operation(kind: "get" | "put", domain: number): Steps<number> {
    const { costs, epoch } = this;
    const me = entry(domain);
    yield new Work("cpu", costs.allocation + costs.copyBag, HOME);
    yield this.push(me);
    yield epoch.read;
    me.epoch = epoch.value;
    me.pinned = true;
    yield me.word.rmw;
    yield this.advance();
    for (let i = 0; i < COLLECT_STEPS; i++) if (!(yield this.pop())) break;
    yield new Work(kind, 1, HOME);
    if (kind === "put") {
      // A new node and value; the old ones go into this participant's bag, whose destructors run later.
      yield new Work("cpu", 4 * costs.allocation, HOME);
    }
    yield me.word.write;
    me.pinned = false;
    // The handle goes too: its bag is sealed and queued, and its entry marked dead.
    const bag = costs.allocation + costs.copyBag;
    yield new Work("cpu", bag * (kind === "put" ? 4 : 1), HOME);
    yield this.queue(entry(domain));
    yield me.word.rmw;
    me.dead = true;
    return 1;
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
  private *push(me: Entry): Steps {
    yield this.participants.word.read;
    yield this.swap(this.participants.word);
    me.next = this.participants.next;
    this.participants.next = me;
  }

  /** Walk the participants; if nobody is pinned in an older epoch, begin the next one. */
  private *advance(): Steps {
    const { epoch } = this;
    yield epoch.read;
    const now = epoch.value;
    let before = this.participants;
    yield before.word.read;
    let current = before.next;
    while (current !== undefined) {
      yield current.word.read;
      if (current.dead) {
        const next: Entry | undefined = current.next;
        // One attempt: whoever loses finds the entry unlinked.
        yield before.word.rmw;
        // The entry before went too: the walk is given up ("stalled").
        if (before.dead) return;
        if (before.next === current) before.next = next;
        current = before.next;
        continue;
      }
      if (current.pinned && current.epoch !== now) return;
      before = current;
      current = current.next;
    }
    yield epoch.write;
    if (epoch.value === now) epoch.value = now + 1;
  }

  /** Take the oldest bag if it is two epochs old, and run its destructors. */
  private *pop(): Steps<boolean> {
    yield this.queueHead.read;
    const bag = this.first.next;
    if (bag === undefined) return false;
    yield bag.word.read;
    if (this.epoch.value - bag.epoch < 2) return false;
    yield this.swap(this.queueHead);
    if (this.first.next !== bag) return true;
    this.first = bag;
    yield new Work("cpu", this.costs.allocation, HOME);
    return true;
  }

  private *queue(bag: Entry): Steps {
    yield this.queueTail.read;
    yield this.swap(this.last.word);
    bag.epoch = this.epoch.value;
    this.last.next = bag;
    this.last = bag;
    // One attempt: whoever loses finds the tail moved on.
    yield this.queueTail.rmw;
  }
}
