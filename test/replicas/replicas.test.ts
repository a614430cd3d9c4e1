import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { startReplicas, type Replicas } from "./replicas.ts";

let replicas: Replicas;

afterEach(() => replicas.close());

const refreshes = () =>
  replicas.issuer.received.filter(({ body }) => body.includes("grant_type=refresh_token")).length;

/** How long after now a request may still begin that this replica lets pass, in milliseconds. */
async function passing(replica: number, cookie: string): Promise<number> {
  const ended = performance.now();
  for (let last = 0; ;) {
    const begun = performance.now() - ended;
    const { status } = await replicas.verify(replica, cookie);
    if (status !== 200) return last;
    last = begun;
  }
}

describe("three replicas that share a Redis", () => {
  it("let a session pass on all, and refuse it on all within 100 ms of its end on one", async () => {
    replicas = await startReplicas(3);
    const took: number[] = [];
    const before: number[] = [];

    for (let round = 0; round < 200; round++) {
      const cookie = await replicas.signedIn(round);
      for (const one of [0, 1, 2]) before.push((await replicas.verify(one, cookie)).status);
      await replicas.signOut(round, cookie);
      took.push(Math.max(...(await Promise.all([0, 1, 2].map((one) => passing(one, cookie))))));
    }

    took.sort((one, other) => one - other);
    expect(new Set(before)).toEqual(new Set([200]));
    expect(took[Math.floor(took.length * 0.99)]).toBeLessThan(100);
  });

  it("ask the issuer once, with a token that works once, for a hundred requests on all of them", async () => {
    replicas = await startReplicas(3, { session: { refresh: "2s" } });
    replicas.issuer.twist = { refreshes: true };
    const cookie = await replicas.signedIn();
    for (const one of [0, 1, 2]) await replicas.verify(one, cookie);
    await wait(2_100); // the age of the issuer's word is what this is about

    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => replicas.verify(index, cookie)),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(refreshes()).toBe(1);
  });

  it("take an issuer's answer once, wherever it comes", async () => {
    replicas = await startReplicas(3);
    const browser = replicas.browserAt(0);
    const start = await browser.open("http://localhost:8080/_auth/start", 0);
    const url = replicas.issuer.consent(String(start.headers.location));
    const Cookie = await browser.jar.getCookieString(url);

    const answers = await Promise.all(
      [0, 1, 2].map((one) => replicas.browserAt(one).ask(url, { headers: { Cookie } })),
    );

    expect(answers.map(({ status }) => status).toSorted()).toEqual([302, 400, 400]);
    expect(replicas.issuer.asked("/token")).toBe(1);
  });
});
