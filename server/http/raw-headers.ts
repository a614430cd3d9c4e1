/**
 * Whether a header has a name, given in lower case. Length and first letter tell nearly all apart, before anything
 * is made lower-case.
 */
export function equalsIgnoreCase(name: string, wanted: string): boolean {
  return (
    name.length === wanted.length &&
    (name.charCodeAt(0) | 32) === wanted.charCodeAt(0) &&
    name.toLowerCase() === wanted
  );
}

/** The first `Host`, lower-cased, without a default port and a trailing dot; "" = there is none. */
export function hostIn(rawHeaders: readonly string[]): string {
  const [written = ""] = hostsIn(rawHeaders);
  const host = written.toLowerCase();
  const ownPort = [":443", ":80"].find((port) => host.endsWith(port)) ?? "";
  const bare = host.slice(0, host.length - ownPort.length);
  return bare.endsWith(".") ? bare.slice(0, -1) : bare;
}

/** Every `Host`, as it was sent. */
export function hostsIn(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && equalsIgnoreCase(rawHeaders[index - 1] as string, "host"),
  );
}
