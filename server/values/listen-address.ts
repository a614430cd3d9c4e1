import { isIP } from "node:net";
import { isUnsafePort } from "get-port-please";
import { hostOutsideAscii } from "./ascii-host.ts";
import { dnsName } from "./leaves.ts";

/** listhen binds another host in place of a longer name, without a message (its `HOSTNAME_RE`). */
const longestHost = 63;

const forms =
  "write 127.0.0.1, ::1, 0.0.0.0, ::, localhost, or an address or host name of this machine";

/**
 * Why doorward cannot listen on a host, or nothing. What passes here is matched by the pattern of listhen, which
 * replaces every other host by its own default.
 */
export function listenHostFault(host: string): string | undefined {
  if (isIP(host) !== 0 && !host.includes("%")) return undefined;
  if (host.trim() === "") return `is empty: ${forms}`;
  if (host.includes("://")) return "is a URL: write the host without scheme, port and path";
  if (/^\[.*\]$/.test(host)) return `is in brackets: write ${host.slice(1, -1)}`;
  if (host.includes("%")) {
    return "has a zone, which is not supported: write another address of this machine, or :: for all of them";
  }
  if (/^[^:]*:\d*$|^\[.*\]:/.test(host)) return "has a port in it: write the port as `port`";
  // getaddrinfo reads 010.0.0.1 as 8.0.0.1, and 1 as 0.0.0.1.
  if (/(^|\.)(\d+|0x[\da-f]*)\.?$/i.test(host)) return `is not an IPv4 address: ${forms}`;
  const fault = hostOutsideAscii(host);
  if (fault !== undefined) return fault;
  if (host.length > longestHost) {
    return `is longer than ${longestHost} characters: write the address that it resolves to`;
  }
  return dnsName.test(host.toLowerCase()) ? undefined : `is not a host name or address: ${forms}`;
}

/** Why doorward does not listen on a port, or nothing. listhen replaces these ports by 3000. */
export function listenPortFault(port: number): string | undefined {
  if (!isUnsafePort(port)) return undefined;
  return "is a port that browsers refuse to open (https://fetch.spec.whatwg.org/#port-blocking): choose another, such as 4180";
}
