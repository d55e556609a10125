/** A worker's entry: takes batches of runs, answers with their results. */
import { parentPort, workerData } from "node:worker_threads";
import {
  type BatchMessage,
  executeBatch,
  loadSystems,
  type ResultMessage,
  type WorkerData,
} from "./lane.ts";
import type { RunSetup } from "./run.ts";

const systems = loadSystems((workerData as WorkerData).registry);
const setups: RunSetup[] = [];

parentPort?.on("message", async (message: BatchMessage) => {
  if (message.setup !== undefined) setups[message.setupId] = message.setup;
  const results = await executeBatch(await systems, setups[message.setupId], message.requests);
  const answer: ResultMessage = { results };
  const transfer = results.flatMap((result) =>
    result.ok ? result.rows.cells.flatMap((c) => c instanceof Float64Array ? [c.buffer] : []) : []
  );
  parentPort?.postMessage(answer, transfer as ArrayBuffer[]);
});
