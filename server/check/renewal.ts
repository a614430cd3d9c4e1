import { renewalWords } from "../../providers/guide.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { kindIn, offlineRequest, type scopeOf } from "../sign-in/requested-scope.ts";
import { ok, unknown, warning, type Finding } from "./finding.ts";

type Metadata = Parameters<typeof scopeOf>[1];

/** How identities of this provider are refreshed, and whether the requested scope suits that. */
export function renewalOf(party: RelyingParty, scope: string, metadata: Metadata): Finding {
  const { provider, settings } = party;
  if (settings.directory !== undefined) return ok(renewalWords.directory);
  if (provider.isOAuthOnly) return ok(renewalWords[provider.guide?.renewal ?? "access token"]);
  const kind = kindIn(party.issuer, metadata);
  const because = (provider.offlineAccess ?? kind?.offlineAccess)?.because;
  const request = offlineRequest(party, metadata);
  if (scope.split(" ").includes("offline_access")) {
    return request === "nothing" && because !== undefined
      ? warning(`offline_access is requested, but ${because}: remove ${sourceOf(party)}`)
      : ok(renewalWords["refresh token"]);
  }
  const isRefused = request !== "nothing" && settings.offlineAccess === false;
  if (isRefused) return ok(`\`offlineAccess\` is off, so ${unlessSent}`);
  if (request === "scope") return warning(lacking(because));
  if (provider.guide?.renewal !== undefined) return ok(renewalWords[provider.guide.renewal]);
  if (kind !== undefined) return ok(renewalWords["refresh token"]);
  return unknown(
    "not known whether the issuer sends refresh tokens, because its metadata does not list offline_access: without them a user removed there stays signed in for `session.lifetime`",
  );
}

const unlessSent =
  "unless the provider sends refresh tokens anyway, a user removed there stays signed in for `session.lifetime`";

function sourceOf({ settings }: RelyingParty): string {
  return settings.scope === undefined ? "`offlineAccess: true`" : "it from `scope`";
}

/** The operator's scope is final. */
function lacking(
  because = "the issuer offers it, perhaps as the only way to a refresh token",
): string {
  return `\`scope\` lacks offline_access, but ${because}: add it, or set \`offlineAccess: false\` and a user removed there stays signed in for \`session.lifetime\``;
}
