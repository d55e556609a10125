/** The OpenWhisk platform that freshen and Escra run on. */
export {
  Action,
  type ActionSpec,
  type Activation,
  type FreshenWork,
  type Invocation,
  type ServiceCategory,
  type StartKind,
} from "./action.ts";
export { Confidence, CONFIDENCE_DEFAULTS, type ConfidenceOptions } from "./confidence.ts";
export { Container, type ContainerState, TRANSITIONS } from "./container.ts";
export type { ContainerFactory } from "./factory.ts";
export {
  Kubernetes,
  type KubernetesOptions,
  lognormal,
  type PodObserver,
  type WorkerNode,
} from "./kubernetes.ts";
export { type Account, Ledger } from "./ledger.ts";
export {
  OPENWHISK,
  OPENWHISK_DEFAULTS,
  type OpenWhiskOptions,
  type StemCells,
} from "./parameters.ts";
export {
  type FreshenLimits,
  type FreshenOptions,
  type FreshenOutcome,
  type InvokeOptions,
  type InvokerSpec,
  type PlatformOptions,
  ServerlessPlatform,
} from "./platform.ts";
export { Invoker, type PoolObserver } from "./pool.ts";
export { Pod, PodKilled, type PodOptions } from "./pod.ts";
export { type Prediction, Predictions, type Score } from "./predictions.ts";
export { Client, Network, scopedClient, type ServerWork } from "./network.ts";
export {
  type Trigger,
  TRIGGER_NAMES,
  triggerDelay,
  type TriggerName,
  TRIGGERS,
} from "./triggers.ts";
