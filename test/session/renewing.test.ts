import { createStorage } from "unstorage";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { SealedRecords } from "../../server/session/sealed-records.ts";
import type { Sessions } from "../../server/session/sessions.ts";
import { noTokens } from "../../server/sign-in/token-endpoint.ts";
import { createStore } from "../../server/store/plain-store.ts";
import type { Store } from "../../server/store/store.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { testSecret } from "../peers/doorward.ts";
import { issuerKey, jwkOf, rs256 } from "../peers/jwt.ts";
import {
  issuer,
  memoryParty,
  metadataPath,
  usualMetadata,
  type Reply,
} from "../peers/memory-party.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const hour = 3_600_000;
const begun = 1_700_000_000_000;
const header = { alg: "RS256", kid: "one" };
const seconds = Math.floor(Date.now() / 1000);
const claims = { iss: issuer, sub: "ada", aud: "door", sid: "s", iat: seconds, exp: seconds + 300 };
const idToken = rs256(header, claims);

let clock = { now: begun };
let requests: string[];
let replies: Record<string, Reply>;
let events: Record<string, unknown>[];
let store: Store;
let sessions: Sessions;
let token: string;
let issued: number;

const refused: Reply = async () => Response.json({ error: "invalid_grant" }, { status: 400 });
const down: Reply = async () => new Response("", { status: 503 });
const good: Record<string, Reply> = {
  "/token": async () =>
    Response.json({
      access_token: `a-${++issued}`,
      refresh_token: `r-${issued}`,
      token_type: "bearer",
      expires_in: 60,
    }),
  "/me": async () => Response.json({ sub: "ada", groups: ["later"] }),
  "/revoke": async () => new Response(""),
};

const now = () => clock.now;
const party = () =>
  memoryParty(
    async (path, form) => {
      if (path === metadataPath) return Response.json(usualMetadata);
      if (path === "/keys") return Response.json({ keys: [jwkOf(issuerKey.publicKey, "one")] });
      requests.push(`${path} ${form.get("refresh_token") ?? form.get("token") ?? ""}`.trim());
      return (replies[path] ?? down)(path, form);
    },
    { now },
  );

async function start(): Promise<string> {
  const tokens = {
    accessToken: "a-0",
    accessTokenExpiresAt: undefined,
    refreshToken: "r-0",
    idToken,
  };
  return sessions.start({ ...newSession(site, { groups: ["earlier"] }), tokens });
}

function open(changes: Partial<Parameters<typeof openSessions>[0]> = {}): Sessions {
  const { log, events: written } = capturingLog();
  events = written;
  return openSessions({
    store,
    now,
    log,
    parties: new Map([["company", party()]]),
    lifetimeMs: 24 * hour,
    idleMs: 24 * hour,
    refreshMs: hour,
    graceMs: hour,
    keepsIdToken: true,
    ...changes,
  });
}

beforeEach(async () => {
  clock = { now: begun };
  [requests, issued, replies] = [[], 0, { ...good }];
  store = createStore(createStorage());
  sessions = open();
  token = await start();
});
afterEach(() => void vi.useRealTimers());

/** The groups of the session now; undefined = there is none. */
async function groups(of = token): Promise<readonly string[] | undefined> {
  return (await sessions.find(site, of, { requestId: "edge-1" }))?.record.identity.groups;
}

/** Without a timer, which some tests hold. */
async function until(isMet: () => boolean): Promise<void> {
  while (!isMet()) await new Promise((resolve) => void setImmediate(resolve));
}

const openRecords = () => new SealedRecords({ store, secrets: [testSecret], idleMs: hour, now });
const stored = () => openRecords().read(token);
const messages = () => events.map(({ msg }) => msg);
const failure = "session renewal failed; the session is kept within its grace time";

