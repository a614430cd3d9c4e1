import { authorizationParameters } from "../../config/authorization-schema.ts";
import { isObject } from "../../config/shape.ts";
import type { Kind } from "./provider-kind.ts";
import type { Settings } from "./settings.ts";

/** Parameters of the authorization request, from options and from the query of `login_url`. */
export function authorization(from: Settings): Record<string, unknown> {
  const inUrl = URL.parse(from.text("login_url") ?? "")?.searchParams ?? new URLSearchParams();
  const given: [string, string][] = [...inUrl, ...fixedParameters(from)];
  for (const name of ["prompt", "acr_values", "resource"]) {
    const value = from.text(name);
    if (value !== undefined) given.push([name, value]);
  }
  const known = new Set<string>(authorizationParameters);
  for (const [name] of given.filter(([one]) => !known.has(one)))
    from.note(
      "left out",
      "login_url",
      `doorward cannot send the authorization parameter "${name}"; it is dropped`,
    );
  const kept = Object.fromEntries(given.filter(([name]) => known.has(name)));
  return Object.keys(kept).length === 0 ? {} : { authorization: kept };
}

/** Parameters of an alpha configuration with one fixed value. */
function fixedParameters(from: Settings): [string, string][] {
  const list = from.structure("loginURLParameters");
  return (Array.isArray(list) ? list : []).flatMap((one: unknown): [string, string][] => {
    if (!isObject(one)) return [];
    const [value, ...more] = Array.isArray(one.default) ? one.default.map(String) : [];
    if (one.allow !== undefined || more.length > 0)
      from.note(
        "left out",
        "loginURLParameters",
        `"${String(one.name)}": doorward sends its default only; a visitor cannot choose a value in /start`,
      );
    // Google's old name for `prompt`, which doorward sets itself.
    return value === undefined || one.name === "approval_prompt" ? [] : [[String(one.name), value]];
  });
}

const endpointOptions = {
  login_url: "authorization",
  redeem_url: "token",
  profile_url: "userinfo",
  oidc_jwks_url: "jwks",
} as const;

export function endpoints(
  from: Settings,
  { kind, issuer, implied = [] }: Kind,
): Record<string, unknown> {
  const written: Record<string, string> = {};
  for (const [option, endpoint] of Object.entries(endpointOptions)) {
    const url = from.text(option);
    if (url !== undefined && !implied.includes(option))
      written[endpoint] = url.replace(/[?#].*$/s, "");
  }
  const isBare = kind === "nextcloud" && issuer?.endsWith("/index.php") === true;
  const validate = from.text("validate_url");
  if (isBare && validate !== undefined) written.userinfo = validate.replace(/[?#].*$/s, "");
  else if (validate !== undefined && !implied.includes("validate_url"))
    from.note(
      "left out",
      "validate_url",
      "is not used: doorward checks a session with the issuer's tokens, every session.refresh",
    );
  return Object.keys(written).length === 0 ? {} : { endpoints: written };
}
