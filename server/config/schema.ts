import * as v from "valibot";
import { canonicalDomain, parseEmail } from "../access/email.ts";
import { headerNameFault, headerSourceFault } from "../access/header-map.ts";
import { proxyRangeFault } from "../forwarded/trusted-proxies.ts";
import { allowedRedirectFault } from "../sign-in/return-target.ts";
import { duration } from "./duration.ts";
import { secret } from "./secret.ts";
import { webAddressFault } from "./web-address.ts";

/** A check that says itself what is wrong. */
const told = (faultOf: (text: string) => string | undefined) =>
  v.pipe(
    v.string(),
    v.rawCheck(({ dataset, addIssue }) => {
      const message = dataset.typed ? faultOf(dataset.value) : undefined;
      if (message !== undefined) addIssue({ message });
    }),
  );

const text = told((value) => (value.trim() === "" ? "is empty" : undefined));
const webAddress = told(webAddressFault);
const port = v.pipe(
  v.number(),
  v.check(
    (value) => Number.isInteger(value) && value >= 1 && value <= 65_535,
    "is no port: write 1 to 65535",
  ),
);

const dnsName =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

function emailDomainFault(written: string): string | undefined {
  if (written === "*") return "means everybody: write `anyone: true` instead";
  if (/^[@.]/.test(written)) {
    return "starts with a sign too many: write example.com or *.example.com";
  }
  return emailDomainPattern(written)
    ? undefined
    : "is no domain: write example.com or *.example.com";
}

/** `example.com`, or `*.example.com` for what is beneath it. */
function emailDomainPattern(written: string): string | undefined {
  const prefix = written.startsWith("*.") ? "*." : "";
  const domain = canonicalDomain(written.slice(prefix.length));
  return domain && prefix + domain;
}

const emailDomain = v.pipe(
  told(emailDomainFault),
  v.transform((written) => emailDomainPattern(written) ?? written),
);

const email = v.pipe(
  told((written) => (parseEmail(written) ? undefined : "is no email address")),
  v.transform((written) => parseEmail(written)?.address ?? written),
);

const access = v.strictObject({
  domains: v.optional(v.array(emailDomain)),
  emails: v.optional(v.array(email)),
  groups: v.optional(v.array(text)),
  subjects: v.optional(v.array(text)),
  anyone: v.optional(v.boolean()),
});

/** Parameters of the authorization request that are the operator's choice; the others are the flow's. */
export const authorizationParameters = [
  "access_type",
  "acr_values",
  "audience",
  "claims_locales",
  "connection",
  "display",
  "domain_hint",
  "hd",
  "kc_idp_hint",
  "login_hint",
  "max_age",
  "organization",
  "prompt",
  "resource",
  "ui_locales",
] as const;

const provider = v.strictObject({
  type: v.optional(text),
  clientId: text,
  clientSecret: v.optional(text),
  clientAuthentication: v.optional(v.picklist(["client_secret_basic", "client_secret_post"])),
  issuer: v.optional(webAddress),
  scope: v.optional(text),
  label: v.optional(text),
  authorization: v.optional(
    v.pipe(
      v.record(v.picklist(authorizationParameters), v.string()),
      v.check(
        ({ max_age: age = "0" }) => /^\d+$/.test(age),
        "holds a max_age that is no number of seconds",
      ),
    ),
    {},
  ),
  endpoints: v.optional(
    v.strictObject({
      authorization: v.optional(webAddress),
      token: v.optional(webAddress),
      userinfo: v.optional(webAddress),
      jwks: v.optional(webAddress),
    }),
    {},
  ),
  groupsClaim: v.optional(text, "groups"),
  emailClaim: v.optional(text, "email"),
  usernameClaim: v.optional(text, "preferred_username"),
  audience: v.optional(v.array(text), []),
  trustEmail: v.optional(v.boolean(), false),
});

const providerName = told((name) =>
  /^[a-z0-9][a-z0-9-]{0,31}$/.test(name)
    ? undefined
    : "is no provider name: small letters, digits and hyphens",
);

/** The whole configuration. Everything else that knows its shape reads it from here. */
export const schema = v.strictObject({
  url: v.pipe(
    webAddress,
    v.transform((written) => written.replace(/\/+$/, "")),
  ),
  cookie: v.optional(
    v.strictObject({
      domain: v.optional(
        v.pipe(
          told((written) =>
            dnsName.test(written.toLowerCase().replace(/^\./, ""))
              ? undefined
              : "is no domain: write example.com",
          ),
          v.transform((written) => written.toLowerCase().replace(/^\./, "")),
        ),
      ),
    }),
    {},
  ),
  /** The first seals, all open: a list lets the secret change without signing anybody out. */
  secret: v.pipe(
    v.union([v.string(), v.array(v.string())]),
    v.transform((written) => [written].flat()),
    v.array(secret),
    v.minLength(1, "is empty: `doorward secret` prints one"),
  ),
  providers: v.record(providerName, provider),
  access,
  session: v.optional(
    v.strictObject({
      lifetime: v.optional(duration, "7d"),
      idle: v.optional(duration, "1d"),
      refresh: v.optional(duration, "1h"),
    }),
    {},
  ),
  storage: v.optional(
    v.strictObject({
      driver: v.optional(v.picklist(["fs-lite", "memory"]), "fs-lite"),
      base: v.optional(text, "./data"),
    }),
    {},
  ),
  signOut: v.optional(v.picklist(["local"]), "local"),
  headers: v.optional(v.record(told(headerNameFault), told(headerSourceFault)), {
    "X-Auth-Request-User": "subject",
    "X-Auth-Request-Email": "email",
    "X-Auth-Request-Groups": "groups",
    "X-Auth-Request-Preferred-Username": "preferredUsername",
  }),
  allowedRedirects: v.optional(v.array(told(allowedRedirectFault)), []),
  trustedProxies: v.optional(v.array(told(proxyRangeFault)), ["loopback", "private"]),
  dialect: v.optional(v.picklist(["forwarded", "original"])),
  /** Left out: no admin listener. */
  admin: v.optional(v.strictObject({ host: v.optional(text, "127.0.0.1"), port })),
  listen: v.optional(
    v.strictObject({ host: v.optional(text, "127.0.0.1"), port: v.optional(port, 4180) }),
    {},
  ),
});

export type Config = v.InferOutput<typeof schema>;
export type ProviderConfig = v.InferOutput<typeof provider>;
export type Access = v.InferOutput<typeof access>;
