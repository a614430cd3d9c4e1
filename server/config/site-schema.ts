import * as v from "valibot";
import { access } from "../policy/access-schema.ts";
import { hostOutsideAscii } from "../values/ascii-host.ts";
import { checkedString, dnsName, oneOrMore, text } from "../values/leaves.ts";
import { siteHostFault, siteUrlFault } from "./site-url.ts";

export const siteUrl = v.pipe(
  checkedString(siteUrlFault),
  v.transform((written) => written.replace(/\/+$/, "")),
);

/** The hosts at which, with `{host}` in `url`, there is a site: each of these, and every host under it. */
export const hosts = v.optional(
  v.pipe(
    v.union([v.string(), v.array(v.string())]),
    v.transform((written) => [written].flat()),
    v.array(checkedString(siteHostFault)),
    v.minLength(1, "is empty: list the domains of your apps, such as example.com"),
    v.transform((written) => [...new Set(written.map((host) => host.toLowerCase()))].toSorted()),
  ),
);

function cookieDomainFault(written: string): string | undefined {
  const isDomain = dnsName.test(written.toLowerCase().replace(/^\./, ""));
  return (
    hostOutsideAscii(written) ??
    (isDomain ? undefined : "is not a domain: use one such as example.com")
  );
}

export const cookie = v.optional(
  v.strictObject({
    domain: v.optional(
      v.pipe(
        checkedString(cookieDomainFault),
        v.transform((written) => written.toLowerCase().replace(/^\./, "")),
      ),
    ),
  }),
  {},
);

/** An entry of `sites`. */
export const site = v.strictObject({
  url: siteUrl,
  hosts,
  cookie,
  /** undefined = all providers. */
  providers: v.optional(oneOrMore(text)),
  /** undefined = the top-level `access`. */
  access: v.optional(access),
});
