import type { IncomingMessage } from "node:http";
import { equalsIgnoreCase } from "./raw-headers.ts";

type Message = typeof IncomingMessage;

/** What a request without a body and without demands looks like to Node, and to whoever looks as early. */
const plain = Object.freeze({ host: "" });

/**
 * Requests as Node makes them, but for what Node itself asks of every one before anybody else sees it: whether
 * its headers hold a handful of names, for which it makes an object of all of them. That takes longer than a verdict,
 * which reads the raw ones. So until a request is `handedOver` its `headers` are no more than Node's answer;
 * from then on they are what they always are, made when somebody asks.
 */
export function leanRequests(Base: Message) {
  const usual = Object.getOwnPropertyDescriptor(Base.prototype, "headers");
  const get = usual?.get;
  class LeanRequest extends Base {
    isDispatched = false;
    /** undefined = not looked at yet. */
    hasNoBody: boolean | undefined;
  }
  // A Node to come may keep them elsewhere, and then has them.
  if (get === undefined) return LeanRequest;
  // No accessor of the class itself: to TypeScript `headers` is a property.
  Object.defineProperty(LeanRequest.prototype, "headers", {
    ...usual,
    get(this: LeanRequest): unknown {
      if (this.isDispatched) return get.call(this);
      this.hasNoBody ??= hasNoBody(this.rawHeaders);
      return this.hasNoBody ? plain : get.call(this);
    },
  });
  return LeanRequest;
}

/** Whether it has a host, and neither a body (RFC 9112 §6.3) nor an expectation (RFC 9110 §10.1.1). */
function hasNoBody(rawHeaders: readonly string[]): boolean {
  let hasHost = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (equalsIgnoreCase(name, "host")) hasHost = true;
    else if (
      equalsIgnoreCase(name, "content-length") ||
      equalsIgnoreCase(name, "transfer-encoding")
    )
      return false;
    else if (equalsIgnoreCase(name, "expect")) return false;
  }
  return hasHost;
}
