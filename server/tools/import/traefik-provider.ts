import { kindOfIssuer } from "../../../providers/registry.ts";
import { present } from "./provider.ts";
import type { TraefikOptions } from "./traefik-options.ts";

/** doorward's kinds, by the host of the sign-in page. */
const kindsByHost: Readonly<Record<string, string>> = {
  "github.com": "github",
  "gitlab.com": "gitlab",
  "discord.com": "discord",
  "discordapp.com": "discord",
  "bitbucket.org": "bitbucket",
  "www.facebook.com": "facebook",
  "cloud.digitalocean.com": "digitalocean",
};

/** The default provider and the providers named in rules. */
export function importTraefikProvider(from: TraefikOptions): Record<string, unknown> {
  const usual = from.text("default-provider") ?? "google";
  const named = from.rules().flatMap((rule) => from.text(`rule.${rule}.provider`) ?? []);
  const names = [...new Set([usual, ...named])];
  if (names.length > 1)
    from.note(
      "different",
      "rule.*.provider",
      `visitors choose between ${names.join(" and ")} on a page: a doorward rule cannot select the provider`,
    );
  return Object.fromEntries(names.flatMap((name) => one(from, name)));
}

function one(from: TraefikOptions, name: string): [string, Record<string, unknown>][] {
  const option = (part: string) => from.text(`providers.${name}.${part}`);
  const clientId = option("client-id") ?? (name === "google" ? from.text("client-id") : undefined);
  const clientSecret =
    option("client-secret") ?? (name === "google" ? from.text("client-secret") : undefined);
  if (clientId === undefined)
    from.problem(
      `providers.${name}.client-id`,
      "is missing: write the client ID that the provider gave you",
    );
  const client = { clientId, clientSecret };
  const { resource } = { resource: option("resource") };
  const authorization = resource === undefined ? undefined : { resource };
  switch (name) {
    case "google": {
      const prompt = option("prompt") ?? from.text("prompt");
      return [
        [
          "google",
          present({ ...client, authorization: prompt === undefined ? undefined : { prompt } }),
        ],
      ];
    }
    case "oidc": {
      const issuer = option("issuer-url");
      const better = kindOfIssuer([issuer ?? []].flat());
      const trustEmail = better?.guide?.emails === "unsaid" ? true : undefined;
      if (trustEmail) from.note("to do", "providers.oidc.issuer-url", `${better?.label} ${unsaid}`);
      const entry = { type: better?.kind, ...client, issuer, trustEmail, authorization };
      return [["oidc", present(entry)]];
    }
    case "generic-oauth":
      return generic(from, client, option("auth-url"), option("scope"));
    default:
      from.problem(
        "default-provider",
        `"${name}" is unknown; available: google, oidc, generic-oauth`,
      );
      return [];
  }
}

const unsaid =
  "never reports whether an email address is verified, and traefik-forward-auth accepted it anyway, so the file contains trustEmail: true: keep it only if accounts there cannot choose their email address (docs/providers.md)";

/** doorward supports specific OAuth 2.0 providers only, because each returns the identity in its own format. */
function generic(
  from: TraefikOptions,
  client: Record<string, unknown>,
  url: string | undefined,
  scope: string | undefined,
): [string, Record<string, unknown>][] {
  const kind = kindsByHost[URL.parse(url ?? "")?.hostname ?? ""];
  if (kind === undefined) {
    from.problem(
      "providers.generic-oauth.auth-url",
      `${url === undefined ? "is missing" : `"${url}" is not an OAuth 2.0 provider that doorward supports`} (docs/providers.md): if the provider has an OpenID Connect issuer, use providers.oidc`,
    );
    return [];
  }
  if (scope !== undefined)
    from.note(
      "left out",
      "providers.generic-oauth.scope",
      `"${scope}" is not used: doorward requests the scopes that it needs at ${kind}`,
    );
  return [[kind, present(client)]];
}
