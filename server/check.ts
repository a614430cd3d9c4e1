import { checkProvider, type Finding } from "./check-provider.ts";
import type { Config } from "./config/schema.ts";
import { createSites, type Site } from "./config/site.ts";
import { createLog, reasonsOf } from "./observe/log.ts";
import { createParties } from "./parties.ts";
import { createOpenAuthentication } from "./sign-in/client-authentication.ts";
import type { Directory } from "./sign-in/directory.ts";
import { createIssuerFetch } from "./sign-in/issuer-fetch.ts";
import { tryStore } from "./store/try-store.ts";

/** Looks at everything that a sign-in will need. The configuration itself has been checked by then. */
export async function check(config: Config): Promise<Finding[]> {
  const log = createLog(process.stderr);
  const parties = createParties(config, {
    fetch: createIssuerFetch(fetch),
    now: Date.now,
    log,
    openAuthentication: createOpenAuthentication(log),
  });
  const ofProviders = await Promise.all(
    [...parties.values()].map((party) => checkProvider(config, party)),
  );
  const directories = [...parties.values()].flatMap(({ name, directory }) =>
    directory === undefined ? [] : found(`directory of ${name}`, () => tryDirectory(directory)),
  );
  return [
    ...createSites(config).map(cookieScope),
    ...addressRules(config),
    await found(`store ${config.storage.driver}`, () => tryStore(config.storage)),
    ...ofProviders.flat(),
    ...(await Promise.all(directories)),
  ];
}

async function tryDirectory({ checkKey, checkGrant }: Directory): Promise<string> {
  await checkKey();
  await checkGrant();
  return "the service account may ask it";
}

async function found(what: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { isFault: false, text: `${what}: ${await look()}` };
  } catch (error) {
    return { isFault: true, text: `${what}: ${reasonsOf(error)}` };
  }
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