describe("a renewal with a refresh token", () => {
  it("starts in the background at four fifths of the time", async () => {
    clock.now = begun + 0.8 * hour - 1;
    expect(await groups()).toEqual(["earlier"]);
    await sessions.settle();
    expect(requests).toEqual([]);

    clock.now++;
    expect(await groups()).toEqual(["earlier"]);
    await sessions.settle();
    expect(requests).toEqual(["/token r-0", "/me"]);
    expect(await groups()).toEqual(["later"]);
  });

  it("is awaited from the time when the session is stale", async () => {
    clock.now = begun + hour;

    expect(await groups()).toEqual(["later"]);
    expect(requests).toEqual(["/token r-0", "/me"]);
  });

  it("keeps the new refresh token and the old ID token, and no access token", async () => {
    clock.now = begun + hour;
    await groups();

    expect((await stored())?.record).toMatchObject({
      askedAt: clock.now,
      tokens: { accessToken: undefined, refreshToken: "r-1", idToken },
    });
    expect((await stored())?.version).toBe(3);
  });

  it("takes the groups of a new ID token, as they are", async () => {
    const fresh = rs256(header, { ...claims, groups: ["fresh"] });
    replies["/token"] = async () =>
      Response.json({
        access_token: "a-1",
        refresh_token: "r-1",
        token_type: "bearer",
        id_token: fresh,
      });
    replies["/me"] = async () => Response.json({ sub: "ada" });
    clock.now = begun + hour;

    expect(await groups()).toEqual(["fresh"]);
  });

  it("keeps a later refresh token that another process stored after this one lost its lease", async () => {
    replies["/token"] = async (...parts) => {
      const answer: unknown = await (await good["/token"]?.(...parts))?.json();
      return Response.json(Object.assign({}, answer, { id_token: idToken }));
    };
    replies["/me"] = async (...parts) => {
      const found = await stored();
      if (found === undefined) return down(...parts);
      const tokens = { ...(found.record.tokens ?? noTokens), refreshToken: "r-later" };
      await openRecords().replace(token, { ...found.record, tokens }, found.version);
      return good["/me"]?.(...parts) ?? new Response("");
    };
    clock.now = begun + hour;

    expect(await groups()).toEqual(["later"]);
    expect(requests).toEqual(["/token r-0", "/me"]);
    expect((await stored())?.record.tokens?.refreshToken).toBe("r-later");
  });

  it("is repeated with the new refresh token, at the same pace", async () => {
    clock.now = begun + hour;
    await groups();
    clock.now += hour - 1;
    await groups();
    await sessions.settle();

    expect(requests).toEqual(["/token r-0", "/me", "/token r-1", "/me"]);
  });

  it("is one, however many requests wait for it", async () => {
    clock.now = begun + hour;

    expect(new Set((await Promise.all(Array.from({ length: 9 }, () => groups()))).flat())).toEqual(
      new Set(["later"]),
    );
    expect(requests).toEqual(["/token r-0", "/me"]);
  });
});

describe("a session that expires during its renewal, and a clock that goes back then", () => {
  it.each([
    ["in the background", 0.8 * hour],
    ["before the response", hour],
  ])("does not count again after a renewal %s", async (_, passed) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const remove = store.remove.bind(store);
    store.remove = (key) => promise.then(() => remove(key));
    const answer = Promise.withResolvers<void>();
    replies["/token"] = async (...parts) => {
      await answer.promise;
      return good["/token"]?.(...parts) ?? new Response("");
    };
    clock.now = begun + passed;
    const waiting = groups();
    await until(() => requests.length > 0);

    clock.now = begun + 24 * hour;
    const over = await groups();
    clock.now = begun + passed;
    answer.resolve();
    const waited = await waiting;
    await expect.poll(async () => (await stored())?.version).toBe(3); // the renewed record
    const afterwards = await groups();
    resolve();
    await sessions.settle();

    expect([over, afterwards]).toEqual([undefined, undefined]);
    // Only a request before the end got the session.
    expect(waited).toEqual(passed === hour ? undefined : ["earlier"]);
  });
});

