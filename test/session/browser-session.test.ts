import { createStorage } from "unstorage";
import { beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import {
  conflict,
  findBrowserSession,
  sessionTokens,
} from "../../server/session/browser-session.ts";
import type { Sessions } from "../../server/session/sessions.ts";
import { createToken } from "../../server/session/token.ts";
import { createStore } from "../../server/store/plain-store.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const name = site.sessionCookieName;
const dead = Array.from({ length: 4 }, createToken);
let sessions: Sessions;
let ada: string;
let bob: string;

beforeEach(async () => {
  sessions = openSessions({ store: createStore(createStorage()) });
  ada = await sessions.start(newSession(site, { subject: "ada" }));
  bob = await sessions.start(newSession(site, { subject: "bob" }));
});

const asked = { requestId: "edge-1" };

/** The subject of the browser's session, the conflict, or nothing. */
async function found(...values: string[]): Promise<string | undefined> {
  const cookies = values.map((value) => `${name}=${value}`).join("; ");
  const session = await findBrowserSession(sessions, site, cookies, asked);
  return session === conflict ? conflict : session?.record.identity.subject;
}

describe("the session of a browser", () => {
  it("is absent without cookies", async () => {
    expect(findBrowserSession(sessions, site, undefined, asked)).toBeUndefined();
    expect(findBrowserSession(sessions, site, "", asked)).toBeUndefined();
    expect(findBrowserSession(sessions, site, `a=b; ${name}x=${ada}`, asked)).toBeUndefined();
    expect(await found("")).toBeUndefined();
    expect(await found(dead[0] ?? "")).toBeUndefined();
  });

  it("is that of its only cookie, at once if it is in memory", () => {
    const session = findBrowserSession(sessions, site, `a=b; ${name}=${ada}`, asked);

    expect(session).toMatchObject({ record: { identity: { subject: "ada" } } });
  });

  it("is the only live one of up to four", async () => {
    const [one = "", two = "", three = ""] = dead;

    expect(await found(ada, one)).toBe("ada");
    expect(await found(one, ada)).toBe("ada");
    expect(await found("nonsense", bob, "")).toBe("bob");
    expect(await found(ada, ada)).toBe("ada");
    expect(await found(one, two, three, ada)).toBe("ada");
  });

  it("is absent if none of several is live", async () => {
    expect(await found(...dead)).toBeUndefined();
    expect(await found("a", "b")).toBeUndefined();
  });

  it("is not looked for among more than four, and is a conflict there", async () => {
    expect(await found(...dead, ada)).toBeUndefined();
    // A sibling host that sets five cookies must not choose which of two live sessions counts.
    expect(await found(ada, ...dead, bob)).toBe(conflict);
    expect(await found(ada, ...dead)).toBe(conflict);
    expect(await found(ada, ...dead.slice(1))).toBe("ada");
  });

  it("is a conflict if two are live", async () => {
    expect(await found(ada, bob)).toBe(conflict);
    expect(await found(dead[0] ?? "", bob, ada)).toBe(conflict);
  });
});

it("the tokens of a browser are the first different values that can be tokens", () => {
  const cookies = [ada, "nonsense", ada, bob, ...dead]
    .map((value) => `${name}=${value}`)
    .join("; ");

  expect(sessionTokens(site, cookies)).toEqual([ada, bob, dead[0]]);
  expect(sessionTokens(site, cookies, 3)).toEqual([ada, bob]);
  expect(sessionTokens(site, undefined)).toEqual([]);
});
