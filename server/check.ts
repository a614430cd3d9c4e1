import { randomUUID } from "node:crypto";
import { createApp } from "./app.ts";
import type { Config } from "./config/schema.ts";
import { createSite } from "./config/site.ts";
import { createLog, reasonsOf } from "./observe/log.ts";
import { openStore } from "./session/storage.ts";

export interface Finding {
  readonly isFault: boolean;
  readonly text: string;
}

/** Looks at everything that a sign-in will need. The configuration itself has been checked by then. */
export async function check(config: Config): Promise<Finding[]> {
  const app = await createApp(config, { log: createLog() });
  const issuers = await Promise.all(
    [...app.parties.values()].map(({ name, issuer, discover }) =>
      found(`provider ${name}: ${issuer}`, async () => {
        await discover();
        return `discovered; register the redirect URI ${createSite(config).redirectUri} there`;
      }),
    ),
  );
  await app.close();
  return [
    cookieScope(config),
    await found(`store ${config.storage.driver}`, () => tryStore(config)),
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

async function tryStore({ storage }: Config): Promise<string> {
  const store = await openStore(storage);
  const key = `check:${randomUUID()}`;
  try {
    await store.set(key, { written: true }, 60);
    if ((await store.get(key)) === null) throw new Error("what was written cannot be read back");
    await store.remove(key);
  } finally {
    await store.close();
  }
  return storage.driver === "memory" ? "works; sessions end with the process" : "works";
}

function cookieScope(config: Config): Finding {
  const { cookieDomain, url } = createSite(config);
  const reach =
    cookieDomain === undefined
      ? `${url.hostname} alone`
      : `${cookieDomain} and every host beneath it`;
  return { isFault: false, text: `cookie: reaches ${reach}; other hosts are refused` };
}
