import { parseAllowedRedirect } from "../../config/allowed-redirect.ts";
import { scopesOf } from "../../config/site-finder.ts";
import {
  forwardedRequest,
  isMalformed,
  type ForwardedRequest,
} from "../../forwarded/forwarded-request.ts";
import { parseHostPattern } from "../../policy/host-pattern.ts";
import type { Policy } from "../policy/policy.ts";
import { unusedName } from "./unused-name.ts";
import type { Sides } from "./sides.ts";

/** A scheme, a host and a port at which a configuration may decide otherwise than at its neighbours. */
export interface Origin {
  readonly request: ForwardedRequest;
  /** With `*` for a made-up part. */
  readonly label: string;
}

interface Named {
  readonly name: string;
  readonly port: string;
}

/** The hosts that the rules, sites and redirects name, one under each of them, and one that nothing names. */
export function borderOrigins({ old, new: later }: Sides<Policy>): Origin[] {
  const named = [...namedIn(old), ...namedIn(later)];
  const names = new Set(named.map(({ name }) => name));
  const labels = new Set([...names].flatMap((name) => name.split(".")));
  const any = unusedName("any-host", labels);
  const hosts = [...names].flatMap((name) => [name, `${any}.${name}`]).concat(`${any}.invalid`);
  const ports = new Set(["", ...named.map(({ port }) => port), "80", "443"]);
  const otherPort = ["59999", "59998"].find((port) => !ports.has(port)) ?? "59997";
  return [...ports, otherPort].flatMap((port) =>
    (["https", "http"] as const).flatMap((scheme) =>
      hosts.flatMap((host) => {
        const authority = port === "" ? host : `${host}:${port}`;
        const request = forwardedRequest("GET", scheme, authority, "/");
        if (isMalformed(request)) return [];
        const label = `${scheme}://${request.host}`.replace(any, "*").replace(otherPort, "*");
        return [{ request, label }];
      }),
    ),
  );
}

function namedIn({ config, sites, rules }: Policy): Named[] {
  const patterns = rules.flatMap(({ config: { host } }) => host ?? []).map(parseHostPattern);
  const ofSites = sites.flatMap((entry) => {
    const { hostname, port } = entry.first.url;
    return [{ name: hostname, port }, ...scopesOf(entry).map(({ name }) => ({ name, port }))];
  });
  const redirects = config.allowedRedirects.flatMap((written) => {
    const target = parseAllowedRedirect(written);
    const port = target?.port === "*" ? "" : (target?.port ?? "");
    return target === undefined ? [] : [{ name: target.host, port }];
  });
  return [...patterns, ...ofSites, ...redirects].map(({ name, port }) => ({
    name: name.replace(/^\*\./, ""),
    port,
  }));
}
