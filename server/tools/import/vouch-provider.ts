import { providers } from "../../../providers/registry.ts";
import { isObject } from "../../config/shape.ts";
import { unknown } from "../../config/unknown-keys.ts";
import { webAddressFault } from "../../values/web-address.ts";
import { present } from "./provider.ts";
import { issuerByAddresses } from "./vouch-issuer.ts";
import type { VouchOptions } from "./vouch-options.ts";

interface Kind {
  readonly kind: string;
  readonly issuer?: string | undefined;
  readonly settings?: Record<string, unknown>;
}

type FindKind = (from: VouchOptions) => Kind | undefined;

const kinds: Readonly<Record<string, FindKind>> = {
  google: (from) => {
    const hd = from.text("oauth.preferredDomain");
    return { kind: "google", settings: hd === undefined ? {} : { authorization: { hd } } };
  },
  github: ofGitHub,
  oidc: ofOidc,
  auth0: ofOidc,
  azure: ofMicrosoft,
  adfs: ofAdfs,
  nextcloud: ofNextcloud,
  discord: () => ({ kind: "discord" }),
};

const unsupported = new Set(["indieauth", "homeassistant", "openstax", "alibaba"]);

interface ImportedVouchProvider {
  readonly kind: string;
  readonly entries: Record<string, unknown>;
}

/** vouch-proxy's only provider; undefined = a problem was reported. */
export function importVouchProvider(from: VouchOptions): ImportedVouchProvider | undefined {
  const name = from.text("oauth.provider");
  const find = name !== undefined && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (find === undefined) {
    from.problem("oauth.provider", providerFault(name));
    return undefined;
  }
  const clientId = from.text("oauth.client_id");
  if (clientId === undefined)
    from.problem("oauth.client_id", "is missing: write the client ID that the provider gave you");
  const found = find(from);
  if (found === undefined) return undefined;
  const { kind, issuer, settings } = found;
  const entry = present({
    issuer: issuer === providers.get(kind)?.issuer ? undefined : issuer,
    clientId,
    clientSecret: from.text("oauth.client_secret"),
    scope: scopeOf(from, kind),
    trustEmail: trustEmail(from, kind),
    ...settings,
    endpoints: withEndSession(from, settings?.endpoints),
  });
  return { kind, entries: { [kind]: entry } };
}

function providerFault(name: string | undefined): string {
  if (name === undefined) return "is missing: write the name of the provider";
  return unsupported.has(name)
    ? `doorward does not support "${name}" (docs/providers.md): sign in at an OpenID Connect issuer or at one of the other providers instead`
    : `"${name}" ${unknown(name, Object.keys(kinds))}`;
}

/** vouch-proxy's own `scopes` may lack what doorward reads; more of them than usual are kept. */
function scopeOf(from: VouchOptions, kind: string): string | undefined {
  const scopes = from.list("oauth.scopes");
  const usual = ["openid", "email", "profile"];
  if (scopes.every((scope) => usual.includes(scope))) return undefined;
  const provider = providers.get(kind);
  if (provider?.isOAuthOnly !== true) return [...new Set([...usual, ...scopes])].join(" ");
  from.note(
    "left out",
    "oauth.scopes",
    `"${scopes.join(", ")}" is not used: doorward requests the scopes that it needs at this provider`,
  );
  return undefined;
}

/** vouch-proxy never asks whether an address is verified. */
function trustEmail(from: VouchOptions, kind: string): true | undefined {
  if (providers.get(kind)?.guide?.emails === "unsaid") {
    from.note(
      "to do",
      "oauth.provider",
      `"${from.text("oauth.provider") ?? ""}" never reports whether an email address is verified, and vouch-proxy accepted it anyway, so the file contains trustEmail: true: keep it only if accounts there cannot choose their email address (docs/providers.md)`,
    );
    return true;
  }
  from.note(
    "different",
    "oauth.provider",
    "an email address counts only if the provider reports it as verified, which vouch-proxy did not check: if it never does, see trustEmail in docs/providers.md",
  );
  return undefined;
}

function withEndSession(from: VouchOptions, endpoints: unknown): unknown {
  const endSession = endSessionEndpoint(from);
  if (endSession === undefined) return endpoints;
  return { ...(isObject(endpoints) ? endpoints : {}), endSession };
}

/** Not one with a query, in which a provider has parameters of its own instead of OpenID Connect's. */
function endSessionEndpoint(from: VouchOptions): string | undefined {
  const written = from.text("oauth.end_session_endpoint");
  return written !== undefined && webAddressFault(written) === undefined ? written : undefined;
}

const addresses = ["oauth.auth_url", "oauth.token_url", "oauth.user_info_url"];

