import { createParties } from "./app.ts";
import type { Config } from "./config/schema.ts";
import { createSites, type Site } from "./config/site.ts";
import { reasonsOf } from "./observe/log.ts";
import { createIssuerFetch } from "./sign-in/issuer-fetch.ts";
import { tryStore } from "./store/try-store.ts";

export interface Finding {
  readonly isFault: boolean;
  readonly text: string;
}

/** Looks at everything that a sign-in will need. The configuration itself has been checked by then. */
export async function check(config: Config): Promise<Finding[]> {
  const parties = createParties(config, { fetch: createIssuerFetch(fetch), now: Date.now });
  const issuers = await Promise.all(
    [...parties.values()].map((party) =>
      found(`provider ${party.name}: ${party.issuer}`, async () => {
        const metadata = (await party.discover()).serverMetadata();
        const uris = sitesOffering(config, party.name).map(({ redirectUri }) =>
          redirectUri(party.ownCallback(metadata)),
        );
        return `discovered; register there: ${uris.join(", ")}`;
      }),
    ),
  );
  return [
    ...createSites(config).map(cookieScope),
    ...addressRules(config),
    await found(`store ${config.storage.driver}`, () => tryStore(config.storage)),
    ...issuers,
  ];
}

async function found(what: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { isFault: false, text: `${what}: ${await look()}` };
  } catch (error) {
    return { isFault: true, text: `${what}: ${reasonsOf(error)}` };
  }
}

function sitesOffering(config: Config, provider: string): Site[] {
  return createSites(config).filter(({ providers }) => providers?.includes(provider) !== false);
}

/** Whoever sits in a range that is trusted as a whole can write any address into `X-Forwarded-For`. */
function addressRules({ rules, trustedProxies }: Config): Finding[] {
  if (!rules.some(({ ip }) => ip !== undefined) || !trustedProxies.includes("private")) return [];
  const text =
    "rules with ip: trustedProxies holds `private`, so visitors of the inside can claim any address; list your proxies' own addresses";
  return [{ isFault: true, text }];
}

function cookieScope({ cookieDomain, url }: Site): Finding {
  const reach =
    cookieDomain === undefined
      ? `${url.hostname} alone`
      : `${cookieDomain} and every host beneath it`;
  return { isFault: false, text: `cookie of ${url.href}: reaches ${reach}` };
}
