import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { createSecret } from "../../server/config/secret.ts";
import { Browser, navigation } from "../peers/browser.ts";
import { testSecret } from "../peers/doorward.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { startSignedInProcess, type SignedInProcess } from "./signed-in-process.ts";

let ada: SignedInProcess;
let others: HostileIssuer | undefined;
let redis: RedisServer | undefined;
afterEach(async () => {
  await ada.close();
  await Promise.all([others?.close(), redis?.close()]);
  [others, redis] = [undefined, undefined];
});

/** Begins a sign-in at an issuer, and returns the callback's URL. */
async function begin(browser: Browser, issuer: HostileIssuer, query = ""): Promise<string> {
  const start = await browser.ask(`${ada.doorward.site}/start${query}`, { headers: navigation });
  return issuer.consent(String(start.headers.location));
}

async function verdict(browser: Browser): Promise<number> {
  const headers = forwarded(ada.doorward.site);
  return (await browser.ask(`${ada.doorward.site}/verify`, { headers })).status;
}

describe("after a reload with another secret", () => {
  const next = createSecret();

  it("sessions and sign-ins in progress continue only while the old secret is listed", async () => {
    ada = await startSignedInProcess();
    const early = new Browser();
    const late = new Browser();
    const [first, second] = [await begin(early, ada.issuer), await begin(late, ada.issuer)];

    await ada.reload({ secret: [next, testSecret] });
    const rotated = await ada.isAlive();
    const finished = await early.ask(first, { headers: navigation });
    const opened = await verdict(early);
    await ada.reload({ secret: [next] });
    const dropped = await ada.isAlive();
    const kept = await verdict(early);
    const broken = await late.ask(second, { headers: navigation });

    expect([rotated, finished.status, opened]).toEqual([true, 302, 200]);
    expect([dropped, kept, broken.status]).toEqual([false, 200, 400]);
  });
});

describe("sessions of a provider", () => {
  const setUp = async () => {
    others = await startHostileIssuer();
    const company = { type: "oidc", clientId: "door", clientSecret: "x".repeat(20) };
    const partner = { ...company, issuer: others.issuer };
    ada = await startSignedInProcess();
    const providers = { company: { ...company, issuer: ada.issuer.issuer }, partner };
    await ada.reload({ providers });
    const bob = new Browser();
    await bob.ask(await begin(bob, others, "?provider=partner"), { headers: navigation });
    return { bob, providers };
  };

  it.each([
    ["end when its client id has changed", { clientId: "window" }, 302],
    ["end when its issuer has changed", { issuer: "http://127.0.0.1:9" }, 302],
    ["continue when its client secret has changed", { clientSecret: "y".repeat(20) }, 200],
  ])("%s, and those of other providers continue", async (_, changed, expected) => {
    const { bob, providers } = await setUp();
    const before = [await ada.isAlive(), await verdict(bob)];

    await ada.reload({
      providers: { ...providers, partner: { ...providers.partner, ...changed } },
    });
    const after = [await ada.isAlive(), await verdict(bob)];

    expect(before).toEqual([true, 200]);
    expect(after).toEqual([true, expected]);
  });

  it("end when it is removed, and those of other providers continue", async () => {
    const { bob, providers } = await setUp();

    await ada.reload({ providers: { company: providers.company } });

    expect(await ada.isAlive()).toBe(true);
    expect(await verdict(bob)).toBe(302);
  });
});

describe("a session that ends during a reload", () => {
  it.each(["memory", "redis"])(
    "has ended under the new configuration too, in %s",
    async (driver) => {
      redis = driver === "redis" ? await startRedis() : undefined;
      ada = await startSignedInProcess({ storage: { driver, ...(redis && { url: redis.url }) } });
      const { doorward, cookie, lines } = ada;
      const head = `POST /_auth/sign_out HTTP/1.1\r\nHost: localhost:${doorward.port}\r\n`;
      const form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4\r\n";
      const signOut = connect(doorward.port, "127.0.0.1");
      signOut.write(`${head}${form}Cookie: ${cookie}\r\nConnection: close\r\n\r\n`);
      await ada.isAlive(); // so that the half request has arrived

      await ada.reload({ access: { emails: ["ada@example.com"] } });
      const before = await ada.isAlive();
      signOut.write("a=bc");
      const answer = await text(signOut);
      const ask = "GET /_auth/verify HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
      const after = await doorward.raw(`${ask}Cookie: ${cookie}\r\n${lines}\r\n`);

      expect(before).toBe(true);
      expect(answer).toMatch(/^HTTP\/1\.1 (200|303) /);
      expect(after).toMatch(/^HTTP\/1\.1 302 /);
    },
  );
});
