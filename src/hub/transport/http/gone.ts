// Whether anybody waits for an answer.
import type { ServerResponse } from "node:http";

/** Aborted when the client has disconnected before it had the whole answer. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.destroyed) gone.abort();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
