import type { Fault } from "./faults.ts";
import { providerFaults } from "./provider-checks.ts";
import { ruleFaults } from "./rule-checks.ts";
import { isLoopbackAddress } from "../http/loopback.ts";
import { isObject } from "./shape.ts";
import { siteFaults } from "./site-checks.ts";
import { usualHeaders } from "../policy/header-map.ts";
import { usualAssertionHeader } from "./assertion-schema.ts";
import { isPublicSuffix } from "../values/public-suffix.ts";
import { storageFaults } from "./storage-checks.ts";

/** Checks how settings fit together. It reads raw values, because a configuration may have other faults too. */
export function crossChecks(raw: Record<string, unknown>): Fault[] {
  return [
    ...siteFaults(raw),
    ...providerFaults(raw.providers),
    ...accessFaults(raw),
    ...ruleFaults(raw),
    ...headerFaults(raw.headers),
    ...assertionFaults(raw),
    ...redirectFaults(raw.allowedRedirects),
    ...listenerFaults(raw),
    ...storageFaults(raw),
    ...compatFaults(raw),
  ];
}

function compatFaults({ compat, skipProviderButton }: Record<string, unknown>): Fault[] {
  if (compat !== undefined || skipProviderButton !== true) return [];
  const message = "has no effect without compat: remove it, or write compat: oauth2-proxy";
  return [{ path: "skipProviderButton", message }];
}

/** There is no default for access: the operator must define it. */
function accessFaults({ access, rules, sites }: Record<string, unknown>): Fault[] {
  const ofSites = (Array.isArray(sites) ? sites : []).flatMap((site: unknown, index) =>
    isObject(site) && site.access !== undefined
      ? accessFault(site.access, `sites.${index}.access`)
      : [],
  );
  const isWritten = (Array.isArray(rules) && rules.length > 0) || isWrittenEverywhere(sites);
  if (access === undefined && isWritten) return ofSites;
  if (access === undefined) {
    const message =
      "is missing: define who has access, such as { domains: [example.com] }, or { anyone: true } for everyone who can sign in";
    return [{ path: "access", message }, ...ofSites];
  }
  return [...accessFault(access, "access"), ...ofSites];
}

function isWrittenEverywhere(sites: unknown): boolean {
  return (
    Array.isArray(sites) &&
    sites.length > 0 &&
    sites.every((site: unknown) => isObject(site) && site.access !== undefined)
  );
}

function accessFault(access: unknown, path: string): Fault[] {
  if (!isObject(access)) return [];
  const { anyone, ...lists } = access;
  const hasLists = Object.values(lists).some((list) => list !== undefined);
  if (anyone === true && hasLists) {
    const message = "true overrides the lists next to it: keep either anyone or the lists";
    return [{ path: `${path}.anyone`, message }];
  }
  if (anyone === true || hasLists) return [];
  return [
    {
      path,
      message:
        "matches no identity: add domains, emails, groups, subjects, `verified: true` or `anyone: true`",
    },
  ];
}

function listenerFaults({ listen = {}, admin }: Record<string, unknown>): Fault[] {
  const { host = "127.0.0.1", port = 4180, https } = isObject(listen) ? listen : {};
  const faults: Fault[] = [];
  if (isObject(admin) && admin.port === port) {
    const message = `${String(port)} is also the port of listen: use another port`;
    faults.push({ path: "admin.port", message });
  }
  if (https === true && typeof host === "string" && !isLoopbackAddress(host)) {
    const message = `true makes a self-signed certificate, which is for this machine only, and listen.host is "${host}": write { cert, key }, or listen on 127.0.0.1`;
    faults.push({ path: "listen.https", message });
  }
  return faults;
}

function redirectFaults(targets: unknown): Fault[] {
  const written = Array.isArray(targets) ? [...targets.entries()] : [];
  return written
    .filter(([, target]) => typeof target === "string" && /^\.[^:]+/.test(target))
    .filter(([, target]) =>
      isPublicSuffix(
        String(target)
          .toLowerCase()
          .replace(/^\.|:.*$/g, ""),
      ),
    )
    .map(([index, target]) => ({
      path: `allowedRedirects.${index}`,
      message: `"${target}" is a public suffix, so it also matches other people's hosts: use a domain of your own`,
    }));
}

function headerFaults(headers: unknown): Fault[] {
  if (!isObject(headers)) return [];
  const seen = new Map<string, string>();
  return Object.keys(headers).flatMap((name) => {
    const other = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    return other === undefined
      ? []
      : [{ path: `headers.${name}`, message: `is the same header as ${other}: keep one` }];
  });
}

function assertionFaults({ assertion, headers = usualHeaders }: Record<string, unknown>): Fault[] {
  if (!isObject(assertion) || !isObject(headers)) return [];
  const { header = usualAssertionHeader } = assertion;
  const same = Object.keys(headers).find(
    (name) => name.toLowerCase() === String(header).toLowerCase(),
  );
  if (same === undefined) return [];
  const message = `${String(header)} is also one of headers: use a name of its own, such as ${usualAssertionHeader}`;
  return [{ path: "assertion.header", message }];
}
