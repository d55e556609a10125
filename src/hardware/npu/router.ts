/** Circuit-switched routes through the stream switches. */
import { type Coordinate, type Device, place } from "./device.ts";
import { ExhaustedError } from "./errors.ts";

type Way = "north" | "south" | "east" | "west";
const STEPS: Record<Way, [number, number]> = {
  north: [0, 1],
  south: [0, -1],
  east: [1, 0],
  west: [-1, 0],
};

/** Ports between neighbouring switches, each taken by one stream for the whole program. */
export class Router {
  readonly #taken = new Map<string, string[]>();

  constructor(readonly device: Device) {}

  /** Streams on the port group of `at` towards `way`. */
  taken(at: Coordinate, way: Way): readonly string[] {
    return this.#taken.get(`${at.col},${at.row},${way}`) ?? [];
  }

  /** Ports from a switch towards a side; none where there is no neighbour. */
  #ports(at: Coordinate, way: Way): number {
    const next = step(at, way);
    if (!this.device.has(next)) return 0;
    const { ports } = this.device.limits(at);
    return way === "north" ? ports.north : way === "south" ? ports.south : ports.side;
  }

  /**
   * Routes one stream from a switch to one or several others (a broadcast shares its common part)
   * and takes the ports. Returns the number of switches to the farthest destination.
   * @throws {ExhaustedError} naming the full port group.
   */
  connect(name: string, from: Coordinate, to: readonly Coordinate[]): number {
    const tree = new Map([[key(from), 0]]);
    const links: [Coordinate, Way][] = [];
    let farthest = 0;
    for (const destination of to) {
      const path = this.#path(tree, destination);
      if (path === undefined) throw this.#full(name, from, destination);
      let hops = path.start;
      let at = path.from;
      for (const way of path.ways) {
        links.push([at, way]);
        at = step(at, way);
        tree.set(key(at), ++hops);
      }
      farthest = Math.max(farthest, tree.get(key(destination)) as number);
    }
    for (const [at, way] of links) {
      const group = `${at.col},${at.row},${way}`;
      this.#taken.set(group, [...this.#taken.get(group) ?? [], name]);
    }
    return farthest + 1;
  }

  /** Shortest way from any switch of the tree over ports that are free (breadth first). */
  #path(
    tree: Map<string, number>,
    to: Coordinate,
  ): { from: Coordinate; start: number; ways: Way[] } | undefined {
    interface Node {
      at: Coordinate;
      from: Coordinate;
      start: number;
      ways: Way[];
    }
    const queue: Node[] = [...tree].map(([id, start]) => {
      const [col, row] = id.split(",").map(Number);
      return { at: { col, row }, from: { col, row }, start, ways: [] };
    });
    const seen = new Set(tree.keys());
    for (const node of queue) {
      if (node.at.col === to.col && node.at.row === to.row) return node;
      for (const way of Object.keys(STEPS) as Way[]) {
        const next = step(node.at, way);
        if (this.taken(node.at, way).length >= this.#ports(node.at, way)) continue;
        if (seen.has(key(next))) continue;
        seen.add(key(next));
        queue.push({ ...node, at: next, ways: [...node.ways, way] });
      }
    }
    return undefined;
  }

  #full(name: string, from: Coordinate, to: Coordinate): ExhaustedError {
    const full = [...this.#taken].filter(([group, streams]) => {
      const [col, row, way] = group.split(",");
      return streams.length >= this.#ports({ col: +col, row: +row }, way as Way);
    });
    const list = full.map(([group, streams]) => {
      const [col, row, way] = group.split(",");
      return `${place({ col: +col, row: +row })} ${way} (${streams.join(", ")})`;
    });
    return new ExhaustedError(
      `no route for stream "${name}" from ${place(from)} to ${place(to)}; full ports: ${
        list.join("; ") || "none"
      }`,
    );
  }
}

function key({ col, row }: Coordinate): string {
  return `${col},${row}`;
}

function step({ col, row }: Coordinate, way: Way): Coordinate {
  const [dc, dr] = STEPS[way];
  return { col: col + dc, row: row + dr };
}
