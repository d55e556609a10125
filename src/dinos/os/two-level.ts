/**
 * First level of DiNOS's allocator and scheduler (chapter 6.4.2): a process gets the smallest number of
 * hosts, and what it needs is balanced over these.
 */

/** What a host has free. */
export interface HostRoom {
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
}

/** A process is larger than the rack. */
export class TooLargeError extends Error {
  override name = "TooLargeError";
}

/**
 * Cores and bytes from each host. Cores decide the hosts; memory that does not fit there comes from
 * the others.
 *
 * @throws {TooLargeError} with what is missing.
 */
export function placeCompactly(
  cores: number,
  bytes: number,
  hosts: readonly HostRoom[],
): { cores: number[]; memory: number[] } {
  const order = hosts.map((_, i) => i).sort((a, b) => hosts[b].cores - hosts[a].cores || a - b);
  let used = 0;
  for (let sum = 0; sum < cores; used++) {
    if (used === hosts.length) {
      throw new TooLargeError(
        `${cores} cores are more than the ${sum} that the rack's hosts have free`,
      );
    }
    sum += hosts[order[used]].cores;
  }
  const own = order.slice(0, used);
  const given = { cores: hosts.map(() => 0), memory: hosts.map(() => 0) };
  balance(cores, own, given.cores, (h) => hosts[h].cores, true);
  const left = balance(bytes, own, given.memory, (h) => hosts[h].memory, false);
  const missing = balance(left, order.slice(used), given.memory, (h) => hosts[h].memory, false);
  if (missing > 0) throw new TooLargeError(`${missing} bytes more than the rack's hosts have free`);
  return given;
}

/** Deal an amount evenly, hosts with little room first; what is left over. */
function balance(
  amount: number,
  hosts: readonly number[],
  given: number[],
  room: (host: number) => number,
  whole: boolean,
): number {
  const rising = [...hosts].sort((a, b) => room(a) - room(b));
  let left = amount;
  rising.forEach((h, i) => {
    const even = left / (rising.length - i);
    const take = Math.min(room(h), whole ? Math.ceil(even) : even);
    given[h] += take;
    left -= take;
  });
  return left;
}

/**
 * Hosts for what a process asks: those that it is on already, then those with most room, as few as have
 * enough of both.
 *
 * @throws {TooLargeError} naming the process and what is missing
 */
export function compactHosts(
  process: string,
  cores: number,
  slices: number,
  hosts: readonly HostRoom[],
  held: ReadonlySet<number>,
): number[] {
  const order = hosts.map((_, i) => i).sort((a, b) =>
    Number(held.has(b)) - Number(held.has(a)) || hosts[b].cores - hosts[a].cores ||
    hosts[b].memory - hosts[a].memory || a - b
  );
  const room = { cores: 0, memory: 0 };
  for (let used = 0; used < order.length; used++) {
    const host = hosts[order[used] as number] as HostRoom;
    room.cores += host.cores;
    room.memory += host.memory;
    // What it is on already is used in any case.
    if (used + 1 < held.size) continue;
    if (room.cores >= cores && room.memory >= slices) return order.slice(0, used + 1);
  }
  const missing = [
    ...(cores > room.cores ? [`${cores} cores, of which the rack has ${room.cores} free`] : []),
    ...(slices > room.memory
      ? [`${slices} memslices, of which the rack has ${room.memory} free`]
      : []),
  ];
  throw new TooLargeError(`${process} asks for ${missing.join(" and ")}`);
}

/** Deal whole units evenly over `own` hosts, those with little room first; by host. */
export function deal(units: number, own: readonly number[], room: (host: number) => number) {
  const given: number[] = [];
  for (let h = 0; h <= Math.max(...own); h++) given.push(0);
  balance(units, own, given, room, true);
  return given;
}
