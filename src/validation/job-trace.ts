/** A trace of jobs: when each arrives and how much CPU time it needs. */

/** One job, in nanoseconds. */
export interface Job {
  /** When it arrives, from the start of the run. */
  readonly arrival: number;
  /** CPU time that it needs. */
  readonly service: number;
}

const MS = 1e6;
/** An hour of CPU time or of arrivals: beyond it a cell is a mistake of units. */
const LONGEST_MS = 3.6e6;

/**
 * Reads lines of `arrival_ms,service_ms`, with or without that header line; empty lines are skipped.
 *
 * @throws {Error} naming the line for anything else: cells that are no numbers, negative or absurd
 *   times, arrivals that go back in time, a trace without a job.
 */
export function parseJobTrace(text: string, file: string): Job[] {
  const jobs: Job[] = [];
  let before = 0;
  text.replace(/^\uFEFF/, "").split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === "") return;
    const refuse = (what: string): never => {
      throw new Error(`${file}:${i + 1}: ${what}`);
    };
    const cells = line.split(",").map((cell) => cell.trim());
    if (jobs.length === 0 && /^"?arrival_ms"?$/.test(cells[0])) return;
    if (cells.length !== 2) {
      refuse(`${cells.length} cells; expected two, arrival_ms,service_ms`);
    }
    const [arrival, service] = cells.map((cell, column) => {
      const value = cell === "" ? NaN : Number(cell);
      const name = column === 0 ? "arrival_ms" : "service_ms";
      if (!Number.isFinite(value)) refuse(`"${cell}" is not a number; expected ${name}`);
      if (value < 0) refuse(`${name} is negative: ${cell}`);
      if (value > LONGEST_MS) refuse(`${name} is over an hour: ${cell}; it is in milliseconds`);
      return value;
    });
    if (arrival < before) {
      refuse(`arrives at ${arrival} ms, before the job above it (${before} ms); sort the trace`);
    }
    before = arrival;
    jobs.push({ arrival: Math.round(arrival * MS), service: Math.round(service * MS) });
  });
  if (jobs.length === 0) {
    throw new Error(`${file}: no jobs; expected lines of arrival_ms,service_ms`);
  }
  return jobs;
}
