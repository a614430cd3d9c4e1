import { afterEach, describe, expect, it } from "vitest";
import type { Issuer } from "../../demo/issuer.ts";
import type { Browser } from "../peers/browser.ts";
import { freePort } from "../peers/free-port.ts";
import { runDoorward } from "../peers/process.ts";
import { until } from "../peers/until.ts";
import { client } from "../peers/sign-in-door.ts";
import { leastOf } from "../peers/times.ts";
import { startRefreshingIssuer } from "./refreshing-issuer.ts";
import { site, startReplicas, type Replicas } from "./replicas.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";

const patience = { timeout: 120_000 };

let replicas: Replicas;
let certified: Issuer | undefined;

afterEach(async () => {
  await replicas.close();
  await certified?.close();
  certified = undefined;
});

async function statuses(cookie: string): Promise<number[]> {
  return Promise.all(replicas.processes.map((_, one) => replicas.statusOf(one, cookie)));
}

/** Signs Ada in, again if Redis stalls during the sign-in. Returns the `Cookie` header. */
async function signedIn(browser: Browser): Promise<string> {
  // A second doorward session for the same issuer session.
  await browser.jar.setCookie(`${cookieNameOf(site)}=; Max-Age=0; Path=/`, site);
  let cookie = "";
  await until(async () => {
    await browser.signIn(`${site}/start`, "ada");
    cookie = await browser.jar.getCookieString(site);
    return (await replicas.statusOf(0, cookie)) === 200;
  });
  return cookie;
}

/** Signs out at the issuer itself, which shows a confirmation page first. */
async function signOutAtIssuer(browser: Browser, issuer: string): Promise<void> {
  const page = await browser.open(`${issuer}/session/end`);
  const [, xsrf = ""] = /name="xsrf" value="([^"]+)"/.exec(page.body) ?? [];
  await browser.ask(`${issuer}/session/end/confirm`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ xsrf, logout: "yes" }).toString(),
  });
}

describe("a sign-out at the issuer (oidc-provider, back-channel)", patience, () => {
  it("sent to one replica ends its sessions on all within 100 ms, and no others", async () => {
    const port = await freePort();
    const issuer = `http://127.0.0.1:${port}`;
    const company = { type: "oidc", issuer, ...client };
    replicas = await startReplicas(3, { providers: { company } });
    const [, notified] = replicas.processes;
    certified = await startRefreshingIssuer({
      port,
      site,
      signOutUri: `http://127.0.0.1:${notified?.port}/_auth/sign_out`,
    });
    const elsewhere = await signedIn(replicas.browserAt(2));
    let rounds = 0;

    const took = await leastOf(100, async () => {
      rounds++;
      const ada = replicas.browserAt(0);
      const cookies = [await signedIn(ada), await signedIn(ada)];
      const before = await Promise.all([...cookies, elsewhere].map(statuses));
      expect(new Set(before.flat())).toEqual(new Set([200]));
      expect(cookies[0]).not.toBe(cookies[1]);
      await signOutAtIssuer(ada, issuer);
      return Math.max(...(await Promise.all(cookies.map((one) => replicas.passing(one)))));
    });

    expect(took).toBeLessThan(100);
    expect(await statuses(elsewhere)).toEqual([200, 200, 200]);
    expect(await notified?.logged("signed out by the issuer", rounds)).toHaveLength(rounds);
  });
});

describe.each([
  ["Redis", 3, {}, 100],
  // A file store is polled once a second.
  ["a folder", 1, { replicas: false, storage: { driver: "fs-lite", base: "data" } }, 2_000],
] as const)(
  "`doorward sessions revoke` next to a service with %s",
  patience,
  (_, count, settings, mostMs) => {
    it("ends the sessions of one subject, or all, in time, and no session that begins later", async () => {
      replicas = await startReplicas(count, settings);
      const [first] = replicas.processes;
      const { issuer } = replicas;
      const signedInAs = (sub: string) => {
        issuer.twist = { claims: { sub }, userinfo: { sub } };
        return replicas.signedIn();
      };
      // Again if Redis stalls for longer than the command waits.
      const revoke = async (...words: string[]) => {
        const all = ["sessions", "revoke", ...words, "--config", first?.file.path ?? ""];
        let stdout = "";
        await until(async () => {
          const ended = await runDoorward(all, {}, first?.file.folder);
          stdout = ended.stdout;
          return ended.code === 0;
        });
        return stdout;
      };
      const passing = async (cookies: readonly string[]) =>
        Math.max(...(await Promise.all(cookies.map((cookie) => replicas.passing(cookie)))));

      const took = await leastOf(mostMs, async () => {
        const [one, two] = [await signedInAs("ada"), await signedInAs("ada")];
        const bob = await signedInAs("bob");
        const before = await Promise.all([one, two, bob].map(statuses));

        const shown = await revoke("--subject", "ada");
        const ofAda = await passing([one, two]);
        const again = await signedInAs("ada");
        const between = [...(await statuses(again)), ...(await statuses(bob))];
        await revoke("--all");
        const ofAll = await passing([again, one, two, bob]);
        const after = await statuses(await signedInAs("ada"));

        expect(shown).toContain(`ended all sessions of ada at ${issuer.issuer}`);
        expect(new Set([...before.flat(), ...between, ...after])).toEqual(new Set([200]));
        return Math.max(ofAda, ofAll);
      });

      expect(took).toBeLessThan(mostMs);
    });
  },
);
