import { checkConfig } from "../server/config/load.ts";
import type { Config } from "../server/config/schema.ts";
import { createSites } from "../server/config/sites.ts";
import type { Identity } from "../server/identity/identity.ts";
import type { NewSession, Sessions } from "../server/session/sessions.ts";
import { openStore } from "../server/store/open-store.ts";
import type { Store } from "../server/store/store.ts";
import { newSession, openSessions } from "../test/peers/sessions.ts";

/** As many concurrent writes as the store completes within its time limit. */
const batch = 100;

/** Writes sessions to the store of these settings, and returns their tokens. The first one is Ada's. */
export async function storeSessions(
  settings: Record<string, unknown>,
  count: number,
  issuer = "https://id.example.com",
): Promise<string[]> {
  const config = checkConfig("bench", settings, {});
  const store = await openStore(config.storage);
  const tokens = await signIn(config, store, count, issuer);
  await store.close();
  return tokens;
}

async function signIn(
  config: Config,
  store: Store,
  count: number,
  issuer: string,
): Promise<string[]> {
  const site = createSites(config)[0]?.first;
  if (site === undefined) throw new Error("the configuration has no site");
  // A new store has no revocations; three reads of them per session would take most of the time.
  const sessions = openSessions({ store: { ...store, get: async () => undefined } });
  const tokens: string[] = [];
  while (tokens.length < count) {
    const from = tokens.length;
    const started = Array.from({ length: Math.min(batch, count - from) }, (_, index) => {
      const subject = from + index === 0 ? "ada" : `person-${from + index}`;
      return start(sessions, newSession(site, { issuer, ...identityOf(subject) }));
    });
    tokens.push(...(await Promise.all(started)));
  }
  return tokens;
}

function identityOf(subject: string): Partial<Identity> {
  const email = `${subject}@example.com`;
  return {
    subject,
    email,
    groups: ["staff", "ops"],
    preferredUsername: `${subject}.l`,
    claims: { sub: subject, email, email_verified: true, name: "Ada" },
  };
}

const mostTries = 5;

/** Tries again, because among a hundred thousand writes one may exceed the store's time limit on a busy machine. */
async function start(sessions: Sessions, session: NewSession): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return await sessions.start(session);
    } catch (error) {
      if (tries === mostTries) throw error;
    }
  }
}
