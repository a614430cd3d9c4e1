import { randomInt } from "node:crypto";
import { checkConfig } from "../../server/config/load.ts";
import { createSites } from "../../server/config/sites.ts";
import { noTokens } from "../../server/sign-in/token-endpoint.ts";
import { openStore } from "../../server/store/open-store.ts";
import { memoryParty } from "../../test/peers/memory-party.ts";
import { newSession, openSessions } from "../../test/peers/sessions.ts";
import { claimsOf, type CrowdIssuer } from "./issuer.ts";
import type { Person } from "./person.ts";

/** As many concurrent writes as the store completes within its time limit. */
const batch = 200;

/**
 * Writes the sessions of people who signed in earlier, at times within `ageMs`, so that their refreshes are due at
 * different times.
 */
export async function storePeople(parts: {
  readonly settings: Record<string, unknown>;
  readonly issuer: CrowdIssuer;
  readonly count: number;
  readonly ageMs: number;
}): Promise<Person[]> {
  const { issuer, count, ageMs } = parts;
  const config = checkConfig("simulation", parts.settings, {});
  const site = createSites(config)[0]?.first;
  if (site === undefined) throw new Error("the configuration has no site");
  const store = await openStore(config.storage);
  const sessions = openSessions({
    // A new store has no revocations; reading them would take most of the time.
    store: { ...store, get: async () => undefined },
    parties: new Map([["company", memoryParty(async () => new Response())]]),
    now: () => Date.now() - randomInt(Math.max(1, ageMs)),
  });
  const people: Person[] = [];
  while (people.length < count) {
    const from = people.length;
    const size = Math.min(batch, count - from);
    const started = Array.from({ length: size }, async (_, index): Promise<Person> => {
      const subject = `person-${from + index}`;
      const { email, ...claims } = claimsOf(subject);
      const identity = { issuer: issuer.issuer, subject, email, groups: ["staff", "ops"] };
      const token = await sessions.start({
        ...newSession(site, { ...identity, claims: { email, ...claims } }),
        tokens: { ...noTokens, refreshToken: issuer.refreshTokenOf(subject) },
      });
      return { subject, token };
    });
    people.push(...(await Promise.all(started)));
  }
  await store.close();
  return people;
}
