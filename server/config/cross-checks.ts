import { providers } from "../../providers/registry.ts";
import type { Fault } from "./faults.ts";
import { ruleFaults } from "./rule-checks.ts";
import { isObject } from "./shape.ts";
import { isPublicSuffix, siteFaults } from "./site-checks.ts";
import { storageFaults } from "./storage-checks.ts";
import { unknown } from "./unknown-keys.ts";

/** What no single value shows: how the settings fit one another. Reads raw values, for other faults may stand beside. */
export function crossChecks(raw: Record<string, unknown>): Fault[] {
  return [
    ...siteFaults(raw),
    ...providerFaults(raw.providers),
    ...accessFaults(raw),
    ...ruleFaults(raw),
    ...headerFaults(raw.headers),
    ...redirectFaults(raw.allowedRedirects),
    ...listenerFaults(raw),
    ...storageFaults(raw),
  ];
}

function providerFaults(section: unknown): Fault[] {
  if (!isObject(section)) return [];
  const entries = Object.entries(section);
  if (entries.length === 0)
    return [{ path: "providers", message: "is empty: nobody could sign in" }];
  return entries.flatMap(([name, value]) => {
    if (!isObject(value)) return [];
    const path = `providers.${name}`;
    const type = value.type ?? name;
    if (typeof type !== "string") return [];
    const provider = providers.get(type);
    if (provider === undefined) return [unknownType(path, value.type, type)];
    const scope = typeof value.scope === "string" ? value.scope.split(" ") : undefined;
    if (!provider.isOAuthOnly && scope?.includes("openid") === false) {
      return [
        { path: `${path}.scope`, message: "lacks openid, and without it there is no ID token" },
      ];
    }
    if (provider.issuer !== undefined || value.issuer !== undefined) return [];
    return [
      {
        path: `${path}.issuer`,
        message: "is missing: write the issuer's address, such as https://id.example.com",
      },
    ];
  });
}

function unknownType(path: string, written: unknown, type: string): Fault {
  const kinds = [...providers.keys()];
  if (written === undefined) {
    const message = `is missing, and "${type}" is no kind of provider: write one of ${kinds.join(", ")}`;
    return { path: `${path}.type`, message };
  }
  return { path: `${path}.type`, message: `"${type}" ${unknown(type, kinds)}` };
}

/** There is no silent default: somebody must have written who may pass. */
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
      "is missing: write who may pass, such as { domains: [example.com] }, or { anyone: true } for whoever can sign in";
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
    const message = "true makes the lists beside it meaningless: keep one or the other";
    return [{ path: `${path}.anyone`, message }];
  }
  if (anyone === true || hasLists) return [];
  return [
    { path, message: "names nobody: write domains, emails, groups, subjects or `anyone: true`" },
  ];
}

function listenerFaults({ listen, admin }: Record<string, unknown>): Fault[] {
  if (!isObject(admin)) return [];
  const port = isObject(listen) ? (listen.port ?? 4180) : 4180;
  if (admin.port !== port) return [];
  return [
    { path: "admin.port", message: `${port} is the port of listen too: give it one of its own` },
  ];
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
      message: `"${target}" means the hosts of strangers too`,
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
      : [{ path: `headers.${name}`, message: `is the same header as ${other}` }];
  });
}
