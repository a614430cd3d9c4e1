import { kindOfIssuer } from "../../../providers/registry.ts";

interface FoundIssuer {
  readonly kind: string;
  readonly issuer: string;
  /** The addresses have no known form. */
  readonly isGuess: boolean;
}

/** The issuer by the form of its authorization endpoint, and of its token endpoint if that is needed too. */
const forms: readonly (readonly [kind: string, auth: RegExp, token?: RegExp, end?: string])[] = [
  ["google", /^(https:\/\/accounts\.google\.com)\/o\/oauth2\//],
  ["slack", /^(https:\/\/slack\.com)\/openid\/connect\/authorize$/],
  ["twitch", /^(https:\/\/id\.twitch\.tv\/oauth2)\/authorize$/],
  ["okta", /^(https:\/\/[^/]+\/oauth2\/[^/]+)\/v1\/authorize$/],
  ["okta", /^(https:\/\/[^/]+)\/oauth2\/v1\/authorize$/],
  ["gitlab", /^(https?:\/\/[^/]+)\/oauth\/authorize$/, /\/oauth\/token$/],
  ["pocket-id", /^(https?:\/\/[^/]+)\/authorize$/, /\/api\/oidc\/token$/],
  ["auth0", /^(https?:\/\/[^/]+)\/authorize$/, /\/oauth\/token$/, "/"],
  ["authelia", /^(https?:\/\/[^/]+)\/api\/oidc\/authorization$/],
  ["zitadel", /^(https?:\/\/[^/]+)\/oauth\/v2\/authorize$/],
];

/** An issuer that only its endpoints name; undefined = the first address is not a URL. */
export function issuerByAddresses(addresses: readonly string[]): FoundIssuer | undefined {
  const [auth = "", token = ""] = addresses.map((address) => address.replace(/[?#].*$/s, ""));
  const origin = URL.parse(auth)?.origin;
  if (origin === undefined || !/^https?:/.test(origin)) return undefined;
  const better = kindOfIssuer(addresses)?.kind;
  const [, realm] = /^(.+\/realms\/[^/]+)\/protocol\//.exec(auth) ?? [];
  if (realm !== undefined) return { kind: better ?? "keycloak", issuer: realm, isGuess: false };
  for (const [kind, form, tokenForm, end = ""] of forms) {
    const issuer = form.exec(auth)?.[1];
    if (issuer !== undefined && (tokenForm === undefined || tokenForm.test(token)))
      return { kind, issuer: issuer + end, isGuess: false };
  }
  const issuer = auth.replace(/\/(auth|authorize|authorization)\/?$/, "");
  return { kind: better ?? "oidc", issuer: issuer === auth ? origin : issuer, isGuess: true };
}
