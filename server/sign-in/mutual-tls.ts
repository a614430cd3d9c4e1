import { X509Certificate, type KeyObject } from "node:crypto";
import { Agent, request as sendRequest } from "node:https";
import type { IncomingMessage } from "node:http";
import type { ChangingFiles } from "../config/changing-files.ts";
import { parseClientKey } from "./client-key.ts";

/** An agent that presents our client certificate. Throws the fault in the certificate or its key. */
export function parseClientCertificate(certificate: string, key: string): Agent {
  const { key: privateKey } = parseClientKey(key);
  const fault = certificateFault(certificate, privateKey);
  if (fault !== undefined) throw new Error(fault);
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  return new Agent({ cert: certificate, key: pem });
}

function certificateFault(written: string, key: KeyObject): string | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(written);
  } catch {
    return "contains no certificate in PEM (-----BEGIN CERTIFICATE-----)";
  }
  const { validFromDate, validToDate } = certificate;
  if (!certificate.checkPrivateKey(key)) {
    return "contains a certificate that does not match clientKeyFile: put the client's own certificate first";
  }
  if (validToDate.getTime() <= Date.now()) {
    return `contains a certificate that expired on ${validToDate.toISOString()}: renew it`;
  }
  return validFromDate.getTime() > Date.now()
    ? `contains a certificate that is not valid before ${validFromDate.toISOString()}: check the system clock`
    : undefined;
}

/**
 * `fetch` with a client certificate (RFC 8705 §2), which Node's own `fetch` does not support. It follows no redirect
 * and reuses no connection, so a new certificate takes effect with the next request.
 */
export function createMutualTlsFetch(agents: ChangingFiles<Agent>) {
  return async (url: string, init: RequestInit): Promise<Response> => {
    const request = new Request(url, init);
    const body = Buffer.from(await request.arrayBuffer());
    const { method, signal } = request;
    const headers = Object.fromEntries(request.headers);
    const agent = await agents.current();
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    sendRequest(url, { agent, method, headers, signal }, resolve)
      // The same error shape as `fetch`, so that both are classified alike.
      .on("error", (cause) =>
        reject(new TypeError("the request over mutual TLS failed", { cause })),
      )
      .end(body);
    return responseOf(await promise);
  };
}

function responseOf(message: IncomingMessage): Response {
  const { statusCode: status = 502, headersDistinct } = message;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  // `Response` rejects a body with these statuses.
  if (status === 204 || status === 205 || status === 304) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(ReadableStream.from(message), { status, headers });
}
