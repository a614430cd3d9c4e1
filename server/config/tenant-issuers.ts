import type { Metadata } from "../../providers/provider.ts";

/** Stands for the tenant id in the issuer of Microsoft's metadata. */
const placeholder = "{tenantid}";

export function isTemplated(issuer: string): boolean {
  return issuer.includes(placeholder);
}

export function issuerWithTenant(template: string, tenant: string): string {
  return template.replace(placeholder, () => tenant);
}

/** The accepted issuers. A multi-tenant issuer without `tenants` has none: anyone can create a tenant. */
export function issuersOf(
  { issuer }: Pick<Metadata, "issuer">,
  tenants: readonly string[] = [],
): string[] {
  return isTemplated(issuer) ? tenants.map((id) => issuerWithTenant(issuer, id)) : [issuer];
}
