import { createProtectedResources, type ProtectedResource } from "../config/protected-resources.ts";
import type { Config } from "../config/schema.ts";
import { createCounts } from "../observe/counts.ts";
import { reasonsOf } from "../observe/log.ts";
import type { IssuerFetch } from "../sign-in/issuer-fetch.ts";
import { createTokenIssuer, type RelyingParty } from "../sign-in/relying-party.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

type Metadata = ReturnType<Awaited<ReturnType<RelyingParty["discover"]>>["serverMetadata"]>;

/** Whether clients that know only the URL of a protected resource can get a token at its issuers. */
export async function checkResources(
  config: Config,
  parties: ReadonlyMap<string, RelyingParty>,
  fetch: IssuerFetch,
): Promise<Finding[]> {
  const parts = { fetch, counts: createCounts(), now: Date.now };
  const found = Array.from(createProtectedResources(config), ([rule, resource]) => {
    const own = (rule.bearer?.issuers ?? []).map((one) => {
      const { issuer, clientId, clientSecret } = one;
      const { discover } = createTokenIssuer(one, { clientId, clientSecret }, parts);
      return tryIssuer(resource, issuer, discover);
    });
    const ofProviders = resource.providers
      .flatMap((name) => parties.get(name) ?? [])
      .map(({ issuer, discover }) => tryIssuer(resource, issuer, discover));
    return [...ofProviders, ...own];
  });
  const findings = (await Promise.all(found.flat())).flat();
  // Several rules can have one resource.
  return [...new Map(findings.map((finding) => [finding.text, finding])).values()];
}

async function tryIssuer(
  { identifier }: ProtectedResource,
  issuer: string,
  discover: RelyingParty["discover"],
): Promise<Finding[]> {
  const about = `resource ${identifier}: ${issuer}`;
  try {
    const problems = problemsOf((await discover()).serverMetadata());
    return problems.length === 0
      ? [ok(`${about}: clients can register there by themselves`)]
      : problems.map((problem) => warning(`${about} ${problem}`));
  } catch (error) {
    return [fault(`${about}: ${reasonsOf(error)}`)];
  }
}

/** What a client that was never registered by hand needs, as the Model Context Protocol requires it. */
function problemsOf(metadata: Metadata): string[] {
  const canRegister =
    metadata.registration_endpoint !== undefined ||
    metadata.client_id_metadata_document_supported === true;
  const hasPkce = metadata.code_challenge_methods_supported?.includes("S256") === true;
  return [
    ...(canRegister
      ? []
      : [
          "has neither registration_endpoint nor client_id_metadata_document_supported in its metadata: register each client there by hand, or switch one of them on",
        ]),
    ...(hasPkce
      ? []
      : [
          "does not list S256 in code_challenge_methods_supported, and clients of the Model Context Protocol refuse such an issuer: switch PKCE on",
        ]),
  ];
}
