import { createRelyingParties } from "../app/relying-parties.ts";
import type { Config } from "../config/schema.ts";
import { createCounts } from "../observe/counts.ts";
import { createLog } from "../observe/log.ts";
import type { Person } from "../session/subject-index.ts";
import { noAuthentication } from "../sign-in/client-authentication.ts";
import { createIssuerFetch } from "../sign-in/issuer-fetch.ts";

/**
 * A subject at every issuer of a provider; undefined = of every provider. Every tenant has its own issuer, and two
 * providers may share one.
 */
export function peopleOf(config: Config, subject: string, provider: string | undefined): Person[] {
  const parties = createRelyingParties(config, {
    fetch: createIssuerFetch(fetch),
    counts: createCounts(),
    now: Date.now,
    log: createLog(process.stderr),
    openAuthentication: () => noAuthentication, // no issuer is contacted, so that a lost key cannot prevent this
  });
  const named = [...parties.values()].filter(
    ({ name }) => provider === undefined || name === provider,
  );
  if (named.length === 0) {
    throw new Error(
      `unknown provider "${provider}"; configured: ${[...parties.keys()].join(", ")}`,
    );
  }
  const issuers = new Set(named.flatMap((party) => party.issuers));
  return [...issuers].map((issuer) => ({ issuer, subject }));
}
