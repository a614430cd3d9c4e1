import { emailWords } from "../../providers/guide.ts";
import type { Config } from "../config/schema.ts";
import { reasonsOf } from "../observe/log.ts";
import { authenticationFault } from "../sign-in/client-authentication.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { kindIn, scopeOf } from "../sign-in/requested-scope.ts";
import { tryClient } from "./client.ts";
import type { Clocks } from "./clocks.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";
import { offeringSites, type OfferingSites } from "./offering-sites.ts";
import { trySignOut } from "./post-logout.ts";
import { tryRedirectUris } from "./redirect-uris.ts";
import { renewalOf } from "./renewal.ts";

type Metadata = Awaited<ReturnType<typeof metadataOf>>;

/** The findings about one configured provider, the issuer first. */
export async function checkProvider(
  config: Config,
  party: RelyingParty,
  clocks: Clocks,
): Promise<Finding[]> {
  const named = ({ level, text }: Finding) => ({ level, text: `provider ${party.name}: ${text}` });
  return [...(await tryIssuer(config, party, clocks)), ...issuerHints(party).map(ok)].map(named);
}

async function tryIssuer(config: Config, party: RelyingParty, clocks: Clocks): Promise<Finding[]> {
  const offering = offeringSites(config, party.name);
  try {
    const metadata = await metadataOf(party);
    const { authorization_endpoint: authorization, token_endpoint: token } = metadata;
    const addresses = [token, authorization, party.place.address];
    return [
      ...describe(party, offering, metadata),
      ...(await tryRequests(party, offering, metadata)),
      ...(config.signOut === "issuer" ? await trySignOut(party, offering, metadata) : []),
      ...clocks.compare(addresses.filter((address) => address !== undefined)),
    ];
  } catch (error) {
    return [fault(`${party.issuer}: ${reasonsOf(error)}`)];
  }
}

/** The findings of requests as a sign-in sends them. Requests of several sites fail for one reason. */
async function tryRequests(
  party: RelyingParty,
  { sites, open }: OfferingSites,
  metadata: Metadata,
): Promise<Finding[]> {
  const own = party.ownCallback(metadata);
  const first = sites[0] ?? open[0]?.first;
  if (first === undefined) return [];
  const client = await tryClient(party, first.redirectUri(own), metadata);
  const verdicts = await tryRedirectUris(party, sites, own, {
    isOffered: metadata.pushed_authorization_request_endpoint !== undefined,
    isRequired: metadata.require_pushed_authorization_requests === true,
  });
  const isRejected = client.level === "fault";
  const named = verdicts.some(({ about }) => about === "client");
  const findings = verdicts
    .filter(({ about }) => !(isRejected && about === "pushed request"))
    .map(({ finding }) => finding);
  const all = isRejected && named ? findings : [client, ...findings];
  return [...new Map(all.map((finding) => [finding.text, finding])).values()];
}

function describe(
  party: RelyingParty,
  { sites, open }: OfferingSites,
  metadata: Metadata,
): Finding[] {
  const how = party.provider.isOAuthOnly ? "OAuth 2.0 without discovery" : "discovered";
  const own = party.ownCallback(metadata);
  const uris = sites.map((site) => site.redirectUri(own));
  // RFC 9700 §4.1: a wildcard would also register a host that another person may control.
  uris.push(
    ...open.map(
      ({ redirectUri }) => `${redirectUri(own)} for every host, each in full, without a wildcard`,
    ),
  );
  const scope = scopeOf(party, metadata);
  return [
    ok(`${party.issuer}: ${how}; redirect URIs to register there: ${uris.join(", ")}`),
    ...betterKind(party, metadata),
    ok(`requested scope: ${scope}`),
    ok(groupsOf(party)),
    renewalOf(party, scope, metadata),
    emailsOf(party),
  ];
}

async function metadataOf(party: RelyingParty) {
  const metadata = (await party.discover()).serverMetadata();
  const { authentication, settings } = party;
  const wrong = await authenticationFault(authentication, metadata, settings.clientId);
  if (wrong !== undefined) throw new Error(wrong);
  return metadata;
}

/** An issuer of a kind that has a preset, but is configured as any OpenID Connect issuer. */
function betterKind({ issuer, provider }: RelyingParty, metadata: Metadata): Finding[] {
  const better = kindIn(issuer, metadata);
  if (provider.kind !== "oidc" || better === undefined) return [];
  return [
    warning(
      `this issuer is ${better.label}: set \`type: ${better.kind}\`, so that doorward reads its groups and requests the right scope (docs/providers.md)`,
    ),
  ];
}

/** A hint only: with a domain of the operator's own, an unusual issuer may be right. */
function issuerHints({ issuer, provider }: RelyingParty): string[] {
  const { issuerShape, label } = provider;
  if (issuerShape?.pattern === undefined || issuerShape.pattern.test(issuer)) return [];
  return [`${issuer} does not look like the usual issuer of ${label}: ${issuerShape.written}`];
}

/** Whether identities of this provider may have groups. */
export function hasGroups({ provider, settings }: RelyingParty): boolean {
  const { guide, isOAuthOnly, takes = [] } = provider;
  if (settings.groupsClaim !== undefined) return true;
  if (takes.includes("directory")) return settings.directory !== undefined;
  return guide === undefined ? isOAuthOnly !== true : guide.groups !== undefined;
}

function groupsOf({ provider, settings }: RelyingParty): string {
  const { guide, groupsClaim = "groups" } = provider;
  const both =
    settings.groupsFrom === "both" ? "; those of the ID token and of userinfo together" : "";
  if (settings.groupsClaim !== undefined)
    return `groups: the claim \`${settings.groupsClaim}\`${both}`;
  if (guide?.groups !== undefined) return `groups: ${guide.groups}${both}`;
  return provider.isOAuthOnly || guide !== undefined
    ? "groups: none, this kind of provider does not support them"
    : `groups: the claim \`${groupsClaim}\`${both}`;
}

function emailsOf({ provider, settings }: RelyingParty): Finding {
  const { emails = "verified" } = provider.guide ?? {};
  if (settings.trustEmail === "always")
    return warning(
      "emails: with `trustEmail: always` an address is accepted even if the provider marks it as unverified: an account that can write any address into its profile there has the access of that address",
    );
  const isVouchedFor = settings.trustEmail && emails !== "unverified";
  return ok(
    isVouchedFor
      ? "emails: `trustEmail` is on, so an address is accepted unless the provider marks it as unverified"
      : `emails: ${emailWords[emails]}`,
  );
}
