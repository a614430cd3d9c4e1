import { isIPv6 } from "node:net";

/** Whether a URL's `hostname` is this machine. Browsers resolve `*.localhost` to it (RFC 6761 §6.3). */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}

/** The same for a host as `listen.host` and Node's sockets have it: an IPv6 address without brackets. */
export function isLoopbackAddress(host: string): boolean {
  // The first `isIPv6` of a process takes five milliseconds.
  const isAddress = host.includes(":") && !host.includes("%") && isIPv6(host);
  const name = isAddress ? new URL(`http://[${host}]`).hostname : host.toLowerCase();
  return isLoopbackHost(name);
}
