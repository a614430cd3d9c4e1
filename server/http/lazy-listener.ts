import type { RequestListener, ServerResponse } from "node:http";
import { loadOnce } from "../memory/on-first-call.ts";

/** A listener whose modules the first request loads, so that they do not delay the start. */
export function lazyListener(
  load: () => Promise<RequestListener>,
  fail: (response: ServerResponse, error: unknown) => void,
): RequestListener {
  const loaded = loadOnce(load);
  return (request, response) => {
    // A handler may return a promise, or throw synchronously.
    loaded()
      .then((listener) => listener(request, response))
      .catch((error: unknown) => fail(response, error));
  };
}
