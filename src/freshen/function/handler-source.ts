/** The chapter's function (Pseudocode 1) as a JavaScript handler: what the inference is given. */

/**
 * Fetches a model with the cloud's own client, settings with a client of the developer's own, computes,
 * stores the result. All three have constant arguments; the second client is unknown to the provider.
 */
export const HANDLER =
  `import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { settingsStore } from "./settings.js";
import { infer } from "./infer.js";

const s3 = new S3Client({});
const MODEL = { Bucket: "models", Key: "m1" };

export async function handler(event) {
  const model = await s3.send(new GetObjectCommand(MODEL));
  const settings = await settingsStore.load("settings/current");
  const result = infer(await model.Body.transformToByteArray(), settings, event.image);
  return await s3.send(new PutObjectCommand({ Bucket: "results", Key: event.id, Body: result }));
}
`;
