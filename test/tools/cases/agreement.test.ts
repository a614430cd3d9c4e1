import { expect, it } from "vitest";
import type { Config } from "../../../server/config/schema.ts";
import { createSites } from "../../../server/config/sites.ts";
import { forwardedRequest, isMalformed } from "../../../server/forwarded/forwarded-request.ts";
import { runCases } from "../../../server/tools/cases/run-cases.ts";
import { compilePolicy } from "../../../server/tools/policy/policy.ts";
import { startDoorward } from "../../peers/doorward.ts";
import { openExchange, proxyHeaders } from "../../peers/opinion-exchange.ts";
import type { PlainPerson, PlainRequest } from "../../peers/plain-policy.ts";
import { identityOfPerson, randomConfig, randomPerson } from "../../peers/policy-pair.ts";
import { randomRequest, randomSettings } from "../../peers/random-policy.ts";
import { randomFrom, type Random } from "../../peers/random.ts";
import { newSession, openSessions } from "../../peers/sessions.ts";

const now = 1_800_000_000_000;
const fixedSeed = 12;
const seeds = [fixedSeed, Date.now() % 2 ** 32];
const verdictOf = new Map([
  [200, "allow"],
  [302, "challenge"],
  [303, "challenge"],
  [403, "deny"],
]);

interface Question {
  readonly request: PlainRequest;
  readonly person: PlainPerson | undefined;
}

/** Questions that a case can describe: no preflights, and nothing in the query of /verify. */
function questions(random: Random, config: Config, rules: Config["rules"]): Question[] {
  return Array.from({ length: 60 }, () => {
    const request = { ...randomRequest(random, rules), narrowing: [], isPreflight: false };
    const provider = random.pick(Object.keys(config.providers));
    return { request, person: random.once(3) ? undefined : randomPerson(random, provider, now) };
  }).filter(({ request: { method, scheme, host, uri } }) => {
    const request = forwardedRequest(method, scheme, host, uri);
    return !isMalformed(request);
  });
}

/** What a running doorward decides about a browser's request. */
async function asked(config: Config, all: readonly Question[]): Promise<(string | undefined)[]> {
  const { app, close } = await startDoorward(config, { now: () => now });
  const { store, parties } = app;
  const exchange = await openExchange((request, response) => app.listener(request, response));
  const sessions = openSessions({ store, parties, now: () => now });
  const [site] = createSites(config);
  const navigation = { Accept: "text/html", "Sec-Fetch-Mode": "navigate" };
  const verdicts: (string | undefined)[] = [];
  for (const { request, person } of all) {
    const headers = { ...proxyHeaders(request, false), ...navigation };
    if (person !== undefined && site !== undefined) {
      const token = await sessions.start(newSession(site.first, identityOfPerson(person)));
      Object.assign(headers, { Cookie: `${site.sessionCookieName}=${token}` });
    }
    verdicts.push(verdictOf.get((await exchange.ask("/verify", headers)).status));
  }
  exchange.close();
  await close();
  return verdicts;
}

it.each(seeds)(
  "a case decides as the running doorward does, whatever the rules (seed %i)",
  { timeout: 120_000 },
  async (seed) => {
    const random = randomFrom(seed);
    const seen = new Map<string, number>();
    for (let count = 0; count < 25; count++) {
      const config = randomConfig(randomSettings(random));
      if (config === undefined) continue;
      const all = questions(random, config, config.rules);
      const cases = all.map(({ request: { method, scheme, host, uri, forwardedFor }, person }) => ({
        line: 0,
        written: {
          url: `${scheme}://${host}${uri}`,
          method,
          address: forwardedFor,
          expect: "allow" as const,
          provider: person?.provider,
          claims: person?.claims,
        },
      }));
      const results = await runCases(compilePolicy(config), "cases.yaml", cases, now);
      const decided = results.map(({ explanation }) => explanation.ruling.verdict);

      const verdicts = await asked(config, all);

      expect({ config: config.rules, all, verdicts }).toEqual({
        config: config.rules,
        all,
        verdicts: decided,
      });
      for (const verdict of decided) seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
    }

    expect(
      Math.min(...["allow", "challenge", "deny"].map((one) => seen.get(one) ?? 0)),
    ).toBeGreaterThan(seed === fixedSeed ? 50 : 0);
  },
);
