import { createStorage } from "unstorage";
import { beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { createCounts, type Counts } from "../../server/observe/counts.ts";
import type { Sessions } from "../../server/session/sessions.ts";
import { createStore } from "../../server/store/plain-store.ts";
import { memoryParty, metadataPath, usualMetadata } from "../peers/memory-party.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const hour = 3_600_000;
const begun = 1_700_000_000_000;
const clock = { now: begun };
let counts: Counts;
let sessions: Sessions;
let token: string;
/** What the issuer's token endpoint answers. */
let answer: Response;

const party = memoryParty(
  async (path) => (path === metadataPath ? Response.json(usualMetadata) : answer),
  { now: () => clock.now },
);

beforeEach(async () => {
  clock.now = begun;
  counts = createCounts();
  sessions = openSessions({
    store: createStore(createStorage()),
    now: () => clock.now,
    counts,
    parties: new Map([["company", party]]),
    lifetimeMs: 24 * hour,
    idleMs: 12 * hour,
    refreshMs: hour,
    graceMs: 24 * hour,
  });
  const tokens = {
    accessToken: "a",
    accessTokenExpiresAt: undefined,
    refreshToken: "r",
    idToken: undefined,
  };
  token = await sessions.start({ ...newSession(site), tokens });
});

const counted = (name: "ended" | "refreshes" | "opened" | "cacheReads") =>
  Object.fromEntries(
    counts[name].all
      .filter(({ value }) => value > 0)
      .map(({ values, value }) => [values.join(" "), value]),
  );

describe("the end of a session is counted by its cause", () => {
  it.each<[string, () => unknown]>([
    ["signed_out", () => sessions.end(site, token)],
    ["replaced", () => sessions.end(site, token, "replaced")],
    ["idle", () => (clock.now += 12 * hour)],
    ["lifetime", () => (clock.now += 24 * hour)],
    ["revoked", () => sessions.revocations.revoke({ kind: "all" })],
    [
      "issuer",
      () => {
        clock.now += hour;
        answer = Response.json({ error: "invalid_grant" }, { status: 400 });
      },
    ],
  ])("%s", async (cause, act) => {
    await act();
    expect(await sessions.find(site, token)).toBeUndefined();
    await sessions.settle();

    expect(counted("ended")).toEqual({ [cause]: 1 });
    expect(counted("opened")).toEqual({ company: 1 });
  });

  it("not if there was none", async () => {
    await sessions.end(site, "nonsense");
    await sessions.find(site, "nonsense");

    expect(counted("ended")).toEqual({});
    expect(counted("cacheReads")).toEqual({});
  });
});

it.each<[string, Response]>([
  ["company grant_ended", Response.json({ error: "invalid_grant" }, { status: 400 })],
  ["company issuer_broken", new Response("", { status: 503 })],
  ["company client_rejected", Response.json({ error: "invalid_client" }, { status: 401 })],
])("a refresh is counted by its result: %s", async (result, response) => {
  clock.now += hour;
  answer = response;

  await sessions.find(site, token);
  await sessions.settle();

  expect(counted("refreshes")).toEqual({ [result]: 1 });
});

it("reads of the cache are counted, and those of the store", async () => {
  await sessions.find(site, token);
  await sessions.find(site, token);
  await openSessions({ store: createStore(createStorage()), counts }).find(site, token);

  expect(counted("cacheReads")).toEqual({ hit: 2, miss: 1 });
  expect(sessions.cached).toBe(1);
});
