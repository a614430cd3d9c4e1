import { headerNameFault } from "../../policy/header-map.ts";
import { isObject } from "../../config/shape.ts";
import type { Settings } from "./settings.ts";

/** The identity headers that apps and proxies rely on; undefined = not configured, so doorward's defaults. */
export function importHeaders(from: Settings, kind: string): Record<string, string> | undefined {
  const user = userSource(kind);
  const isAlpha = from.has("injectRequestHeaders") || from.has("injectResponseHeaders");
  const found = isAlpha
    ? [
        ...injected(from, "injectRequestHeaders", user),
        ...injected(from, "injectResponseHeaders", user),
      ]
    : [...ofAnswers(from, user), ...(isProxying(from) ? ofRequests(from, user) : [])];
  if (found.some(([name]) => name === "Authorization"))
    from.note(
      "to do",
      isAlpha ? "injectRequestHeaders" : "set_authorization_header",
      "the ID token is in Authorization: make the proxy copy this header from doorward's response, and the app verify the token",
    );
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

type Header = readonly [name: string, source: string];

/** oauth2-proxy's `user`: the user name at these providers, the subject at others. */
function userSource(kind: string): string {
  const named = ["github", "gitea", "gitlab", "nextcloud", "sourcehut"];
  return named.includes(kind) ? "preferredUsername" : "subject";
}

/** Whether oauth2-proxy forwarded requests to apps, with its own headers. */
export function isProxying(from: Settings): boolean {
  return from.list("upstreams").some((upstream) => !upstream.startsWith("static://"));
}

/** Headers in the response of /oauth2/auth, which the proxy reads. */
function ofAnswers(from: Settings, user: string): Header[] {
  if (from.isOn("set_basic_auth")) from.note("left out", "set_basic_auth", noBasic);
  return [
    ...(from.isOn("set_xauthrequest") ? family("X-Auth-Request-", user) : []),
    ...(from.isOn("set_xauthrequest") && from.isOn("pass_access_token")
      ? [["X-Auth-Request-Access-Token", "accessToken"] as const]
      : []),
    ...(from.isOn("set_authorization_header")
      ? [["Authorization", "Bearer idToken"] as const]
      : []),
  ];
}

/** Headers that oauth2-proxy added to forwarded requests. */
function ofRequests(from: Settings, user: string): Header[] {
  const isNamed = from.isOn("pass_basic_auth", true) || from.isOn("pass_user_headers", true);
  if (from.text("basic_auth_password") !== undefined)
    from.note("left out", "basic_auth_password", noBasic);
  const name = from.isOn("prefer_email_to_user") ? "email" : user;
  return [
    ...(isNamed ? family("X-Forwarded-", name) : []),
    ...(from.isOn("pass_access_token")
      ? [["X-Forwarded-Access-Token", "accessToken"] as const]
      : []),
    ...(from.isOn("pass_authorization_header")
      ? [["Authorization", "Bearer idToken"] as const]
      : []),
  ];
}

const noBasic =
  "doorward does not create Basic credentials for apps: if an app needs them, set the header in the proxy";

function family(prefix: string, user: string): Header[] {
  return [
    [`${prefix}User`, user],
    [`${prefix}Email`, "email"],
    [`${prefix}Groups`, "groups"],
    [`${prefix}Preferred-Username`, "preferredUsername"],
  ];
}

/** The headers of an alpha configuration. A doorward header holds exactly one claim. */
function injected(from: Settings, option: string, user: string): Header[] {
  const list = from.structure(option);
  return (Array.isArray(list) ? list : []).flatMap((one: unknown): Header[] => {
    const name = isObject(one) ? String(one.name ?? "") : "";
    const values = isObject(one) && Array.isArray(one.values) ? one.values : [];
    const [only, ...more] = values;
    const source = isObject(only) ? sourceOf(only, user) : undefined;
    const fault =
      headerNameFault(name) ?? (source === undefined || more.length > 0 ? notOne : undefined);
    if (fault === undefined && source !== undefined) return [[name, source]];
    from.note("left out", option, `${name} ${fault}`);
    return [];
  });
}

const notOne = "is not a single claim of the session: set this header in the proxy";

const fields: Readonly<Record<string, string>> = {
  email: "email",
  groups: "groups",
  preferred_username: "preferredUsername",
  access_token: "accessToken",
  id_token: "idToken",
};

function sourceOf(
  { claim, claimSource, prefix }: Record<string, unknown>,
  user: string,
): string | undefined {
  if (isObject(claimSource)) return sourceOf(claimSource, user);
  if (typeof claim !== "string" || ["created_at", "expires_on"].includes(claim)) return undefined;
  const source = claim === "user" ? user : (fields[claim] ?? `claims.${claim}`);
  if (prefix === undefined || prefix === "") return source;
  return prefix === "Bearer " && source.endsWith("Token") ? `Bearer ${source}` : undefined;
}
