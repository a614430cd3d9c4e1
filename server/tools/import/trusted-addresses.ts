import { addressRangeFault, createAddressRanges } from "../../http/address-ranges.ts";
import { wholeSpaceIn } from "../../http/every-address.ts";
import type { Settings } from "./settings.ts";

interface TrustedAddresses {
  readonly rules: readonly Record<string, unknown>[];
  readonly trustedProxies?: readonly string[];
}

/** `trusted_ips` must not overlap trustedProxies: an address in trustedProxies is never a visitor's address. */
export function trustedAddresses(from: Settings): TrustedAddresses {
  const proxies = proxiesIn(from);
  const visitors = from.list("trusted_ips");
  const named = proxies.length === 0 ? undefined : [...proxies];
  const isProxy = createAddressRanges(named ?? ["loopback"]);
  const isFine = (range: string) =>
    addressRangeFault(range) === undefined && !isProxy(range.split("/")[0]);
  const kept = visitors.filter(isFine);
  for (const range of visitors.filter((one) => !isFine(one)))
    from.note(
      "left out",
      "trusted_ips",
      addressRangeFault(range) === undefined
        ? `"${range}" overlaps trustedProxies, so it can never match a visitor: remove the overlap and write a rule with ip`
        : `"${range}" is not an address range: write one such as 203.0.113.0/24 in a rule with ip`,
    );
  if (kept.length === 0) return { rules: [], ...(named && { trustedProxies: named }) };
  if (!from.isOn("reverse_proxy")) {
    from.note(
      "to do",
      "trusted_ips",
      `"${kept.join(", ")}" is not imported: without reverse_proxy, oauth2-proxy compared it with its direct peer, which is a proxy now: set trustedProxies, and write a rule with ip and allow: public`,
    );
    return { rules: [], ...(named && { trustedProxies: named }) };
  }
  // A visitor at a private address could write a trusted one into the header.
  const trustedProxies = named ?? ["loopback"];
  const message = `for ${kept.join(", ")}, the visitor's address is the last one in X-Forwarded-For that is not in trustedProxies: make the proxy send that header; trustedProxies is now ${trustedProxies.join(", ")}: add your proxy's address if it is another, but no visitor's`;
  from.note("to do", "trusted_ips", message);
  return { rules: [{ ip: kept, allow: "public" }], trustedProxies };
}

/** The tool's default is every address. */
function proxiesIn(from: Settings): readonly string[] {
  const proxies = from.list("trusted_proxy_ips");
  const kind = wholeSpaceIn(proxies);
  if (kind === undefined) return proxies;
  from.note(
    "to do",
    "trusted_proxy_ips",
    `"${proxies.join(", ")}" contains every ${kind} and is not imported: list your proxies' own addresses in trustedProxies`,
  );
  return [];
}
