/**
 * Compares a header name with a lower-case one. Length and first letter already tell nearly all names apart, which
 * avoids the conversion to lower case.
 */
export function equalsIgnoreCase(name: string, wanted: string): boolean {
  return (
    name.length === wanted.length &&
    (name.charCodeAt(0) | 32) === wanted.charCodeAt(0) &&
    name.toLowerCase() === wanted
  );
}

/** The first `Host`, in lower case, without a default port and a trailing dot; "" = none. */
export function hostIn(rawHeaders: readonly string[]): string {
  const [written = ""] = hostsIn(rawHeaders);
  const host = written.toLowerCase();
  const ownPort = [":443", ":80"].find((port) => host.endsWith(port)) ?? "";
  const bare = host.slice(0, host.length - ownPort.length);
  return bare.endsWith(".") ? bare.slice(0, -1) : bare;
}

/** Every `Host` value, as sent. */
export function hostsIn(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && equalsIgnoreCase(rawHeaders[index - 1] as string, "host"),
  );
}
