import type { ForwardProxyOf } from "../config/forward-proxy.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { ok, type Finding } from "./finding.ts";

/** The proxies that requests to a provider go through; none = no finding. */
export async function forwardProxy(
  party: RelyingParty,
  proxyOf: ForwardProxyOf,
): Promise<Finding[]> {
  const origins = new Set((await addressesOf(party)).map((address) => new URL(address).origin));
  return [...origins].flatMap((origin) => {
    const proxy = proxyOf(origin);
    if (proxy === undefined) return [];
    const { shown, variable } = proxy;
    return [ok(`provider ${party.name}: requests to ${origin} go through ${shown} (${variable})`)];
  });
}

/** The hosts of an issuer that does not answer are those that the configuration names. */
async function addressesOf({ discover, endpoints, place, provider }: RelyingParty) {
  const found = await discover().then(
    (configuration) => configuration.serverMetadata(),
    () => undefined,
  );
  const addresses = [
    provider.isOAuthOnly ? undefined : place.address,
    found?.token_endpoint ?? endpoints.token,
    found?.jwks_uri,
    found?.userinfo_endpoint ?? endpoints.userinfo,
    endpoints.api,
  ];
  return addresses.filter((address) => address !== undefined);
}