describe("an issuer that no longer confirms a session", () => {
  it("ends it everywhere, and the log names whose", async () => {
    replies["/token"] = refused;
    clock.now = begun + hour;

    expect(await groups()).toBeUndefined();
    await sessions.settle();
    expect(await stored()).toBeUndefined();
    expect(events).toMatchObject([
      {
        level: 30,
        msg: "session ended by the issuer",
        provider: "company",
        issuer,
        subject: "ada",
        event: "session_ended",
        requestId: "edge-1",
        reason: "refused_by_issuer",
        detail: expect.stringContaining(`renewal at ${issuer} failed`),
      },
    ]);
  });

  it("ends it although its record is not removed yet", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const remove = store.remove.bind(store);
    store.remove = (key) => promise.then(() => remove(key));
    replies["/token"] = refused;
    clock.now = begun + hour;

    const asked = await groups();
    replies = { ...good };
    const afterwards = await groups();
    const inStore = await stored();
    resolve();
    await sessions.settle();

    expect([asked, afterwards]).toEqual([undefined, undefined]);
    expect(inStore).toBeDefined();
  });

  it("also at userinfo, where the new refresh token is revoked", async () => {
    replies["/me"] = async () => new Response("", { status: 403 });
    clock.now = begun + hour;

    expect(await groups()).toBeUndefined();
    await sessions.settle();
    expect(requests).toEqual(["/token r-0", "/me", "/revoke r-1"]);
  });

  it("does not pause the renewals of others", async () => {
    replies["/token"] = refused;
    const other = await start();
    clock.now = begun + hour;
    await groups();
    replies = { ...good };

    expect(await groups(other)).toEqual(["later"]);
  });
});

describe("a renewal that fails for a while", () => {
  it.each(["/token", "/me"])(
    "at %s keeps the session for the grace time, and says why",
    async (path) => {
      replies[path] = down;
      clock.now = begun + hour;
      expect(await groups()).toEqual(["earlier"]);

      expect(events).toMatchObject([
        {
          msg: failure,
          event: "refresh_failed",
          requestId: "edge-1",
          detail: expect.stringContaining("failed"),
        },
      ]);
      clock.now = begun + 2 * hour - 1;
      expect(await groups()).toEqual(["earlier"]);
      clock.now++;
      expect(await groups()).toBeUndefined();
      expect(requests.filter((request) => request.startsWith("/revoke"))).toEqual([]);
    },
  );

  it("at userinfo keeps the new refresh token", async () => {
    replies["/me"] = down;
    clock.now = begun + hour;
    await groups();

    expect((await stored())?.record.tokens?.refreshToken).toBe("r-1");
    expect((await stored())?.record.askedAt).toBe(begun);
  });

  it("is tried again after a pause", async () => {
    replies["/token"] = down;
    clock.now = begun + hour;
    await groups();
    await groups();
    expect(requests).toHaveLength(1);
    replies = { ...good };
    clock.now += 3_999;
    expect(await groups()).toEqual(["earlier"]);
    clock.now += 1;

    expect(await groups()).toEqual(["later"]);
  });

  it("is no failure of another session, which is tried after the issuer's pause alone", async () => {
    const other = await start();
    replies["/token"] = down;
    clock.now = begun + hour;
    await groups();
    replies = { ...good };
    clock.now += 1_000;

    expect(await groups(other)).toEqual(["later"]);
    expect(await groups()).toEqual(["later"]); // the issuer had caused it
  });

  it("is one request for two sessions that are due together", async () => {
    const other = await start();
    replies["/token"] = down;
    clock.now = begun + hour;

    expect(await Promise.all([groups(), groups(other)])).toEqual([["earlier"], ["earlier"]]);
    expect(requests).toHaveLength(1);
  });

  it("because of the store is logged, and counts for no pause of the issuer", async () => {
    const { get } = store;
    store.get = () => Promise.reject(new Error("the store is down"));
    clock.now = begun + 0.8 * hour;
    expect(await groups()).toEqual(["earlier"]);
    await sessions.settle();
    store.get = get;

    expect(events).toMatchObject([{ level: 40, msg: failure, reason: "the store is down" }]);
    expect(await groups()).toEqual(["earlier"]);
    await sessions.settle();
    expect(await groups()).toEqual(["later"]);
  });
});

