import { providers } from "../../providers/registry.ts";
import type { Fault } from "./faults.ts";
import { isObject } from "./shape.ts";
import { unknown } from "./unknown-keys.ts";

/** What no single value shows: how the settings fit one another. Reads raw values, for other faults may stand beside. */
export function crossChecks(raw: Record<string, unknown>): Fault[] {
  return [
    ...cookieFaults(raw),
    ...providerFaults(raw.providers),
    ...accessFaults(raw.access),
    ...headerFaults(raw.headers),
  ];
}

function cookieFaults({ url, cookie }: Record<string, unknown>): Fault[] {
  const domain = isObject(cookie) ? cookie.domain : undefined;
  if (typeof url !== "string" || typeof domain !== "string" || !URL.canParse(url)) return [];
  const { hostname } = new URL(url);
  const reach = domain.toLowerCase().replace(/^\./, "");
  if (!reach.includes(".")) {
    return [
      {
        path: "cookie.domain",
        message: `"${domain}" is a whole top level, and browsers refuse such a cookie`,
      },
    ];
  }
  if (hostname === reach || hostname.endsWith(`.${reach}`)) return [];
  return [
    { path: "cookie.domain", message: `"${domain}" does not cover the host of url, ${hostname}` },
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
    return {
      path: `${path}.type`,
      message: `is missing, and "${type}" is no kind of provider: write one of ${kinds.join(", ")}`,
    };
  }
  return { path: `${path}.type`, message: `"${type}" ${unknown(type, kinds)}` };
}

function accessFaults(access: unknown): Fault[] {
  if (!isObject(access)) return [];
  const { anyone, ...lists } = access;
  const hasLists = Object.values(lists).some((list) => list !== undefined);
  if (anyone === true && hasLists) {
    return [
      {
        path: "access.anyone",
        message: "true makes the lists beside it meaningless: keep one or the other",
      },
    ];
  }
  if (anyone === true || hasLists) return [];
  return [
    {
      path: "access",
      message: "names nobody: write domains, emails, groups, subjects or `anyone: true`",
    },
  ];
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
