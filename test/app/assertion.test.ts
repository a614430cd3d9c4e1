import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { decodeJwt, jwtVerify } from "jose";
import { pino } from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createApp, type App } from "../../server/app/app.ts";
import { createDoorward } from "../../server/embed.ts";
import { AuthError } from "../../server/errors.ts";
import { createAdmin } from "../../server/serve/admin.ts";
import { send } from "../peers/browser.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf, testSecret } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { forwarded, openSignInDoor } from "../peers/sign-in-door.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const settings = {
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { company: { type: "oidc", issuer: "http://127.0.0.1:1/", clientId: "door" } },
  access: { anyone: true },
};

async function openApp(changed: object = {}, before?: App) {
  const { log, events } = capturingLog();
  const app = await createApp(configOf({ ...settings, ...changed }), { log }, before);
  ends.push(() => app.close());
  return { app, events };
}

/** The answer of the admin listener at the keys' address. */
async function keySet(app: App): Promise<{ status: number; kids: string[] }> {
  const server = createServer(createAdmin(() => app, capturingLog().log)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { status, body } = await send(
    `http://127.0.0.1:${port}/.well-known/jwks.json`,
    new Map(),
    {},
  );
  server.close();
  const { keys } =
    status === 200 ? (JSON.parse(body) as { keys: { kid: string }[] }) : { keys: [] };
  return { status, kids: keys.map(({ kid }) => kid) };
}

describe("the public keys at the admin listener", () => {
  it("are there only if assertions are configured", async () => {
    const [off, on] = [await openApp(), await openApp({ assertion: {} })];

    expect(await keySet(off.app)).toEqual({ status: 404, kids: [] });
    const found = await keySet(on.app);
    expect([found.status, found.kids.length]).toEqual([200, 2]);
  });

  it("are not there before doorward could read any, while it starts without the store", async () => {
    const storage = { driver: "redis", url: `redis://127.0.0.1:${await freePort()}` };

    const { app, events } = await openApp({ assertion: {}, storage });

    expect(await keySet(app)).toEqual({ status: 503, kids: [] });
    expect(
      events.filter(({ msg }) => String(msg).startsWith("no key for assertions")),
    ).toHaveLength(1);
  });

  it("stay the same over a reload while the store is down, and after the store lost them", async () => {
    const { app } = await openApp({ assertion: {} });
    const before = await keySet(app);
    const signer = app.assertionKeys?.signer;
    const get = vi.spyOn(app.store, "get");
    get.mockRejectedValue(new AuthError("store_unreachable", "down"));

    const { app: during } = await openApp({ assertion: {} }, app);
    const without = await keySet(during);
    const [[name = ""] = []] = get.mock.calls;
    get.mockRestore();
    await app.store.remove(name);
    const { app: after } = await openApp({ assertion: {} }, during);

    expect([without, await keySet(after)]).toEqual([before, before]);
    expect(during.assertionKeys?.signer).toBe(signer);
    expect(await app.store.get(name)).toMatchObject({ version: 1 });
  });

  it("stay the same over a reload, and are new after one with another secret", async () => {
    const { app } = await openApp({ assertion: {} });
    const { app: reloaded } = await openApp({ assertion: {}, log: { level: "warn" } }, app);
    const secret = testSecret.toLowerCase();
    const { app: changed } = await openApp({ assertion: {}, secret }, reloaded);

    const [first, second, third] = await Promise.all([app, reloaded, changed].map(keySet));

    expect(second).toEqual(first);
    expect(third?.kids.some((kid) => first?.kids.includes(kid))).toBe(false);
  });
});

describe("doorward in another server", () => {
  it("asserts the name of a caller with a password, by the key of the file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "doorward-users-"));
    ends.push(async () => rmSync(folder, { recursive: true }));
    const users = join(folder, "users");
    writeFileSync(users, `robot:${hashSync("right", 4)}\n`);
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const doorward = await createDoorward(
      {
        ...settings,
        secret: testSecret,
        storage: { driver: "memory" },
        users,
        rules: [{ host: "api.example.com", basic: true, allow: { subjects: ["robot"] } }],
        assertion: { key },
      },
      { log: pino({ level: "silent" }) },
    );
    ends.push(() => doorward.close());
    const server = createServer(doorward.listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    ends.push(async () => server.close());
    const { port } = server.address() as AddressInfo;
    const ask = (password: string) =>
      send(`http://127.0.0.1:${port}/verify`, new Map(), {
        headers: {
          ...forwarded("https://api.example.com"),
          Authorization: `Basic ${Buffer.from(`robot:${password}`).toString("base64")}`,
        },
      });

    const [right, wrong] = [await ask("right"), await ask("wrong")];

    const assertion = String(right.headers["x-doorward-assertion"]);
    const { payload } = await jwtVerify(assertion, publicKey, {
      audience: "https://api.example.com",
    });
    expect(payload).toMatchObject({ sub: "robot", provider: "users", groups: [] });
    expect((await ask("right")).headers["x-doorward-assertion"]).toBe(assertion);
    expect([wrong.status, wrong.headers["x-doorward-assertion"]]).toEqual([401, undefined]);
  });
});

describe("with compat", () => {
  it("has an empty header at the paths of oauth2-proxy, and a signed one at doorward's own", async () => {
    const door = await openSignInDoor({ compat: "oauth2-proxy", assertion: {} });
    ends.push(() => door.close());
    const browser = door.browser();
    await door.signIn(browser);
    const { hostname } = new URL(door.site);

    const compat = await browser.ask(`${door.site}/auth`, { headers: { Host: hostname } });
    const own = await door.verify(browser);

    expect([compat.status, compat.headers["x-doorward-assertion"]]).toEqual([202, ""]);
    expect(decodeJwt(String(own.headers["x-doorward-assertion"]))).toMatchObject({ sub: "ada" });
  });
});
