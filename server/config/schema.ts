import * as v from "valibot";
import { headerNameFault, headerSourceFault, usualHeaders } from "../policy/header-map.ts";
import { dialectNames } from "../forwarded/dialects.ts";
import { allowedRedirectFault } from "./allowed-redirect.ts";
import { access } from "../policy/access-schema.ts";
import { assertion } from "./assertion-schema.ts";
import { authorization } from "./authorization-schema.ts";
import { clientEntries } from "./client-schema.ts";
import { log } from "./log-schema.ts";
import { admin, listen } from "./listen-schema.ts";
import { duration } from "../values/duration.ts";
import { groupsClaim } from "../values/groups-claim.ts";
import {
  discoveryAddress,
  issuerAddress,
  oneOrMore,
  path,
  text,
  checkedString,
  webAddress,
} from "../values/leaves.ts";
import { pages } from "./pages-schema.ts";
import { rule } from "../policy/rule-schema.ts";
import { secret } from "./secret.ts";
import { cookie, hosts, site, siteUrl } from "./site-schema.ts";
import { storage } from "./storage-schema.ts";
import { trustedProxies } from "./trusted-proxies-schema.ts";

const tenantId = v.pipe(
  v.string(),
  v.regex(
    /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/,
    "is not a tenant id: copy it from the portal, such as 11111111-2222-3333-4444-555555555555",
  ),
  v.toLowerCase(),
);

/** Becomes part of an API path, so only the characters of GitHub and Bitbucket, and no dot segment. */
const repository = v.pipe(
  v.string(),
  v.regex(/^[\w-]+\/(?!\.{1,2}$)[\w.-]+$/, "is not a repository: use owner/name as in its URL"),
);

const project = v.pipe(
  v.string(),
  v.regex(
    /^[^\s=/]+(\/[^\s=/]+)+(=(10|15|20|30|40|50))?$/,
    "is not a project: use namespace/name, or namespace/name=30 with the minimum access level (10 to 50)",
  ),
);

const provider = v.strictObject({
  type: v.optional(text),
  ...clientEntries,
  issuer: v.optional(issuerAddress),
  /** Where the issuer's metadata is, if not below the issuer: the document, or the address that it is below. */
  discovery: v.optional(discoveryAddress),
  /** Final: nothing is added to it. */
  scope: v.optional(text),
  /** undefined = only if the issuer sends no refresh token without it. */
  offlineAccess: v.optional(v.boolean()),
  label: v.optional(text),
  authorization: v.optional(authorization, {}),
  endpoints: v.optional(
    v.strictObject({
      authorization: v.optional(webAddress),
      token: v.optional(webAddress),
      userinfo: v.optional(webAddress),
      jwks: v.optional(webAddress),
      introspection: v.optional(webAddress),
      revocation: v.optional(webAddress),
      endSession: v.optional(webAddress),
      pushedAuthorization: v.optional(webAddress),
      api: v.optional(webAddress),
    }),
    {},
  ),
  /** undefined = the default of this kind of provider, mostly `groups`. */
  groupsClaim: v.optional(groupsClaim),
  /** `either`: the ID token's groups, or those of userinfo if it has none; `both`: all of them. */
  groupsFrom: v.optional(v.picklist(["either", "both"]), "either"),
  /** undefined = `email`, or what the kind of provider has for an account without it. */
  emailClaim: v.optional(text),
  usernameClaim: v.optional(text, "preferred_username"),
  audience: v.optional(oneOrMore(text)),
  /** `true` covers accounts without `email_verified`, `always` also those with `email_verified: false`. */
  trustEmail: v.optional(v.union([v.boolean(), v.literal("always")]), false),
  repositories: v.optional(oneOrMore(repository)),
  projects: v.optional(oneOrMore(project)),
  /** The tenants that may sign in, for an issuer of many tenants. */
  tenants: v.optional(oneOrMore(tenantId)),
  directory: v.optional(
    v.strictObject({
      /** The key file of a service account that may impersonate `admin`. */
      serviceAccountFile: path,
      admin: text,
      groups: v.optional(oneOrMore(text)),
    }),
  ),
});

const providerName = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9][a-z0-9-]{0,31}$/,
    "is not a provider name: use lower-case letters, digits and hyphens",
  ),
);

/** The whole configuration. Everything else derives the shape of the configuration from this schema. */
export const schema = v.strictObject({
  /** `url`, `hosts` and `cookie` are a short form of `sites` with one entry. */
  url: v.optional(siteUrl),
  hosts,
  cookie,
  sites: v.optional(v.array(site)),
  /** The first one encrypts, all of them decrypt, so that the secret can change without ending sessions. */
  secret: v.pipe(
    v.union([v.string(), v.array(v.string())]),
    v.transform((written) => [written].flat()),
    v.array(secret),
    v.minLength(1, "is empty: run `doorward secret` to generate one"),
    v.metadata({ holdsCommas: true }),
  ),
  providers: v.record(providerName, provider),
  access: v.optional(access),
  rules: v.optional(v.array(rule), []),
  /** A file of names and password hashes, for clients that support only passwords (rules with `basic`). */
  users: v.optional(path),
  session: v.optional(
    v.strictObject({
      lifetime: v.optional(duration, "7d"),
      idle: v.optional(duration, "1d"),
      /** How long an answer of the issuer is used before doorward requests a new one. */
      refresh: v.optional(duration, "1h"),
      /** How long a session survives while its issuer is unreachable; undefined = its lifetime. */
      grace: v.optional(duration),
      /** One sign-in, and a session of its own at each host under `hosts`. */
      perHost: v.optional(v.boolean(), false),
      /** Whether a session keeps the address and the browser of its sign-in, for `sessions list`. */
      remember: v.optional(v.boolean(), false),
    }),
    {},
  ),
  storage,
  /** Whether several doorwards serve at once, which requires shared storage. */
  replicas: v.optional(v.boolean(), false),
  signOut: v.optional(v.picklist(["local", "issuer"]), "local"),
  headers: v.optional(
    v.record(checkedString(headerNameFault), checkedString(headerSourceFault)),
    usualHeaders,
  ),
  assertion,
  allowedRedirects: v.optional(v.array(checkedString(allowedRedirectFault)), []),
  trustedProxies,
  dialect: v.optional(v.picklist(dialectNames)),
  /** Serves that tool's paths too, for proxies that still use them. */
  compat: v.optional(v.picklist(["oauth2-proxy"])),
  /** With `compat`: `/oauth2/sign_in` starts the sign-in at once, as with oauth2-proxy's option of this name. */
  skipProviderButton: v.optional(v.boolean(), false),
  pages,
  admin,
  listen,
  log,
});

export type Config = v.InferOutput<typeof schema>;
export type ProviderConfig = v.InferOutput<typeof provider>;
export type SiteConfig = v.InferOutput<typeof site>;
