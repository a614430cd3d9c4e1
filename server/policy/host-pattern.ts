import * as v from "valibot";
import { hostnameEnd, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { hostOutsideAscii } from "../values/ascii-host.ts";
import { checkedString, dnsName } from "../values/leaves.ts";
import type { Match } from "./query-readings.ts";

/** `app.example.com`, `*.example.com`, either with a port. */
interface HostPattern {
  readonly name: string;
  /** "" = the default port of the request's scheme. */
  readonly port: string;
}

const ipv6 = /^\[[0-9a-f:.]+\]$/;

function hostPatternFault(written: string): string | undefined {
  const fault = hostOutsideAscii(written);
  if (fault !== undefined) return fault;
  const [name = "", port, ...rest] = written
    .toLowerCase()
    .replace(/^\*\./, "")
    .split(/:(?=\d*$)/);
  const isPort = port === undefined || (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535);
  const isName = dnsName.test(name) || (ipv6.test(name) && URL.canParse(`http://${name}`));
  if (isName && isPort && rest.length === 0) return undefined;
  return "is not a host: write app.example.com, app.example.com:8443 or *.example.com";
}

/** A host as a rule names it. */
export const hostPattern = v.pipe(
  checkedString(hostPatternFault),
  // An IPv6 address has many spellings; proxies send the shortest.
  v.transform((written) =>
    written.startsWith("[") ? new URL(`ftp://${written}`).host : written.toLowerCase(),
  ),
);

export function parseHostPattern(written: string): HostPattern {
  const [, name = written, port = ""] = /^(.*?)(?::(\d+))?$/.exec(written) ?? [];
  return { name, port };
}

/** The names of every pattern that matches a host: the host itself, and a wildcard for each label but the first. */
function patternNamesFor(hostname: string): string[] {
  const labels = hostname.split(".");
  return [hostname, ...labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join(".")}`)];
}

/**
 * Proxies choose the app by the host name, and many pass on any port that the visitor wrote. So another port may be
 * another app, or an attempt to avoid this very rule: the rule may match.
 */
export function matchHost(patterns: readonly HostPattern[], request: ForwardedRequest): Match {
  const { scheme, host } = request;
  const end = hostnameEnd(host);
  const names = patternNamesFor(host.slice(0, end));
  const port = host.slice(end + 1);
  const named = patterns.filter(({ name }) => names.includes(name));
  if (named.length === 0) return "no";
  return named.some((pattern) => isSamePort(pattern.port, port, scheme)) ? "yes" : "maybe";
}

/** Whether a pattern's port is the port of a host; of either, "" = the default port of the scheme. */
export function isSamePort(
  ofPattern: string,
  port: string,
  scheme: ForwardedRequest["scheme"],
): boolean {
  return ofPattern === port || (port === "" && ofPattern === (scheme === "https" ? "443" : "80"));
}