describe("a renewal that the issuer answers late", () => {
  const pending = async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    replies["/token"] = async (...parts) => {
      await promise;
      return good["/token"]?.(...parts) ?? new Response("");
    };
    clock.now = begun + hour;
    const found = groups();
    await until(() => requests.length === 1);
    return { found, resolve };
  };

  it("is not awaited for more than five seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { found, resolve } = await pending();
    await vi.advanceTimersByTimeAsync(5_000);

    expect(await found).toEqual(["earlier"]);
    resolve();
    vi.useRealTimers();
    await sessions.settle();
    expect(await groups()).toEqual(["later"]);
  });

  it("gives no request a session that expired meanwhile, also if the clock goes back", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { found, resolve } = await pending();
    const { now: before } = clock;
    clock.now = begun + 24 * hour;
    const over = await groups();
    clock.now = before;
    await vi.advanceTimersByTimeAsync(5_000);

    expect([over, await found]).toEqual([undefined, undefined]);
    resolve();
    vi.useRealTimers();
    await sessions.settle();
  });

  it("ends with a session that is signed out meanwhile, and its new refresh token is revoked", async () => {
    const { found, resolve } = await pending();
    await sessions.end(site, token);
    resolve();

    expect(await found).toBeUndefined();
    await until(() => requests.includes("/revoke r-1"));
    expect(requests).not.toContain("/me");
  });

  it("says so if that refresh token cannot be revoked", async () => {
    replies["/revoke"] = down;
    const { found, resolve } = await pending();
    await sessions.end(site, token);
    resolve();
    await found;

    await until(() => messages().includes("could not revoke a refresh token"));
    expect(events.at(-1)?.reason).toContain("revoking a refresh token");
  });

  it("ends with a session whose lifetime is over meanwhile", async () => {
    sessions = open({ lifetimeMs: 1.5 * hour });
    token = await start();
    const { found, resolve } = await pending();
    clock.now = begun + 1.5 * hour;
    resolve();

    expect(await found).toBeUndefined();
    await sessions.settle();
    expect(await stored()).toBeUndefined();
  });

  it("revokes its new refresh token if the session is signed out before userinfo fails", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    replies["/me"] = () => promise.then(() => new Response("", { status: 503 }));
    clock.now = begun + hour;
    const found = groups();
    await until(() => requests.includes("/me"));
    await sessions.end(site, token);
    resolve();

    expect(await found).toBeUndefined();
    await until(() => requests.includes("/revoke r-1"));
  });

  it("ends with a session that is revoked meanwhile", async () => {
    const { found, resolve } = await pending();
    await sessions.revocations.revoke({ kind: "all" });
    resolve();

    expect(await found).toBeUndefined();
  });

  it("gives no session whose provider is no longer configured", async () => {
    let isCurrent = true;
    sessions = open({ isCurrent: () => isCurrent });
    token = await start();
    const { found, resolve } = await pending();
    isCurrent = false;
    resolve();

    expect(await found).toBeUndefined();
    expect(await stored()).toBeDefined();
  });
});

describe("a renewal while the store fails", () => {
  it("stores the new refresh token later", async () => {
    const replace = store.replace.bind(store);
    let failures = 2;
    store.replace = async (...parts) => {
      if (failures-- > 0) throw new Error("the store is down");
      return replace(...parts);
    };
    clock.now = begun + hour;
    await groups();
    await sessions.settle();

    expect((await stored())?.record.tokens?.refreshToken).toBe("r-1");
  });

  it("keeps what is written meanwhile", async () => {
    const replace = store.replace.bind(store);
    const records = new SealedRecords({ store, secrets: [testSecret], idleMs: hour, now });
    let isFirst = true;
    store.replace = async (...parts) => {
      if (!isFirst) return replace(...parts);
      isFirst = false;
      const before = await stored();
      if (before !== undefined) await records.replace(token, { ...before.record, usedAt: 7 }, 1);
      return replace(...parts);
    };
    clock.now = begun + hour;

    expect(await groups()).toEqual(["later"]);
    expect(await stored()).toMatchObject({
      version: 4,
      record: { usedAt: 7, askedAt: clock.now, tokens: { refreshToken: "r-1" } },
    });
  });
});

describe("a session that is gone", () => {
  it("is forgotten when its renewal is due", async () => {
    await new SealedRecords({ store, secrets: [testSecret], idleMs: hour, now }).remove(token);
    clock.now = begun + hour;

    expect(await groups()).toBeUndefined();
    expect(requests).toEqual([]);
  });

  it("is that of the process that renewed it, whose refresh token works once", async () => {
    const there = open();
    const here = sessions;
    clock.now = begun + hour;
    sessions = there;
    expect(await groups()).toEqual(["later"]);
    sessions = here;

    expect(await groups()).toEqual(["later"]);
    expect(requests).toEqual(["/token r-0", "/me"]);
  });
});
