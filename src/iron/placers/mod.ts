/** Placers: the published one, one that respects resources, and how to start from nothing. */
export { ResourcePlacer, type ResourcePlacerOptions } from "./resource.ts";
export { SequentialPlacer } from "./sequential.ts";
export { pinned, unpin } from "./unpin.ts";
