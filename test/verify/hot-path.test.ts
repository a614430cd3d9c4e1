import { createHook } from "node:async_hooks";
import { getHeapStatistics } from "node:v8";
import { pino } from "pino";
import { createStorage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { createAppContext } from "../../server/app/app.ts";
import type { Site } from "../../server/config/site.ts";
import { createStore } from "../../server/store/plain-store.ts";
import { createVerify } from "../../server/verify/verify.ts";
import { navigation } from "../peers/browser.ts";
import { configOf } from "../peers/doorward.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const requests = 1_000;
/** A list of the headers that count, the request and its path. Maps and matches of regular expressions took 3,100. */
const mostBytes = 1_450;

const shapes = {
  nginx: {
    "X-Original-URL": "https://app.example.com/area/report?year=2026",
    "X-Original-Method": "GET",
  },
  Traefik: {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "app.example.com",
    "X-Forwarded-Uri": "/area/report?year=2026",
  },
};

const config = configOf({
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { emails: ["nobody@example.com"] },
  rules: [
    { host: "app.example.com", path: "/public/**", allow: "public" },
    { host: "app.example.com", path: "/area/**", allow: { groups: ["staff"] } },
  ],
});

/** A gate over a store that counts how often it is asked, and somebody who is signed in. */
async function openGate() {
  const memory = memoryDriver(undefined);
  const asked = { store: 0 };
  const driver = {
    ...memory,
    getItem: (key: string) => {
      asked.store++;
      return memory.getItem(key, {});
    },
  };
  const sessions = openSessions({ store: createStore(createStorage({ driver })) });
  const context = createAppContext(config, {
    sessions,
    log: pino({ enabled: false }),
    now: Date.now,
  });
  const [site] = context.sites as [Site];
  const token = await sessions.start(newSession(site, { groups: ["staff"] }));
  const verify = createVerify(context);
  const question = (shape: keyof typeof shapes, cookie: string) => ({
    method: "GET",
    query: "",
    rawHeaders: Object.entries({ ...shapes[shape], ...navigation, Cookie: cookie }).flat(),
    peer: "127.0.0.1",
    site,
  });
  return { asked, verify, question, cookie: `a=b; __Secure-doorward=${token}` };
}

describe.each(Object.keys(shapes) as (keyof typeof shapes)[])("asked by %s", (shape) => {
  it("a thousand times about a hot session, the gate never asks the store", async () => {
    const { asked, verify, question, cookie } = await openGate();
    await verify(question(shape, cookie));
    asked.store = 0;

    for (let index = 0; index < requests; index++) {
      expect(await verify(question(shape, cookie))).toMatchObject({ status: 200 });
    }

    expect(asked.store).toBe(0);
  });

  it("a thousand times about a hot session, the gate makes no promise, timer or other thing to wait for", async () => {
    const { verify, question, cookie } = await openGate();
    const asking = question(shape, cookie);
    await verify(asking);
    const made: string[] = [];
    const hook = createHook({ init: (_, type) => void made.push(type) });

    hook.enable();
    for (let index = 0; index < requests; index++) verify(asking);
    hook.disable();

    expect(made).toEqual([]);
  });

  it("the gate gives a hot session the very same answer each time", async () => {
    const { verify, question, cookie } = await openGate();
    const first = await verify(question(shape, cookie));

    const second = await verify(question(shape, cookie));

    expect(second).toBe(first);
    expect(first.status).toBe(200);
  });

  it("the gate makes little that is to be thrown away", async () => {
    const { verify, question, cookie } = await openGate();
    const asking = question(shape, cookie);
    const rounds = Array.from({ length: 40 }, () => {
      const before = getHeapStatistics().total_allocated_bytes;
      for (let index = 0; index < requests; index++) verify(asking);
      return (getHeapStatistics().total_allocated_bytes - before) / requests;
    });

    // Compiled, as it is in use: a busy machine takes its time with that, and until then more is made.
    expect(Math.min(...rounds)).toBeLessThan(mostBytes);
  });
});
