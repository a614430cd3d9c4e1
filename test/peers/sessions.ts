import { pino } from "pino";
import type { Identity } from "../../server/identity/identity.ts";
import type { Site } from "../../server/config/site.ts";
import { createAudit } from "../../server/observe/audit.ts";
import { limitLog } from "../../server/observe/visitor-log.ts";
import { createCounts } from "../../server/observe/counts.ts";
import { Sessions, type NewSession, type SessionOptions } from "../../server/session/sessions.ts";
import { noTokens } from "../../server/sign-in/token-endpoint.ts";
import { testSecret } from "./doorward.ts";

/** Sessions on a store, without issuers to refresh them. */
export function openSessions(
  options: Pick<SessionOptions, "store"> & Partial<SessionOptions>,
): Sessions {
  const day = 86_400_000;
  const { log = pino({ enabled: false }) } = options;
  return new Sessions({
    secrets: [testSecret],
    parties: new Map(),
    lifetimeMs: 7 * day,
    idleMs: day,
    refreshMs: day / 24,
    graceMs: day,
    isCurrent: () => true,
    shown: () => ({ accessToken: undefined, idToken: undefined }),
    keepsIdToken: false,
    audit: createAudit(log, limitLog(log)),
    counts: createCounts(),
    log,
    now: Date.now,
    ...options,
  });
}

/** A new session of a site, from an issuer that issues no tokens. */
export function newSession(
  { url }: Pick<Site, "url">,
  identity: Partial<Identity> = {},
  clientId = "door",
): NewSession {
  return {
    identity: {
      issuer: "https://id.example.com",
      subject: "ada",
      email: "ada@example.com",
      groups: [],
      name: "Ada",
      preferredUsername: undefined,
      provider: "company",
      claims: {},
      ...identity,
    },
    site: url.href,
    clientId,
    sid: undefined,
    tokens: noTokens,
  };
}
