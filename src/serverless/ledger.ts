/** Billing and accounting (section 4.3.3): freshen work is the application owner's, wrong guesses too. */
import { BILLED_GB } from "./parameters.ts";

/** What one owner has used; times in ns. */
export interface Account {
  invocations: number;
  /** Time of runs. */
  runTime: number;
  /** Runs, as memory times time, GB-s. */
  runGbs: number;
  /** Hooks that ran. */
  freshens: number;
  freshenTime: number;
  freshenGbs: number;
  freshenBytes: number;
  /** Predictions of which nothing came within their window. */
  mispredictions: number;
  /** Part of `freshenTime` spent on them. */
  wastedTime: number;
  /** Part of `freshenBytes` spent on them. */
  wastedBytes: number;
}

const empty = (): Account => ({
  invocations: 0,
  runTime: 0,
  runGbs: 0,
  freshens: 0,
  freshenTime: 0,
  freshenGbs: 0,
  freshenBytes: 0,
  mispredictions: 0,
  wastedTime: 0,
  wastedBytes: 0,
});

const gbs = (bytes: number, time: number) => (bytes / BILLED_GB) * (time / 1e9);

/** Accounts by owner (namespace). */
export class Ledger {
  readonly #accounts = new Map<string, Account>();

  /** The account of an owner. */
  of(owner: string): Account {
    let account = this.#accounts.get(owner);
    if (account === undefined) this.#accounts.set(owner, account = empty());
    return account;
  }

  /** All owners together. */
  total(): Account {
    const sum = empty();
    for (const account of this.#accounts.values()) {
      for (const key of Object.keys(sum) as (keyof Account)[]) sum[key] += account[key];
    }
    return sum;
  }

  /** A run of `time` ns in a container of `memory` bytes. */
  run(owner: string, memory: number, time: number): void {
    const account = this.of(owner);
    account.invocations++;
    account.runTime += time;
    account.runGbs += gbs(memory, time);
  }

  /** A hook of `time` ns that moved `bytes`. */
  freshen(owner: string, memory: number, time: number, bytes: number): void {
    const account = this.of(owner);
    account.freshens++;
    account.freshenTime += time;
    account.freshenGbs += gbs(memory, time);
    account.freshenBytes += bytes;
  }

  /** A prediction that did not come true, and the hook's part in it. */
  misprediction(owner: string, time: number, bytes: number): void {
    const account = this.of(owner);
    account.mispredictions++;
    account.wastedTime += time;
    account.wastedBytes += bytes;
  }
}
