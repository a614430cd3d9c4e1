import type { RequestListener, ServerResponse } from "node:http";

/** A listener that is loaded with its first request, so that a start does not wait for what it needs. */
export function lazyListener(
  load: () => Promise<RequestListener>,
  fail: (response: ServerResponse, error: unknown) => void,
): RequestListener {
  let loaded: Promise<RequestListener> | undefined;
  return (request, response) => {
    loaded ??= load();
    // A handler may give a promise back, or throw before its first.
    loaded
      .then((listener) => listener(request, response))
      .catch((error: unknown) => fail(response, error));
  };
}
