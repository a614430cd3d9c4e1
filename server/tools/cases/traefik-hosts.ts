/** The hosts in a Traefik rule: of `Host`, and of those `HostRegexp` that stand for all hosts under a domain. */
export function traefikHosts(rule: string): string[] {
  const found = rule.matchAll(/\bHost(Regexp|Header|SNI)?\(((?:\s*(?:`[^`]*`|"[^"]*")\s*,?)*)\)/g);
  return Array.from(found, ([, kind, written = ""]) =>
    kind === "Regexp" ? subdomains(written) : written,
  ).filter((hosts) => hosts !== "");
}

/** `^.+\.example\.com$` in version 3, `{any:.+}.example.com` in version 2; in docker compose, `$` is doubled. */
function subdomains(written: string): string {
  const [, escaped, plain] =
    /^[`"](?:\^?[^\\`]*((?:\\+\.[a-z0-9-]+)+)\${0,2}|\{[^}]*\}((?:\.[a-z0-9-]+)+))[`"]$/i.exec(
      written.trim(),
    ) ?? [];
  const domain = plain ?? escaped?.replaceAll("\\", "");
  return domain === undefined ? "" : `*${domain}`;
}