function ofGitHub(from: VouchOptions): Kind {
  const [auth, userInfo] = [from.text("oauth.auth_url"), from.text("oauth.user_info_url") ?? ""];
  const origin = URL.parse(auth ?? "")?.origin;
  if (origin === undefined || origin === "https://github.com") return { kind: "github" };
  return { kind: userInfo.includes("/api/v1/") ? "gitea" : "github", issuer: origin };
}

function ofOidc(from: VouchOptions): Kind | undefined {
  const auth = from.text("oauth.auth_url") ?? "";
  if (auth.startsWith("https://login.microsoftonline.com/")) return ofMicrosoft(from);
  if (/\/adfs\/oauth2\/authorize\/?$/.test(auth)) return ofAdfs(from, { emailClaim: "email" });
  const found = issuerByAddresses(addresses.map((name) => from.text(name) ?? ""));
  if (found === undefined) {
    from.problem("oauth.auth_url", "is missing or not a URL: write the provider's address");
    return undefined;
  }
  const { kind, issuer, isGuess } = found;
  from.note(
    isGuess ? "to do" : "different",
    "oauth.auth_url",
    isGuess
      ? `vouch-proxy does not know the issuer, which doorward needs: the file contains ${issuer}, a guess from auth_url; compare it with "issuer" in the provider's /.well-known/openid-configuration, and run \`doorward check\``
      : `the issuer ${issuer} is derived from auth_url; doorward reads the other addresses from its metadata`,
  );
  return { kind, issuer };
}

function ofMicrosoft(from: VouchOptions): Kind | undefined {
  const written = from.text("oauth.auth_url") ?? "";
  const [, tenant = "", version] =
    /^https:\/\/login\.microsoftonline\.com\/([^/]+)\/oauth2\/(v2\.0\/)?authorize$/.exec(written) ??
    [];
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(tenant)) {
    from.problem(
      "oauth.auth_url",
      `"${written}" does not contain a tenant's id: write https://login.microsoftonline.com/TENANT-ID/oauth2/v2.0/authorize, with the id that the portal shows`,
    );
    return undefined;
  }
  return version === undefined
    ? { kind: "azure", issuer: `https://sts.windows.net/${tenant}/` }
    : { kind: "entra-id", issuer: `https://login.microsoftonline.com/${tenant}/v2.0` };
}

/**
 * AD FS puts claims into the ID token only with the identifier of the relying party as `resource`. As `oidc`,
 * vouch-proxy reads no `upn`.
 */
function ofAdfs(from: VouchOptions, own: Record<string, unknown> = {}): Kind | undefined {
  const written = from.text("oauth.auth_url") ?? "";
  const [, issuer] = /^(https?:\/\/.+\/adfs)\/oauth2\/authorize\/?$/.exec(written) ?? [];
  const usual =
    from.text("oauth.provider") === "adfs" ? from.text("oauth.callback_url") : undefined;
  const resource = from.text("oauth.relying_party_id") ?? usual;
  if (issuer === undefined) {
    const message = `"${written}" is not an address of AD FS: write https://adfs.example.com/adfs/oauth2/authorize`;
    from.problem("oauth.auth_url", message);
    return undefined;
  }
  return {
    kind: "adfs",
    issuer,
    settings: { ...own, ...(resource !== undefined && { authorization: { resource } }) },
  };
}

function ofNextcloud(from: VouchOptions): Kind | undefined {
  const [auth = "", userinfo] = [from.text("oauth.auth_url"), from.text("oauth.user_info_url")];
  const [, issuer] = /^(https?:\/\/.+)\/apps\/oauth2\/authorize$/.exec(auth) ?? [];
  if (issuer === undefined) {
    const message = `"${auth}" is not an address of Nextcloud: write https://cloud.example.com/apps/oauth2/authorize`;
    from.problem("oauth.auth_url", message);
    return undefined;
  }
  const isBare = issuer.endsWith("/index.php") && userinfo !== undefined;
  const endpoints = { userinfo: userinfo?.replace(/[?#].*$/s, "") };
  return { kind: "nextcloud", issuer, settings: isBare ? { endpoints } : {} };
}

/** vouch-proxy signs out at the provider too if it knows the address. */
export function signsOutAtIssuer(from: VouchOptions): "issuer" | undefined {
  const written = from.text("oauth.end_session_endpoint");
  if (written === undefined) return undefined;
  const isImported = endSessionEndpoint(from) !== undefined;
  from.note(
    "to do",
    "oauth.end_session_endpoint",
    isImported
      ? "register the address …/sign_out at the issuer, to which it returns after a sign-out"
      : `"${written}" ${webAddressFault(written) ?? ""}: a sign-out ends the session here only; write signOut: issuer if the issuer has an end_session_endpoint`,
  );
  return isImported ? "issuer" : undefined;
}
