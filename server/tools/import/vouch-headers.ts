import type { VouchOptions } from "./vouch-options.ts";

/** The headers that vouch-proxy sends to apps. */
export function importVouchHeaders(from: VouchOptions, kind: string): Record<string, string> {
  const user = from.text("vouch.headers.user") ?? "X-Vouch-User";
  const prefix = from.text("vouch.headers.claimheader") ?? "X-Vouch-IdP-Claims-";
  const claims = from.list("vouch.headers.claims");
  const [accessToken, idToken] = [
    from.text("vouch.headers.accesstoken"),
    from.text("vouch.headers.idtoken"),
  ];
  if (claims.length > 0)
    from.note(
      "different",
      "vouch.headers.claims",
      'a list is sent as a,b instead of "a","b", and a claim that is missing as an empty header',
    );
  return {
    [user]: userHeader(from, kind),
    ...Object.fromEntries(claims.map((claim) => [prefix + headerName(claim), `claims.${claim}`])),
    ...(accessToken !== undefined && { [accessToken]: "accessToken" }),
    ...(idToken !== undefined && { [idToken]: "idToken" }),
  };
}

const userSources: Readonly<Record<string, string>> = {
  github: "preferredUsername",
  gitea: "preferredUsername",
  nextcloud: "subject",
  "entra-id": "claims.preferred_username",
  azure: "claims.upn",
  adfs: "claims.upn",
};

function userHeader(from: VouchOptions, kind: string): string {
  if (kind === "discord")
    return from.isOn("oauth.discord_use_ids") ? "subject" : "preferredUsername";
  if (from.text("oauth.provider") === "oidc") return "email";
  return userSources[kind] ?? "email";
}

/** vouch-proxy's name of a claim in a header. */
function headerName(claim: string): string {
  return claim
    .replace(/^https?:\/\//, "")
    .replace(/[^\x21-\x7e]|["(),/\\:;<=>?@[\]{}_.]/g, "-")
    .toLowerCase()
    .replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
