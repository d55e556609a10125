/** A replicated structure asked to do what it cannot; the message names the object and what to do. */
export class LdnrError extends Error {
  override name = "LdnrError";
}
