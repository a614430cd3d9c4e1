import { X509Certificate, type KeyObject } from "node:crypto";
import { Agent, request as ask } from "node:https";
import type { IncomingMessage } from "node:http";
import type { ChangingFiles } from "../config/changing-files.ts";
import { parseClientKey } from "./client-key.ts";

/** Our client's certificate and its key, as connections show them. Throws what is wrong with either. */
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
    return "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)";
  }
  const { validFromDate, validToDate } = certificate;
  if (!certificate.checkPrivateKey(key)) {
    return "holds a certificate that clientKeyFile does not belong to; the client's own comes first";
  }
  if (validToDate.getTime() <= Date.now()) {
    return `holds a certificate that expired on ${validToDate.toISOString()}: renew it`;
  }
  return validFromDate.getTime() > Date.now()
    ? `holds a certificate that is not valid before ${validFromDate.toISOString()}: look at the clock`
    : undefined;
}

/**
 * `fetch` with a client certificate (RFC 8705 §2), which the one of Node cannot show. It follows no redirect
 * and keeps no connection, so that a new certificate counts from the next request on.
 */
export function createMutualTlsFetch(agents: ChangingFiles<Agent>) {
  return async (url: string, init: RequestInit): Promise<Response> => {
    const request = new Request(url, init);
    const body = Buffer.from(await request.arrayBuffer());
    const { method, signal } = request;
    const headers = Object.fromEntries(request.headers);
    const agent = await agents.current();
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    ask(url, { agent, method, headers, signal }, resolve)
      // As `fetch` puts it, so that both are understood alike.
      .on("error", (cause) => reject(new TypeError("no answer over mutual TLS", { cause })))
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
  // Of these a response may have no body at all.
  if (status === 204 || status === 205 || status === 304) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(ReadableStream.from(message), { status, headers });
}
