import type { Fault } from "./faults.ts";
import { isObject } from "./shape.ts";
import type { WrittenSite } from "./written-site.ts";

/** Whether `session.perHost` is written, with `true` or with a value that is a fault of its own. */
export function mentionsPerHost({ session }: Record<string, unknown>): boolean {
  return isObject(session) && session.perHost !== undefined && session.perHost !== false;
}

/** What `session.perHost` needs, and what it cannot be combined with. */
export function perHostFaults(all: readonly WrittenSite[], raw: Record<string, unknown>): Fault[] {
  if (!isObject(raw.session) || raw.session.perHost !== true) return [];
  if (raw.compat !== undefined)
    return fault(
      "cannot be combined with compat, which serves one session for all hosts: remove compat, and print the proxy's configuration again",
    );
  const domains = all.flatMap(({ prefix, domain }) =>
    domain === undefined
      ? []
      : [
          {
            path: `${prefix}cookie.domain`,
            message: `"${domain}" sends one cookie to all hosts, and session.perHost gives each host its own: write hosts: [${domain}] instead of cookie`,
          },
        ],
  );
  if (domains.length > 0) return domains;
  const hasApps = all.some(({ takesHost, hosts }) => !takesHost && hosts !== undefined);
  if (hasApps) return [];
  return fault(
    all.some(({ takesHost }) => takesHost)
      ? "has no effect, because {host} in url gives each host a sign-in and a session of its own already: name the one host of the sign-in in url, or remove session.perHost"
      : "has no effect without hosts: list the domains of your apps, such as hosts: [example.com]",
  );
}

function fault(message: string): Fault[] {
  return [{ path: "session.perHost", message }];
}
