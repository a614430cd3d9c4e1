import {
  particularOptions,
  type ParticularOption,
  type Provider,
} from "../../providers/provider.ts";
import { providers } from "../../providers/registry.ts";
import { clientFaults } from "./client-checks.ts";
import type { Fault } from "./faults.ts";
import { isObject } from "./shape.ts";
import { unknown } from "./unknown-keys.ts";

/** Faults of providers that no single value shows. */
export function providerFaults(section: unknown): Fault[] {
  if (!isObject(section)) return [];
  const entries = Object.entries(section);
  if (entries.length === 0)
    return [{ path: "providers", message: "is empty, so no visitor can sign in: add a provider" }];
  return entries.flatMap(([name, value]) => {
    if (!isObject(value)) return [];
    const path = `providers.${name}`;
    const type = value.type ?? name;
    if (typeof type !== "string") return [];
    const provider = providers.get(type);
    if (provider === undefined) return [unknownType(path, value.type, type)];
    return [
      scopeFaults,
      offlineFaults,
      issuerFaults,
      discoveryFaults,
      clientFaults,
      optionFaults,
      groupsFaults,
    ].flatMap((look) => look(provider, value, path));
  });
}

function unknownType(path: string, written: unknown, type: string): Fault {
  const kinds = [...providers.keys()];
  if (written === undefined) {
    const message = `is missing, and "${type}" is not a provider type: use one of ${kinds.join(", ")}`;
    return { path: `${path}.type`, message };
  }
  return { path: `${path}.type`, message: `"${type}" ${unknown(type, kinds)}` };
}

type Written = Record<string, unknown>;

function scopeFaults({ isOAuthOnly }: Provider, { scope }: Written, path: string): Fault[] {
  if (isOAuthOnly || typeof scope !== "string" || scope.split(" ").includes("openid")) return [];
  const message = "lacks openid, without which the issuer sends no ID token: add openid";
  return [{ path: `${path}.scope`, message }];
}

/** A written scope is final, so `offlineAccess` cannot change it. */
function offlineFaults(
  { kind, isOAuthOnly, offlineAccess }: Provider,
  { scope, offlineAccess: isAsked }: Written,
  path: string,
): Fault[] {
  if (typeof isAsked !== "boolean") return [];
  const fault = (message: string) => [{ path: `${path}.offlineAccess`, message }];
  if (isOAuthOnly)
    return fault(
      `has no effect on a provider of type ${kind}, because offline_access is a scope of OpenID Connect: remove it`,
    );
  if (typeof scope !== "string") return [];
  const isWritten = scope.split(" ").includes("offline_access");
  if (!isAsked && isWritten)
    return fault("is false, but `scope` contains offline_access: remove one of the two");
  const isByParameters = typeof offlineAccess?.request === "object";
  return isAsked && !isWritten && !isByParameters
    ? fault(
        "is true, but `scope` is final and lacks offline_access: add it to `scope`, or remove `offlineAccess`",
      )
    : [];
}

function issuerFaults(provider: Provider, { issuer, tenants }: Written, path: string): Fault[] {
  if (issuer === undefined) {
    const message = issuerMissing(provider);
    return provider.issuer === undefined ? [{ path: `${path}.issuer`, message }] : [];
  }
  if (typeof issuer !== "string" || provider.takes?.includes("tenants") !== true) return [];
  const isOfMany = provider.metadata?.(issuer)?.issuer.includes("{tenantid}") === true;
  if (isOfMany && tenants === undefined) {
    const message = `is missing: ${issuer} accepts accounts of every tenant, so list the ids of the tenants that may sign in`;
    return [{ path: `${path}.tenants`, message }];
  }
  if (isOfMany || tenants === undefined) return [];
  const message =
    "has no effect, because this issuer is a single tenant: remove it, or use an issuer of many tenants";
  return [{ path: `${path}.tenants`, message }];
}

function discoveryFaults({ kind, isOAuthOnly }: Provider, { discovery }: Written, path: string) {
  if (discovery === undefined || isOAuthOnly !== true) return [];
  const message = `has no effect on a provider of type ${kind}, which has no discovery: set \`endpoints\``;
  return [{ path: `${path}.discovery`, message }];
}

function issuerMissing({ label, issuerShape, issuerExample = "https://id.example.com" }: Provider) {
  const shape = issuerShape === undefined ? "" : `${issuerShape.written}; `;
  return `is missing: set the address of your ${label} issuer (${shape}such as ${issuerExample})`;
}

/** Options that this kind of provider would ignore. An ignored restriction would let everyone in. */
function optionFaults({ kind, takes = [] }: Provider, value: Written, path: string): Fault[] {
  return particularOptions
    .filter((option) => value[option] !== undefined && !takes.includes(option))
    .map((option) => ({
      path: `${path}.${option}`,
      message: `has no effect on a provider of type ${kind}: it is for ${kindsTaking(option)}`,
    }));
}

function groupsFaults(
  { kind, isOAuthOnly, hasUserinfo }: Provider,
  { groupsFrom }: Written,
  path: string,
): Fault[] {
  if (groupsFrom !== "both" || (isOAuthOnly !== true && hasUserinfo !== false)) return [];
  const message = `"both" has no effect on a provider of type ${kind}, where doorward does not read both an ID token and userinfo: remove it`;
  return [{ path: `${path}.groupsFrom`, message }];
}

function kindsTaking(option: ParticularOption): string {
  const taking = [...providers.values()].filter(({ takes }) => takes?.includes(option));
  return taking.map(({ kind }) => kind).join(", ");
}
