/**
 * The macro scheduler's model of the rack (chapter 6.5, Figure 6.7): tables and views in an SQLite
 * database in memory. One row a request; a placed row never moves.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** A host's total resources. */
export interface HostRow {
  readonly id: number;
  readonly cores: number;
  readonly memslices: number;
}

/** A request: cores or memslices (or both) for a process. */
export interface Request {
  readonly process: string;
  readonly cores: number;
  readonly memslices: number;
}

/** Pending requests that no constraint tells apart. */
export interface Group extends Request {
  /** Request ids, in order of arrival. */
  readonly ids: readonly number[];
  /** Host of requests that are placed already and must stay (status PLACED). */
  readonly placedOn: number | undefined;
}

/** A host's free resources. */
export interface Free {
  readonly host: number;
  readonly cores: number;
  readonly memslices: number;
}

/** What a process holds on a host. */
export interface Held extends Free {
  readonly process: string;
}

const SCHEMA = `
CREATE TABLE hosts (id INTEGER PRIMARY KEY, total_cores INTEGER, total_memslices INTEGER);
CREATE TABLE processes (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE pending (
  id INTEGER PRIMARY KEY, process TEXT REFERENCES processes(name), cores INTEGER, memslices INTEGER,
  status TEXT DEFAULT 'PENDING', current_dkernel INTEGER, controllable_dkernel INTEGER);
CREATE TABLE placed (
  id INTEGER PRIMARY KEY, process TEXT REFERENCES processes(name), cores INTEGER, memslices INTEGER,
  dkernel INTEGER REFERENCES hosts(id));
CREATE INDEX placed_where ON placed (dkernel, process, cores, memslices);
CREATE VIEW allocated AS
  SELECT dkernel, sum(cores) AS cores, sum(memslices) AS memslices FROM placed GROUP BY dkernel;
CREATE VIEW unallocated AS
  SELECT h.id AS dkernel, h.total_cores - coalesce(a.cores, 0) AS cores,
         h.total_memslices - coalesce(a.memslices, 0) AS memslices
  FROM hosts h LEFT JOIN allocated a ON a.dkernel = h.id;
CREATE VIEW process_hosts AS
  SELECT process, dkernel, sum(cores) AS cores, sum(memslices) AS memslices
  FROM placed GROUP BY process, dkernel;
`;

/** Something asked of the tables that the rack's state does not allow. */
export class RackStateError extends Error {
  override name = "RackStateError";
}

/** Hosts, processes, pending and placed requests. */
export class RackState {
  hosts: readonly HostRow[];
  readonly #left = new Set<number>();
  readonly #db = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, StatementSync>();
  #next = 1;

  /** @throws {RackStateError} for a rack without hosts. */
  constructor(hosts: readonly Omit<HostRow, "id">[]) {
    if (hosts.length === 0) throw new RackStateError("a rack needs at least one host");
    this.#db.exec(SCHEMA);
    this.hosts = hosts.map((h, id) => ({ id, ...h }));
    for (const h of this.hosts) {
      this.#run("INSERT INTO hosts VALUES (?, ?, ?)", h.id, h.cores, h.memslices);
    }
  }

