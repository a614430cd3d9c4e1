import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringifyYAML } from "confbox";
import { emailWords, renewalWords } from "../providers/guide.ts";
import type { Provider } from "../providers/provider.ts";
import { providers } from "../providers/registry.ts";

const redirectUri = "https://auth.example.com/callback";

const introduction = `# Providers

<!-- Written by \`npm run docs\` from providers/*.ts: change it there. -->

How to sign people in with each kind of provider. A provider's name in the configuration is yours to choose;
where it is not the kind itself, \`type\` says which kind it is. Everything that the kind brings along can be
overridden: \`scope\`, \`groupsClaim\`, \`endpoints\`, and so on.

The redirect URI to register is \`${redirectUri}\`, beneath your own \`url\`; beside other
providers it may be \`…/callback/NAME\`. \`doorward check\` prints just which, together with what it finds of the rest.

An address counts only when the provider calls it verified. Groups that cannot be learnt are none, and whatever
asks for one denies.

Groups of all providers stand in one list, and anybody can found an organisation \`ops\` at GitHub. With more than one
provider, let a rule that asks for a group name its \`provider\` too.
`;

/** docs/providers.md, whole: a section a kind, in the order of their labels. */
export function providersPage(): string {
  const kinds = [...providers.values()].toSorted((one, other) =>
    one.label.localeCompare(other.label, "en"),
  );
  return [introduction, ...kinds.map(section)].join("\n");
}

function section(provider: Provider): string {
  const { kind, label, guide } = provider;
  const facts = [
    ["Register at", guide && `${guide.register}, with the redirect URI \`${redirectUri}\``],
    ["Least permissions", guide?.permissions],
    ["Issuer", issuerText(provider)],
    ["Scope", provider.scope === "" ? undefined : `\`${provider.scope}\``],
    ["Groups", groupsText(provider)],
    ["Emails", guide && emailWords[guide.emails]],
    ["At refresh", renewalText(provider)],
  ].flatMap(([name, text]) => (text === undefined ? [] : [`- ${name}: ${text}.`]));
  const notes = (guide?.notes ?? []).flatMap((note) => ["", note]);
  const example = ["", "```yaml", exampleOf(provider).trimEnd(), "```", ""];
  return [
    `## ${isShared(label) ? `${label} (${kind})` : label}`,
    "",
    `\`type: ${kind}\``,
    "",
    ...facts,
    ...notes,
    ...example,
  ].join("\n");
}

/** Two kinds may be one provider to whoever signs in. */
function isShared(label: string): boolean {
  return [...providers.values()].filter((provider) => provider.label === label).length > 1;
}

function issuerText({ issuer, issuerShape, issuerExample, isOAuthOnly }: Provider) {
  if (issuer !== undefined) {
    const protocol = isOAuthOnly ? "OAuth 2.0, nothing is discovered" : "OpenID Connect";
    return `\`${issuer}\` (${protocol})`;
  }
  return issuerShape?.written ?? (issuerExample && `such as \`${issuerExample}\``);
}

function groupsText({ guide, isOAuthOnly, groupsClaim = "groups" }: Provider) {
  if (guide?.groups !== undefined) return guide.groups;
  return guide !== undefined || isOAuthOnly ? "none" : `the claim \`${groupsClaim}\``;
}

function renewalText({ guide, isOAuthOnly, offlineAccess }: Provider) {
  if (guide?.renewal !== undefined) return renewalWords[guide.renewal];
  if (isOAuthOnly) return renewalWords["access token"];
  if (offlineAccess === false) return renewalWords["refresh token"];
  return `${renewalWords["refresh token"]}, if it offers the scope \`offline_access\`, which is then asked for; if not, people stay signed in for \`session.lifetime\``;
}

/** What a person would write: as little as the kind allows. */
function exampleOf({ kind, issuer, issuerExample, guide }: Provider): string {
  const name = kind.replaceAll(".", "-");
  const settings = {
    ...(name !== kind && { type: kind }),
    ...(issuer === undefined && { issuer: issuerExample }),
    clientId: "…",
    clientSecret: "…",
    ...guide?.example,
  };
  return stringifyYAML({ providers: { [name]: settings } }, { indent: 2 });
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, "providers.md"), providersPage());
