/** An open Jackson network with feedback: three stations whose queues are independent M/M/c. */
import { Level, type Process, Resource, Tally } from "../kernel/mod.ts";
import { drive, type Measured, type QueueParameters } from "./queue-models.ts";

// A web tier sends 30 % of its requests to a database pair and 50 % to a cache, whose answers come back
// to it; the others leave. Flow balance: each arrival passes the web tier 1 / (1 - 0.8) = 5 times.
const TO_DATABASE = 0.3;
const TO_CACHE = 0.5;
const VISITS = { web: 5, database: 5 * TO_DATABASE, cache: 5 * TO_CACHE };
const SERVERS = { web: 1, database: 2, cache: 1 };
// Mean service times per station as shares of the parameter; the web tier is the busiest.
const SHARE = { web: 1, database: 4, cache: 1.2 };
type Station = keyof typeof VISITS;
const STATIONS = ["web", "database", "cache"] as const;

/** Mean number in an M/M/c queue by Erlang C, for c = 1 or 2. */
function meanNumber(servers: number, rho: number): number {
  if (servers === 1) return rho / (1 - rho);
  return 2 * rho / (1 - rho * rho);
}

/** Jackson's theorem: each station is as an M/M/c of its own arrival rate; the sojourn by Little's law. */
export function jackson(p: QueueParameters): Measured[] {
  const sim = p.simulation();
  const arrivalRate = p.rho / (VISITS.web * p.service * SHARE.web);
  const stations = {} as Record<Station, { resource: Resource; number: Level }>;
  for (const name of STATIONS) {
    const resource = new Resource(sim, name, SERVERS[name]);
    stations[name] = { resource, number: new Level(sim) };
  }
  const routing = sim.rng("jackson/routing");
  const services = sim.rng("jackson/service");
  const sojourns = new Tally();
  function* visit(name: Station): Process {
    const { resource, number } = stations[name];
    number.add(1);
    yield resource;
    yield services.exponential(p.service * SHARE[name]);
    resource.release();
    number.add(-1);
  }
  function* request(measured: boolean): Process {
    const began = sim.now;
    for (;;) {
      yield* visit("web");
      const u = routing.uniform();
      if (u >= TO_DATABASE + TO_CACHE) break;
      yield* visit(u < TO_DATABASE ? "database" : "cache");
    }
    if (measured) sojourns.add(sim.now - began);
  }
  // A request makes ten visits: a tenth of the requests costs what the other models cost.
  const tenth = {
    ...p,
    customers: Math.ceil(p.customers / 10),
    warmUp: Math.ceil(p.warmUp / 10),
  };
  drive(sim, "jackson", 1 / arrivalRate, tenth, request, () => {
    for (const name of STATIONS) stations[name].number.reset();
  });
  let total = 0;
  const rows: Measured[] = [];
  for (const name of STATIONS) {
    const rho = arrivalRate * VISITS[name] * p.service * SHARE[name] / SERVERS[name];
    const theory = meanNumber(SERVERS[name], rho);
    total += theory;
    rows.push({ measure: `${name}_jobs`, theory, value: stations[name].number.mean() });
  }
  const sojourn = total / arrivalRate / 1e6;
  rows.push({ measure: "sojourn_ms", theory: sojourn, value: sojourns.mean() / 1e6 });
  return rows;
}
