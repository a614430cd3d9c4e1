import { isIPv4 } from "node:net";
import { addressRangeFault, createAddressRanges } from "../http/address-ranges.ts";
import { isLoopbackHost } from "../http/loopback.ts";
import { hostOutsideAscii, urlHostOutsideAscii } from "../values/ascii-host.ts";
import type { Fault } from "./faults.ts";

/** A proxy that requests to issuers go through. */
export interface ForwardProxy {
  /** The variable that names it. */
  readonly variable: string;
  /** Its address, which may hold a user name and a password. */
  readonly url: string;
  /** Its address without them, for messages. */
  readonly shown: string;
}

/** The proxy for a request to this URL; undefined = the request goes to the host itself. */
export type ForwardProxyOf = (url: string) => ForwardProxy | undefined;

export type Environment = Readonly<Record<string, string | undefined>>;

/** By the scheme of the request. As in curl and Node, lower case comes first, and an empty variable is none. */
const variables = {
  "https:": ["https_proxy", "HTTPS_PROXY"],
  "http:": ["http_proxy", "HTTP_PROXY"],
} as const;

const exemptions = ["no_proxy", "NO_PROXY"] as const;

export function forwardProxyFaults(environment: Environment): Fault[] {
  return [...proxyFaults(environment), ...exemptionFaults(environment)];
}

function exemptionFaults(environment: Environment): Fault[] {
  const path = given(exemptions, environment);
  const entries = path === undefined ? [] : entriesOf(environment[path] ?? "");
  return entries.flatMap((entry) => {
    const fault = hostOutsideAscii(entry);
    return path === undefined || fault === undefined
      ? []
      : [{ path, message: `${JSON.stringify(entry)} ${fault}` }];
  });
}

function proxyFaults(environment: Environment): Fault[] {
  return Object.values(variables).flatMap((names) => {
    const path = given(names, environment);
    const written = path === undefined ? "" : (environment[path] ?? "");
    const fault = path && proxyFault(written);
    if (path === undefined || fault === undefined) return [];
    return [
      { path, message: written.includes("@") ? fault : `${JSON.stringify(written)} ${fault}` },
    ];
  });
}

function proxyFault(written: string): string | undefined {
  const form = "write http://HOST:PORT, or https:// if the proxy itself uses TLS";
  const url = URL.parse(written);
  if (url === null || !/^https?:\/\//i.test(written)) return `is not the URL of a proxy: ${form}`;
  const ofHost = urlHostOutsideAscii(written);
  if (ofHost !== undefined) return ofHost;
  try {
    decodeURIComponent(url.username + url.password);
    return undefined;
  } catch {
    return "has a % in its user name or password that encodes nothing: write it as %25";
  }
}

/** The proxies that these variables name. Call it for variables without faults only. */
export function createForwardProxyOf(environment: Environment): ForwardProxyOf {
  const https = proxyOf(variables["https:"], environment);
  const http = proxyOf(variables["http:"], environment);
  const isExempt = createExemptions(environment[given(exemptions, environment) ?? ""] ?? "");
  return (address) => {
    const url = new URL(address);
    const proxy = url.protocol === "https:" ? https : http;
    if (proxy === undefined || isExempt(url)) return undefined;
    // Another machine's proxy would connect to its own loopback, and plain http would leave this machine.
    const isOfAnother =
      isLoopbackHost(url.hostname) && !isLoopbackHost(new URL(proxy.url).hostname);
    return isOfAnother ? undefined : proxy;
  };
}

/** The named proxies, for the log. */
export function forwardProxies(environment: Environment): ForwardProxy[] {
  return Object.values(variables).flatMap((names) => proxyOf(names, environment) ?? []);
}

function given(names: readonly string[], environment: Environment): string | undefined {
  return names.find((name) => (environment[name] ?? "") !== "");
}

function proxyOf(names: readonly string[], environment: Environment): ForwardProxy | undefined {
  const variable = given(names, environment);
  const url = variable === undefined ? null : URL.parse(environment[variable] ?? "");
  if (variable === undefined || url === null) return undefined;
  return { variable, url: url.href, shown: url.origin };
}

/** `NO_PROXY`: `*`, hosts with all hosts below them, addresses, subnets and ranges, each with or without a port. */
function createExemptions(written: string): (url: URL) => boolean {
  const entries = entriesOf(written);
  // A host may have a name that means ranges elsewhere, such as `private`.
  const subnets = entries.map(bare).filter((entry) => addressRangeFault(entry) === undefined);
  const isInSubnet = createAddressRanges(subnets);
  return (url) => {
    const host = bare(url.hostname.replace(/\.$/, ""));
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    return isInSubnet(host) || entries.some((entry) => matches(entry, host, port));
  };
}

function entriesOf(written: string): string[] {
  return written
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [, named = "", ownPort = port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? ["", entry];
  if (ownPort !== port) return false;
  const name = bare(named).replace(/^\*?\.|\.$/g, "");
  return name !== "" && (host === name || host.endsWith(`.${name}`) || isInRange(named, host));
}

/** `192.0.2.1-192.0.2.9`, as in Node. */
function isInRange(entry: string, host: string): boolean {
  const [first = "", last = "", ...rest] = entry.split("-");
  if (rest.length > 0 || ![first, last, host].every(isIPv4)) return false;
  return numberOf(first) <= numberOf(host) && numberOf(host) <= numberOf(last);
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
