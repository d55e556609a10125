/** The Azure Functions trace of 2019 as a workload. */
export {
  type AppFunction,
  type Application,
  type ApplicationsOptions,
  drawApplications,
} from "./applications.ts";
export { interArrivals } from "./arrivals.ts";
export { AZURE_2019, AZURE_2019_FITS, type CdfPoints, quantile, readCdf } from "./distributions.ts";
export {
  CHAPTER_MEDIANS,
  DURABLE_NODES,
  functionsPerApp,
  type Population,
  type Reading,
  TAIL_SIGMA,
} from "./functions-per-app.ts";
