/** Links, TCP and TLS: what other rooms may use. */
export { type Conversation, type Path, type Side } from "./conversation.ts";
export {
  ConnectionLost,
  type ConnectionOptions,
  type ConnectionState,
  type IdlePolicy,
  TcpConnection,
} from "./connection.ts";
export { deliver, type Direction } from "./host-costs.ts";
export { Link, SharedDirection } from "./link.ts";
export { type Demand, maxMinRates, shareLink } from "./max-min.ts";
export { LINUX_METRICS, MetricsCache, type MetricsOptions } from "./metrics-cache.ts";
export { LINUX_TCP, type TcpOptions } from "./options.ts";
export { linkSchema, type LinkSpec, type LinkYaml, loopbackOf, resolveLink } from "./spec.ts";
export {
  runTransfer,
  type Transfer,
  type TransferSetting,
  type TransferTimes,
} from "./transfer.ts";
export { type Flight, tlsFlights, type TlsMode, tlsRoundTrips } from "./tls.ts";
export { NETWORK_HOSTS, type NetworkHostPart } from "../parts/network-hosts.ts";
