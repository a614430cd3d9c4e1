import { present } from "./provider.ts";
import type { TraefikOptions } from "./traefik-options.ts";

/** Kinds of ours, by where people sign in. */
const kindsByHost: Readonly<Record<string, string>> = {
  "github.com": "github",
  "gitlab.com": "gitlab",
  "discord.com": "discord",
  "discordapp.com": "discord",
  "bitbucket.org": "bitbucket",
  "www.facebook.com": "facebook",
  "cloud.digitalocean.com": "digitalocean",
};

/** The providers that the default and the rules name. */
export function importTraefikProvider(from: TraefikOptions): Record<string, unknown> {
  const usual = from.text("default-provider") ?? "google";
  const named = from.rules().flatMap((rule) => from.text(`rule.${rule}.provider`) ?? []);
  const names = [...new Set([usual, ...named])];
  if (names.length > 1)
    from.note(
      "different",
      "rule.*.provider",
      "people choose among the providers on a page; no rule sends them to one",
    );
  return Object.fromEntries(names.flatMap((name) => one(from, name)));
}

function one(from: TraefikOptions, name: string): [string, Record<string, unknown>][] {
  const option = (part: string) => from.text(`providers.${name}.${part}`);
  const clientId = option("client-id") ?? (name === "google" ? from.text("client-id") : undefined);
  const clientSecret =
    option("client-secret") ?? (name === "google" ? from.text("client-secret") : undefined);
  if (clientId === undefined) from.problem(`providers.${name}.client-id`, "is missing");
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
    case "oidc":
      return [["oidc", present({ ...client, issuer: option("issuer-url"), authorization })]];
    case "generic-oauth":
      return generic(from, client, option("auth-url"), option("scope"));
    default:
      from.problem(
        "default-provider",
        `"${name}" is unknown: there are google, oidc, generic-oauth`,
      );
      return [];
  }
}

/** doorward knows OAuth 2.0 providers one by one, for each says in its own way who somebody is. */
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
      `${url ?? "nothing"} is no provider that doorward knows without OpenID Connect (docs/providers.md): if it has an issuer, write providers.oidc`,
    );
    return [];
  }
  if (scope !== undefined)
    from.note(
      "left out",
      "providers.generic-oauth.scope",
      `doorward asks ${kind} for what it needs`,
    );
  return [[kind, present(client)]];
}
