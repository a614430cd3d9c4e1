import { hostOutsideAscii } from "../values/ascii-host.ts";

/** A host to which a browser may be redirected, with or without its subdomains, and the ports. */
interface AllowedRedirect {
  readonly host: string;
  readonly subdomains: boolean;
  readonly port: string | undefined; // undefined = the scheme's default, "*" = any
}

const grammar = /^(\.?)((?:[a-z0-9-]+\.)*[a-z0-9-]+|\[[0-9a-f:]+\])(?::(\d{1,5}|\*))?$/;

/** What is wrong with an entry of `allowedRedirects`; undefined = it is valid. */
export function allowedRedirectFault(written: string): string | undefined {
  const fault = hostOutsideAscii(written);
  if (fault !== undefined) return fault;
  return parseAllowedRedirect(written)
    ? undefined
    : "is not a host: use example.org, .example.org, host:3000 or host:*";
}

export function parseAllowedRedirect(written: string): AllowedRedirect | undefined {
  const [, dot, host, port] = grammar.exec(written.toLowerCase()) ?? [];
  const isPort =
    port === undefined || port === "*" || (Number(port) >= 1 && Number(port) <= 65_535);
  return host === undefined || !isPort ? undefined : { host, subdomains: dot === ".", port };
}

export function isAllowedRedirect(target: AllowedRedirect, url: URL): boolean {
  const { hostname } = url;
  const isHost =
    hostname === target.host || (target.subdomains && hostname.endsWith(`.${target.host}`));
  return isHost && (target.port === "*" || url.port === (target.port ?? ""));
}
