import { describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { json, type Path, type Reply } from "../peers/hostile-issuer.ts";
import { refusalFaults, openSignInDoor } from "../peers/sign-in-door.ts";
import { endsWithin } from "../peers/times.ts";

/** doorward waits four seconds for an issuer, and Node itself minutes. */
const mostMs = 15_000;

const never: Reply = () => undefined;

/** Sends the head and the first byte, and nothing more. */
const drip: Reply = (response) => {
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "1000" });
  response.write("{");
};

const late: Reply = (response) => {
  setTimeout(() => json(response, 200, {}), 5_000).unref();
};

// Concurrent, because each test waits for doorward's timeout.
describe.concurrent("a slow issuer", () => {
  it.for<[string, Reply]>([
    ["never responds", never],
    ["responds after five seconds", late],
    ["stops in the middle of its response", drip],
  ])("that %s to discovery causes an error page in time", async ([, reply]) => {
    const door = await openSignInDoor();
    const ada = door.browser();
    await door.signIn(ada);
    door.clock.now += 60 * 60_000;
    const other = await openSignInDoor();
    other.issuer.twist = { reply: { "/.well-known/openid-configuration": reply } };

    const waiting = other.browser().ask(`${other.site}/start`, { headers: navigation });
    const meanwhile = await door.verify(ada);
    const isInTime = await endsWithin(mostMs, waiting);
    const answer = await waiting;

    expect(answer.status).toBe(503);
    expect(answer.body).toContain("Sign-in is not possible right now");
    expect(isInTime).toBe(true);
    expect(meanwhile.status).toBe(200);
    await Promise.all([door.close(), other.close()]);
  });

  it.for<[Path, string, Reply]>([
    ["/token", "never responds", never],
    ["/token", "responds after five seconds", late],
    ["/token", "stops in the middle of its response", drip],
    ["/userinfo", "never responds", never],
    ["/jwks", "never responds", never],
  ])("at %s that %s causes an error page in time, and no session", async ([path, , reply]) => {
    const door = await openSignInDoor();
    door.issuer.twist = { reply: { [path]: reply } };
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser));

    const waiting = door.callback(browser, url);
    const isInTime = await endsWithin(mostMs, waiting);
    const answer = await waiting;

    expect(answer.status).toBe(503);
    expect(isInTime).toBe(true);
    expect(await refusalFaults(door, browser, answer)).toEqual([]);
    await door.close();
  });
});
