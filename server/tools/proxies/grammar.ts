/**
 * Values allowed in a proxy's configuration. Every proxy has its own syntax and escapes, so these patterns are
 * stricter than any of them: letters, digits, hyphens and dots need no quoting anywhere.
 */
const hostName =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const ipv6 = /^[0-9a-f:]+(:\d+\.\d+\.\d+\.\d+)?$/;
const path = /^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/;
const headerName = /^[A-Za-z][A-Za-z0-9-]{0,99}$/;

/** Why a host cannot be written into a proxy's configuration; undefined if it can. A leading `*.` is allowed. */
export function hostFault(host: string): string | undefined {
  if (hostName.test(host.replace(/^\*\./, ""))) return undefined;
  return `contains the host ${JSON.stringify(host)}, which a proxy does not accept as a host name: use letters, digits, hyphens and dots`;
}

/** The same for the path of a site's URL. */
export function baseFault(base: string): string | undefined {
  if (path.test(base)) return undefined;
  return `contains the path ${JSON.stringify(base)}, which a proxy could misread: use letters, digits, "-", "_", "~" and "."`;
}

/** The same for the address that doorward listens on. */
export function listenFault(host: string): string | undefined {
  if (hostName.test(host.toLowerCase()) || ipv6.test(host.toLowerCase())) return undefined;
  return `${JSON.stringify(host)} is not an address that a proxy can connect to: write 127.0.0.1`;
}

/** Header names that proxies and apps already use; an identity header would overwrite them. */
const reserved =
  /^(accept|access-control-.*|content-.*|date|expect|forwarded|if-.*|keep-alive|origin|proxy|proxy-.*|range|referer|sec-.*|te|trailer|upgrade|user-agent|via|x-original-.*|x-real-ip|x-rewrite-.*|x-requested-with)$/;

/** The same for the name of an identity header. */
export function identityHeaderFault(name: string): string | undefined {
  if (!headerName.test(name)) {
    return "could be misread or dropped by a proxy: use letters, digits and hyphens";
  }
  if (!reserved.test(name.toLowerCase())) return undefined;
  return "already has a meaning for proxies: use another header name";
}
