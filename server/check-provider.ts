import { emailWords, renewalWords } from "../providers/guide.ts";
import type { Config } from "./config/schema.ts";
import { createSites } from "./config/site.ts";
import { reasonsOf } from "./observe/log.ts";
import { authenticationFault } from "./sign-in/client-authentication.ts";
import { scopeOf } from "./sign-in/code-flow.ts";
import type { RelyingParty } from "./sign-in/relying-party.ts";

export interface Finding {
  readonly isFault: boolean;
  readonly text: string;
}

type Metadata = Awaited<ReturnType<typeof metadataOf>>;

/** What an operator has to know of one provider as it is configured: one line a subject, the issuer first. */
export async function checkProvider(config: Config, party: RelyingParty): Promise<Finding[]> {
  const name = `provider ${party.name}`;
  const about = (text: string) => ({ isFault: false, text: `${name}: ${text}` });
  const hints = issuerHints(party).map(about);
  try {
    return [...describe(config, party, await metadataOf(party)).map(about), ...hints];
  } catch (error) {
    return [{ isFault: true, text: `${name}: ${party.issuer}: ${reasonsOf(error)}` }, ...hints];
  }
}

function describe(config: Config, party: RelyingParty, metadata: Metadata): string[] {
  const how = party.provider.isOAuthOnly ? "OAuth 2.0, nothing to discover" : "discovered";
  const uris = redirectUris(config, party, metadata);
  const scope = scopeOf(party, metadata);
  return [
    `${party.issuer}: ${how}; register there: ${uris.join(", ")}`,
    `the client authenticates by ${party.authentication.method ?? "its clientSecret"}`,
    `asks for the scope ${scope}`,
    groupsOf(party),
    renewalOf(party, scope),
    emailsOf(party),
  ];
}

async function metadataOf(party: RelyingParty) {
  const metadata = (await party.discover()).serverMetadata();
  const { authentication, settings } = party;
  const fault = await authenticationFault(authentication, metadata, settings.clientId);
  if (fault !== undefined) throw new Error(fault);
  return metadata;
}

function redirectUris(config: Config, party: RelyingParty, metadata: Metadata): string[] {
  return createSites(config)
    .filter(({ providers }) => providers?.includes(party.name) !== false)
    .map(({ redirectUri }) => redirectUri(party.ownCallback(metadata)));
}

/** No more than a hint: people have domains of their own, and what is written may well be right. */
function issuerHints({ issuer, provider }: RelyingParty): string[] {
  const { issuerShape, label } = provider;
  if (issuerShape?.pattern === undefined || issuerShape.pattern.test(issuer)) return [];
  return [`${issuer} is not how issuers of ${label} are mostly written: ${issuerShape.written}`];
}

function groupsOf({ provider, settings }: RelyingParty): string {
  const { guide, groupsClaim = "groups" } = provider;
  if (settings.groupsClaim !== undefined) return `groups: the claim \`${settings.groupsClaim}\``;
  if (guide?.groups !== undefined) return `groups: ${guide.groups}`;
  return provider.isOAuthOnly || guide !== undefined
    ? "groups: there are none at this kind of provider"
    : `groups: the claim \`${groupsClaim}\``;
}

function renewalOf({ provider, settings }: RelyingParty, scope: string): string {
  if (settings.directory !== undefined) return renewalWords.directory;
  if (provider.guide?.renewal !== undefined) return renewalWords[provider.guide.renewal];
  if (scope.split(" ").includes("offline_access")) return renewalWords["refresh token"];
  if (provider.isOAuthOnly) return renewalWords["access token"];
  return "it offers no `offline_access`: unless it gives refresh tokens unasked, whoever is removed there stays signed in for `session.lifetime`";
}

function emailsOf({ provider, settings }: RelyingParty): string {
  const { emails = "verified" } = provider.guide ?? {};
  const isVouchedFor = settings.trustEmail && emails !== "unverified";
  return isVouchedFor
    ? "emails: `trustEmail` is on, so an address counts unless the provider itself calls it unverified"
    : `emails: ${emailWords[emails]}`;
}
