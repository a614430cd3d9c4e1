import { afterEach, describe, expect, it } from "vitest";
import type { Issuer } from "../../demo/issuer.ts";
import type { Browser } from "../peers/browser.ts";
import { freePort } from "../peers/free-port.ts";
import { runDoorward } from "../peers/process.ts";
import { client } from "../peers/sign-in-door.ts";
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
  const answers = replicas.processes.map((_, one) => replicas.verify(one, cookie));
  return (await Promise.all(answers)).map(({ status }) => status);
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
    const [ada, other] = [replicas.browserAt(0), replicas.browserAt(2)];
    await ada.signIn(`${site}/start`, "ada");
    const first = await ada.jar.getCookieString(site);
    // A second doorward session for the same issuer session.
    await ada.jar.setCookie(`${cookieNameOf(site)}=; Max-Age=0; Path=/`, site);
    await ada.signIn(`${site}/start`, "ada");
    const second = await ada.jar.getCookieString(site);
    await other.signIn(`${site}/start`, "ada");
    const elsewhere = await other.jar.getCookieString(site);
    const before = await Promise.all([first, second, elsewhere].map(statuses));

    await signOutAtIssuer(ada, issuer);
    const took = await Promise.all([first, second].map((cookie) => replicas.passing(cookie)));

    expect(new Set(before.flat())).toEqual(new Set([200]));
    expect(first).not.toBe(second);
    expect(Math.max(...took)).toBeLessThan(100);
    expect(await statuses(elsewhere)).toEqual([200, 200, 200]);
    expect(await notified?.logged("signed out by the issuer")).toHaveLength(1);
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
      const revoke = (...words: string[]) =>
        runDoorward(
          ["sessions", "revoke", ...words, "--config", first?.file.path ?? ""],
          {},
          first?.file.folder,
        );
      const cookies = [await signedInAs("ada"), await signedInAs("ada"), await signedInAs("bob")];
      const before = await Promise.all(cookies.map(statuses));

      const one = await revoke("--subject", "ada");
      const took = await Promise.all(cookies.slice(0, 2).map((cookie) => replicas.passing(cookie)));
      const again = await signedInAs("ada");
      const between = [...(await statuses(again)), ...(await statuses(cookies[2] ?? ""))];
      const all = await revoke("--all");
      took.push(...(await Promise.all([again, ...cookies].map((each) => replicas.passing(each)))));
      const after = await statuses(await signedInAs("ada"));

      expect([one.code, all.code]).toEqual([0, 0]);
      expect(one.stdout).toContain(`ended all sessions of ada at ${issuer.issuer}`);
      expect(new Set([...before.flat(), ...between, ...after])).toEqual(new Set([200]));
      expect(Math.max(...took)).toBeLessThan(mostMs);
    });
  },
);
