/**
 * What may stand in a proxy's configuration. Each proxy has another syntax and another way out of it, so
 * these are narrower than any: letters, digits, hyphens and dots need no quoting anywhere.
 */
const hostName =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const ipv6 = /^[0-9a-f:]+(:\d+\.\d+\.\d+\.\d+)?$/;
const path = /^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/;
const headerName = /^[A-Za-z][A-Za-z0-9-]{0,99}$/;

/** Why a host cannot stand in a proxy's configuration, or nothing. `*.` before it is a proxy's to read. */
export function hostFault(host: string): string | undefined {
  if (hostName.test(host.replace(/^\*\./, ""))) return undefined;
  return `holds the host ${JSON.stringify(host)}, which a proxy would not take for a name: use letters, digits, hyphens and dots`;
}

/** Why the path of a site's URL cannot, or nothing. */
export function baseFault(base: string): string | undefined {
  if (path.test(base)) return undefined;
  return `holds the path ${JSON.stringify(base)}, which a proxy could read as something else: use letters, digits, "-", "_", "~" and "."`;
}

/** Why the address that doorward listens on cannot, or nothing. */
export function listenFault(host: string): string | undefined {
  if (hostName.test(host.toLowerCase()) || ipv6.test(host.toLowerCase())) return undefined;
  return `${JSON.stringify(host)} is no address that a proxy could ask: write 127.0.0.1`;
}

/** Names with a meaning of their own on the way through a proxy, which an identity would overwrite. */
const taken =
  /^(accept|access-control-.*|content-.*|date|expect|forwarded|if-.*|keep-alive|origin|proxy|proxy-.*|range|referer|sec-.*|te|trailer|upgrade|user-agent|via|x-original-.*|x-real-ip|x-requested-with)$/;

/** Why an identity header cannot, or nothing. */
export function identityHeaderFault(name: string): string | undefined {
  if (!headerName.test(name)) {
    return "could be read as something else by a proxy, or dropped: use letters, digits and hyphens";
  }
  if (!taken.test(name.toLowerCase())) return undefined;
  return "has a meaning of its own on the way through a proxy: give the identity another name";
}
