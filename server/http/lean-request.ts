import type { IncomingMessage } from "node:http";
import { isCalled } from "./raw-headers.ts";

type Message = typeof IncomingMessage;

/** What a request without a body and without demands looks like to Node, and to whoever looks as early. */
const plain = Object.freeze({ host: "" });

/**
 * Requests as Node makes them, but for what Node itself asks of every one before anybody else sees it: whether
 * its headers hold a handful of names, for which it makes an object of all of them. That takes longer than a verdict,
 * which reads the raw ones. So until a request is `handedOver` its `headers` are no more than Node's answer;
 * from then on they are what they always are, made when somebody asks.
 */
export function frugalRequests(Base: Message) {
  const usual = Object.getOwnPropertyDescriptor(Base.prototype, "headers");
  const get = usual?.get;
  class FrugalRequest extends Base {
    handedOver = false;
    /** undefined = not looked at yet. */
    isPlain: boolean | undefined;
  }
  // A Node to come may keep them elsewhere, and then has them.
  if (get === undefined) return FrugalRequest;
  // No accessor of the class itself: to TypeScript `headers` is a property.
  Object.defineProperty(FrugalRequest.prototype, "headers", {
    ...usual,
    get(this: FrugalRequest): unknown {
      if (this.handedOver) return get.call(this);
      this.isPlain ??= isPlain(this.rawHeaders);
      return this.isPlain ? plain : get.call(this);
    },
  });
  return FrugalRequest;
}

/** Whether it has a host, and neither a body (RFC 9112 §6.3) nor an expectation (RFC 9110 §10.1.1). */
function isPlain(rawHeaders: readonly string[]): boolean {
  let hasHost = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (isCalled(name, "host")) hasHost = true;
    else if (isCalled(name, "content-length") || isCalled(name, "transfer-encoding")) return false;
    else if (isCalled(name, "expect")) return false;
  }
  return hasHost;
}
