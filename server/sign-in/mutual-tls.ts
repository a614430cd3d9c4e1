import { X509Certificate, type KeyObject } from "node:crypto";
import type { AgentOptions } from "node:https";
import type { ChangingFiles } from "../config/changing-files.ts";
import type { ForwardProxyOf } from "../config/forward-proxy.ts";
import { parseClientKey } from "./client-key.ts";

/** The options of a connection with our client certificate. Throws the fault in the certificate or its key. */
export function parseClientCertificate(certificate: string, key: string): AgentOptions {
  const { key: privateKey } = parseClientKey(key);
  const fault = certificateFault(certificate, privateKey);
  if (fault !== undefined) throw new Error(fault);
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  return { cert: certificate, key: pem };
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
 * `fetch` with a client certificate (RFC 8705 §2), which Node's own `fetch` does not support. It reuses no connection,
 * so a new certificate takes effect with the next request. A forward proxy sees only an encrypted tunnel.
 */
export function createMutualTlsFetch(files: ChangingFiles<AgentOptions>, proxyOf: ForwardProxyOf) {
  return async (url: string, init: RequestInit): Promise<Response> => {
    const { Agent } = process.getBuiltinModule("node:https");
    const { fetchOver, proxyOptions } = await import("./agent-fetch.ts");
    const proxy = proxyOf(url);
    const options = proxy === undefined ? {} : proxyOptions(proxy);
    const way = proxy === undefined ? "" : ` through the proxy ${proxy.shown}`;
    const agent = new Agent({ ...(await files.current()), ...options });
    return fetchOver(agent, url, init, `over mutual TLS${way}`);
  };
}
