/** Escra under OpenWhisk: ImageProcess and GridSearch (sections 5.6.5 and 5.6.6). */
export { serverlessExperiment } from "./experiment.ts";
