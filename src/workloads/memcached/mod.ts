/** memcached: its memory, its gets in one process, and its requests over sockets. */
export { MEMCACHED_COSTS, type MemcachedCost } from "./costs.ts";
export { exactThroughput } from "./exact.ts";
export { type Deployment, ExpectedGet, expectedThroughput, type GetCost } from "./expected.ts";
export { type GatewayOptions, gatewayThroughput } from "./gateway.ts";
export { itemLocks, type MemcachedShape, memcachedShape } from "./shape.ts";