  /** Put requests of a process into the pending table; their ids. */
  request(requests: readonly Request[]): number[] {
    return this.#transaction(() =>
      requests.map(({ process, cores, memslices }) => {
        this.#run("INSERT OR IGNORE INTO processes VALUES (?)", process);
        const id = this.#next++;
        this.#run(
          "INSERT INTO pending (id, process, cores, memslices) VALUES (?, ?, ?, ?)",
          id,
          process,
          cores,
          memslices,
        );
        return id;
      })
    );
  }

  /** Pending requests in groups, in order of first arrival. */
  groups(): Group[] {
    const rows = this.#all(
      `SELECT process, cores, memslices, CASE status WHEN 'PLACED' THEN current_dkernel END AS on_host,
              group_concat(id) AS ids
       FROM (SELECT * FROM pending ORDER BY id)
       GROUP BY process, cores, memslices, status, on_host ORDER BY min(id)`,
    );
    return rows.map((r) => ({
      process: r["process"] as string,
      cores: r["cores"] as number,
      memslices: r["memslices"] as number,
      placedOn: r["on_host"] === null ? undefined : r["on_host"] as number,
      ids: (r["ids"] as string).split(",").map(Number),
    }));
  }

  /** Free resources of every host, in order. */
  free(): Free[] {
    return this.#all("SELECT dkernel AS host, cores, memslices FROM unallocated ORDER BY dkernel")
      .map((r) => r as unknown as Free);
  }

  /** What each process holds on each host. */
  held(): Held[] {
    return this.#all("SELECT process, dkernel AS host, cores, memslices FROM process_hosts")
      .map((r) => r as unknown as Held);
  }

  /** Move pending requests to the placed table, as assigned. @throws {RackStateError} */
  place(assignments: Iterable<readonly [id: number, host: number]>): void {
    this.#transaction(() => {
      for (const [id, host] of assignments) {
        if (this.hosts[host] === undefined) {
          throw new RackStateError(
            `request ${id} cannot be placed on host ${host}; the rack has hosts 0..${
              this.hosts.length - 1
            }`,
          );
        }
        this.#run(
          "UPDATE pending SET status = 'PLACED', controllable_dkernel = ?, current_dkernel = ? WHERE id = ?",
          host,
          host,
          id,
        );
        const moved = this.#run(
          `INSERT INTO placed SELECT id, process, cores, memslices, current_dkernel FROM pending WHERE id = ?`,
          id,
        );
        if (moved !== 1) throw new RackStateError(`request ${id} is not pending`);
        this.#run("DELETE FROM pending WHERE id = ?", id);
      }
    });
  }

  /** Take requests out of the pending table that cannot be met. */
  refuse(ids: readonly number[]): void {
    this.#transaction(() => ids.forEach((id) => this.#run("DELETE FROM pending WHERE id = ?", id)));
  }

  /** Give back placed requests by their ids. */
  giveBack(ids: readonly number[]): void {
    this.#transaction(() => ids.forEach((id) => this.#run("DELETE FROM placed WHERE id = ?", id)));
  }

  /** Give back placed resources of a process on a host; how many requests were given back. */
  release(process: string, host: number): number {
    return this.#run("DELETE FROM placed WHERE process = ? AND dkernel = ?", process, host);
  }

  /** Host of each placed request of a process, by request id. */
  placements(process: string): { id: number; host: number; cores: number; memslices: number }[] {
    return this.#all(
      "SELECT id, dkernel AS host, cores, memslices FROM placed WHERE process = ? ORDER BY id",
      process,
    ) as never;
  }

  /** Whether a host can leave the rack. @throws {RackStateError} naming the processes that still use it. */
  refuseLeaving(host: number): void {
    const users = this.#all(
      "SELECT process, cores, memslices FROM process_hosts WHERE dkernel = ? ORDER BY process",
      host,
    );
    if (users.length === 0) return;
    const list = users.map((u) =>
      `${u["process"]} (${u["cores"]} cores, ${u["memslices"]} memslices)`
    );
    throw new RackStateError(
      `host ${host} cannot leave the rack while it is used by ${list.join(", ")}; end them first`,
    );
  }

  /**
   * A host leaves the rack: it stays in the table with nothing to give.
   *
   * @throws {RackStateError} naming the processes that still use it, or if it has left before
   */
  leave(host: number): void {
    this.refuseAsking(host);
    this.refuseLeaving(host);
    this.#run("UPDATE hosts SET total_cores = 0, total_memslices = 0 WHERE id = ?", host);
    this.hosts = this.hosts.map((h) => h.id === host ? { ...h, cores: 0, memslices: 0 } : h);
    this.#left.add(host);
  }

  /** @throws {RackStateError} for a host that has left. */
  refuseAsking(host: number): void {
    if (this.#left.has(host)) {
      throw new RackStateError(`host ${host} has left the rack: no process asks there any more`);
    }
  }

  /** Frees the database. */
  close(): void {
    this.#db.close();
  }

  #transaction<T>(body: () => T): T {
    this.#db.exec("BEGIN");
    try {
      const result = body();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }
  #statement(sql: string): StatementSync {
    let s = this.#statements.get(sql);
    if (s === undefined) this.#statements.set(sql, s = this.#db.prepare(sql));
    return s;
  }
  #run(sql: string, ...values: (string | number)[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }
  #all(sql: string, ...values: (string | number)[]): Record<string, unknown>[] {
    return this.#statement(sql).all(...values) as Record<string, unknown>[];
  }
}
