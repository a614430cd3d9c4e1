import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { navigation, send } from "../peers/browser.ts";

const settings = {
  url: "https://auth.example.com/gate",
  cookie: { domain: "example.com" },
  providers: {
    google: { clientId: "door" },
    down: { type: "oidc", issuer: "http://127.0.0.1:1", clientId: "door" },
  },
  access: { anyone: true },
  rules: [
    { host: "app.example.com", path: "/closed", deny: true },
    { host: "app.example.com", path: "/open", allow: "public" },
  ],
};
const made = /^[0-9a-f]{12}$/;

let doorward: TestDoorward;
let distant: TestDoorward;
beforeAll(async () => {
  doorward = await startDoorward(configOf(settings));
  distant = await startDoorward(configOf({ ...settings, trustedProxies: ["10.0.0.0/8"] }));
});
afterAll(async () => {
  await doorward.close();
  await distant.close();
});

interface Way {
  readonly path: string;
  readonly headers?: Record<string, string>;
  /** The request has a line in the log, a page or JSON with the id. */
  readonly isLogged?: true;
  readonly isShown?: true;
}

const about = (uri: string, host = "app.example.com") => ({
  "X-Forwarded-Method": "GET",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": host,
  "X-Forwarded-Uri": uri,
});
const original = { "X-Original-Method": "GET", "X-Original-URL": "https://app.example.com/closed" };
const both = { isLogged: true, isShown: true } as const;
const verify = "/gate/verify";

const refusals: Readonly<Record<string, Way>> = {
  "a denied page": { path: verify, headers: { ...navigation, ...about("/closed") }, ...both },
  "a denied script": { path: verify, headers: about("/closed"), ...both },
  "a request that nginx turns into a page": { path: verify, headers: original, isLogged: true },
  "an unknown host": { path: verify, headers: about("/", "app.example.org"), ...both },
  "a malformed request": { path: verify, headers: { "X-Forwarded-Uri": "x" }, ...both },
  "an identity header": {
    path: `${verify}?identity_headers=refuse`,
    headers: { ...about("/"), "X-WebAuth-Role": "admin" },
    ...both,
  },
  "no way back": {
    path: verify,
    headers: { ...navigation, ...about("/"), "X-Forwarded-Proto": "http" },
    ...both,
  },
  "a sign-in by redirect": { path: verify, headers: { ...navigation, ...about("/") } },
  "a sign-in for a script": { path: verify, headers: about("/") },
  "an unknown state": { path: "/gate/callback?code=1&state=2", headers: navigation, ...both },
  "an issuer that is down": { path: "/gate/start?provider=down", headers: navigation, ...both },
  "the page of all providers": { path: "/gate/start", headers: navigation },
  "a sign-out": { path: "/gate/sign_out", headers: navigation },
  "a script without a session": { path: "/gate/start", headers: { Accept: "application/json" } },
  "no endpoint": { path: "/gate/nothing" },
  "a wrong method": { path: "/gate/callback", headers: { "X-Method": "PUT" } },
};

async function ask(to: TestDoorward, { path, headers = {} }: Way, id?: string) {
  const { "X-Method": method = "GET", ...others } = headers;
  const before = to.events.length;
  const answer = await send(`http://127.0.0.1:${to.port}${path}`, new Map(), {
    method,
    headers: {
      Host: "auth.example.com",
      ...others,
      ...(id !== undefined && { "X-Request-Id": id }),
    },
  });
  const lines = to.events.slice(before).map(({ requestId }) => requestId);
  return { answer, id: answer.headers["x-request-id"], lines };
}

describe.each(Object.entries(refusals))("%s", (_, way) => {
  it("has the proxy's id in the answer, in the log and on the page", async () => {
    const { answer, id, lines } = await ask(doorward, way, "edge-1.A_9");

    expect(id).toBe("edge-1.A_9");
    expect(lines).toEqual(way.isLogged ? ["edge-1.A_9"] : []);
    expect(answer.body.includes("edge-1.A_9")).toBe(way.isShown === true);
  });

  it("has one id of doorward's if the proxy sent none", async () => {
    const { answer, id, lines } = await ask(doorward, way);

    expect(id).toMatch(made);
    expect(lines).toEqual(way.isLogged ? [id] : []);
    expect(answer.body.includes(String(id))).toBe(way.isShown === true);
  });
});

describe("an id that is not taken", () => {
  it.each(["", "a b", "<b>", "a\tb", 'a"b', "x".repeat(65), "ä"])("is %j", async (sent) => {
    const way = refusals["a denied script"] as Way;

    expect((await ask(doorward, way, sent)).id).toMatch(made);
  });

  it.each(["a denied script", "an unknown state", "no endpoint"])(
    "is that of a peer outside trustedProxies: %s",
    async (name) => {
      const { id } = await ask(distant, refusals[name] as Way, "edge-1");

      expect(id).toMatch(made);
    },
  );

  it("is one of two", async () => {
    const answer = await send(`http://127.0.0.1:${doorward.port}${verify}`, new Map(), {
      headers: { ...about("/closed"), "X-Request-Id": ["one", "two"] },
    });

    expect(answer.headers["x-request-id"]).toMatch(made);
  });
});

it("64 characters are taken", async () => {
  const { id } = await ask(doorward, refusals["a denied script"] as Way, "x".repeat(64));

  expect(id).toBe("x".repeat(64));
});

it("an allow has no id", async () => {
  const { answer, id } = await ask(doorward, { path: verify, headers: about("/open") }, "edge-1");

  expect([answer.status, id]).toEqual([200, undefined]);
});
