import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { equalsIgnoreCase } from "./raw-headers.ts";

type Message = typeof IncomingMessage;

interface LeanMessage extends IncomingMessage {
  isDispatched: boolean;
  /** undefined = not determined yet. */
  hasNoBody: boolean | undefined;
}

/** The `headers` that Node gets for a request without a body, until the request is dispatched. */
const plain = Object.freeze({ host: "" });

/**
 * Node's request class without one cost: before any listener runs, Node looks up a few names in `headers` and so builds
 * an object of all headers. That takes longer than a decision of `/verify`, which reads the raw headers. So until a
 * request `isDispatched`, its `headers` contain only what Node needs; after that they are built on first use, as usual.
 */
export function leanRequests(Base: Message): Message & (new (socket: Socket) => LeanMessage) {
  const usual = Object.getOwnPropertyDescriptor(Base.prototype, "headers");
  const get = usual?.get;
  class LeanRequest extends Base implements LeanMessage {
    isDispatched = false;
    hasNoBody: boolean | undefined;
  }
  // A later Node may have no such getter: then its class stays as it is.
  if (get === undefined) return LeanRequest;
  // Not an accessor in the class, because `headers` is a property to TypeScript.
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

/** True for a request with a host but without a body (RFC 9112 §6.3) and an expectation (RFC 9110 §10.1.1). */
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
