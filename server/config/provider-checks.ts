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

/** What is wrong with the providers, each as a whole. */
export function providerFaults(section: unknown): Fault[] {
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
    return [scopeFaults, issuerFaults, clientFaults, optionFaults].flatMap((look) =>
      look(provider, value, path),
    );
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

type Written = Record<string, unknown>;

function scopeFaults({ isOAuthOnly }: Provider, { scope }: Written, path: string): Fault[] {
  if (isOAuthOnly || typeof scope !== "string" || scope.split(" ").includes("openid")) return [];
  const message = "lacks openid, and without it there is no ID token";
  return [{ path: `${path}.scope`, message }];
}

function issuerFaults(provider: Provider, { issuer, tenants }: Written, path: string): Fault[] {
  if (issuer === undefined) {
    const message = issuerMissing(provider);
    return provider.issuer === undefined ? [{ path: `${path}.issuer`, message }] : [];
  }
  if (typeof issuer !== "string" || provider.takes?.includes("tenants") !== true) return [];
  const isOfMany = provider.metadata?.(issuer)?.issuer.includes("{tenantid}") === true;
  if (isOfMany && tenants === undefined) {
    const message = `is missing: ${issuer} stands for every tenant there is, so list the ids of those whose people may sign in`;
    return [{ path: `${path}.tenants`, message }];
  }
  if (isOfMany || tenants === undefined) return [];
  const message =
    "means something only where the issuer stands for many tenants, and this one does not";
  return [{ path: `${path}.tenants`, message }];
}

function issuerMissing({ label, issuerShape, issuerExample = "https://id.example.com" }: Provider) {
  const shape = issuerShape === undefined ? "" : `${issuerShape.written}; `;
  return `is missing: write the address of your ${label} issuer (${shape}such as ${issuerExample})`;
}

/** What would be ignored is not what the operator means: a restriction that restricts nothing. */
function optionFaults({ kind, takes = [] }: Provider, value: Written, path: string): Fault[] {
  return particularOptions
    .filter((option) => value[option] !== undefined && !takes.includes(option))
    .map((option) => ({
      path: `${path}.${option}`,
      message: `means nothing to a provider of the kind ${kind}: it is for ${kindsTaking(option)}`,
    }));
}

function kindsTaking(option: ParticularOption): string {
  const taking = [...providers.values()].filter(({ takes }) => takes?.includes(option));
  return taking.map(({ kind }) => kind).join(", ");
}
