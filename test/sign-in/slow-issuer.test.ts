import { describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { json, type Path, type Reply } from "../peers/hostile-issuer.ts";
import { refusalFaults, openSignInDoor } from "../peers/sign-in-door.ts";

const never: Reply = () => undefined;

/** Sends the head and a first byte at once, the rest not at all. */
const drip: Reply = (response) => {
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "1000" });
  response.write("{");
};

const late: Reply = (response) => {
  setTimeout(() => json(response, 200, {}), 5_000).unref();
};

// Side by side: each waits for its issuer as long as doorward has patience.
describe.concurrent("an issuer that keeps us waiting", () => {
  it.for<[string, Reply]>([
    ["never answers", never],
    ["answers after five seconds", late],
    ["begins its answer and stops", drip],
  ])("and %s about itself: a page that says so within five seconds", async ([, reply]) => {
    const door = await openSignInDoor();
    const ada = door.browser();
    await door.signIn(ada);
    door.clock.now += 60 * 60_000;
    const other = await openSignInDoor();
    other.issuer.twist = { reply: { "/.well-known/openid-configuration": reply } };
    const begun = performance.now();

    const waiting = other.browser().ask(`${other.site}/start`, { headers: navigation });
    const meanwhile = await door.verify(ada);
    const answer = await waiting;

    expect(answer.status).toBe(503);
    expect(answer.body).toContain("Sign-in is not possible right now");
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(meanwhile.status).toBe(200);
    await Promise.all([door.close(), other.close()]);
  });

  it.for<[Path, string, Reply]>([
    ["/token", "never answers", never],
    ["/token", "answers after five seconds", late],
    ["/token", "begins its answer and stops", drip],
    ["/userinfo", "never answers", never],
    ["/jwks", "never answers", never],
  ])("at %s and %s: a page within five seconds, and nobody signed in", async ([path, , reply]) => {
    const door = await openSignInDoor();
    door.issuer.twist = { reply: { [path]: reply } };
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser));
    const begun = performance.now();

    const answer = await door.callback(browser, url);

    expect(answer.status).toBe(503);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await refusalFaults(door, browser, answer)).toEqual([]);
    await door.close();
  });
});
