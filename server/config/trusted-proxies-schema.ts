import * as v from "valibot";
import { proxyRangeFault } from "../http/address-ranges.ts";
import { wholeSpaceIn } from "../http/every-address.ts";
import { checkedString } from "../values/leaves.ts";

function listFault(ranges: readonly string[]): string | undefined {
  if (ranges.includes("anyone"))
    return ranges.length === 1
      ? undefined
      : "has anyone and more: remove anyone, or everything else";
  const kind = wholeSpaceIn(ranges);
  if (kind === undefined) return undefined;
  return `contains every ${kind}, so anyone who reaches doorward could forge the request that it decides about: list only your proxies' own addresses, or write trustedProxies: anyone if that is what you want`;
}

/** The proxies that may call `/verify`; `anyone` alone = no peer is refused. */
export const trustedProxies = v.optional(
  v.pipe(
    v.union([v.string(), v.array(v.string())]),
    v.transform((written) => [written].flat()),
    v.array(checkedString(proxyRangeFault)),
    v.rawCheck(({ dataset, addIssue }) => {
      const message = dataset.typed ? listFault(dataset.value) : undefined;
      if (message !== undefined) addIssue({ message });
    }),
  ),
  ["loopback", "private"],
);
