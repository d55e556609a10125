/** What makes an invoker's containers: OpenWhisk's ContainerFactory. */
import type { Process } from "../kernel/mod.ts";
import type { Container } from "./container.ts";

/** Makes and removes containers. Without one, docker beside the invoker does it in constant time. */
export interface ContainerFactory {
  /** Ends when the container's processes run. */
  create(container: Container): Process;
  /** The container is gone. */
  remove(container: Container): void;
}
