import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { writeFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { navigation, send, type HttpResponse } from "../peers/browser.ts";
import { freePort } from "../peers/free-port.ts";
import { replaceFile } from "../peers/process.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { rejected, startSignedInProcess, type SignedInProcess } from "./signed-in-process.ts";
import { opensSession } from "../peers/cookie-name.ts";

let ada: SignedInProcess;
afterEach(() => ada.close());

const loopback = "127.0.0.1";
const stricter = { access: { emails: ["ada@example.com"] } };

function ask(
  path: string,
  headers: Record<string, string> = {},
  port = ada.doorward.port,
): Promise<HttpResponse> {
  return send(`http://${loopback}:${port}${path}`, new Map(), { headers });
}

describe("a reload", () => {
  it("lets a request in progress finish under the old configuration", async () => {
    ada = await startSignedInProcess();
    const asked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const { issuer, doorward } = ada;
    const company = {
      type: "oidc",
      issuer: issuer.issuer,
      clientId: "first",
      clientSecret: "x".repeat(20),
    };
    await ada.reload({ providers: { company } });
    issuer.twist = {
      reply: {
        "/.well-known/openid-configuration": async (response) => {
          asked.resolve();
          await release.promise;
          response.writeHead(200, { "Content-Type": "application/json" });
          response.end(JSON.stringify({ ...metadata, issuer: issuer.issuer }));
        },
      },
    };
    const metadata = {
      authorization_endpoint: `${issuer.issuer}/authorize`,
      token_endpoint: `${issuer.issuer}/token`,
      jwks_uri: `${issuer.issuer}/jwks`,
    };

    const waiting = ask("/_auth/start", navigation);
    await asked.promise;
    await ada.reload({ providers: { company: { ...company, clientId: "second" } } });
    release.resolve();
    const begun = await waiting;
    issuer.twist = {};
    const next = await ask("/_auth/start", navigation);

    expect(String(begun.headers.location)).toContain("client_id=first");
    expect(String(next.headers.location)).toContain("client_id=second");
    expect(doorward.stdout()).not.toContain("unexpected failure");
  });

  it("accepts no callback twice, and keeps what it knows about an unchanged issuer", async () => {
    ada = await startSignedInProcess();
    const { browser, doorward, issuer } = ada;
    const start = await browser.ask(`${doorward.site}/start?prompt=login`, { headers: navigation });
    const callback = issuer.consent(String(start.headers.location));
    const Cookie = await browser.jar.getCookieString(callback);
    const first = await ask(new URL(callback).pathname + new URL(callback).search, { Cookie });

    await ada.reload(stricter);
    const second = await ask(new URL(callback).pathname + new URL(callback).search, { Cookie });
    await ask("/_auth/start", navigation);

    expect([first.status, second.status]).toEqual([302, 400]);
    expect(
      [second.headers["set-cookie"] ?? []].flat().some((line) => opensSession.test(line)),
    ).toBe(false);
    expect(issuer.asked("/token")).toBe(2);
    expect(issuer.asked("/.well-known/openid-configuration")).toBe(1);
  });

  it("keeps the count of failed passwords", async () => {
    const rules = [{ basic: true, allow: { subjects: ["robot"] } }];
    ada = await startSignedInProcess();
    const users = join(ada.doorward.file.folder, "users");
    await writeFile(users, `robot:${hashSync("open sesame", 4)}\n`);
    await ada.reload({ users, rules });
    const tell = forwarded(ada.doorward.site);
    const as = (password: string) => ({
      ...tell,
      Authorization: `Basic ${btoa(`robot:${password}`)}`,
    });
    const right = await ask("/_auth/verify", as("open sesame"));
    for (let tries = 0; tries < 10; tries++) await ask("/_auth/verify", as(`guess ${tries}`));

    await ada.reload({ users, rules, ...stricter });
    const late = await ask("/_auth/verify", as("another guess"));

    expect([right.status, late.status]).toEqual([200, 429]);
  });

  it("keeps the metrics, and counts reloads", async () => {
    const admin = { host: loopback, port: await freePort() };
    ada = await startSignedInProcess({ admin });
    await ada.isAlive();

    await ada.reload({ admin, ...stricter });
    await replaceFile(ada.doorward.file.path, "{}");
    ada.doorward.signal("SIGHUP");
    await ada.doorward.logged(rejected);
    await ada.isAlive();
    const { body } = await ask("/metrics", {}, admin.port);

    expect(body).toMatch(/doorward_decisions_total\{outcome="allow",[^}]*rule="access"[^}]*\} 2/);
    expect(body).toContain('doorward_config_reloads_total{result="applied"} 1');
    expect(body).toContain('doorward_config_reloads_total{result="rejected"} 1');
  });

  it("changes to another store without sessions, and reports the readiness of that store", async () => {
    const admin = { host: loopback, port: await freePort() };
    ada = await startSignedInProcess({ admin });
    const base = join(ada.doorward.file.folder, "data");

    await ada.reload({ admin, storage: { driver: "fs-lite", base } });
    const moved = await ada.isAlive();
    const ready = await ask("/readyz", {}, admin.port);

    expect([moved, ready.status]).toEqual([false, 200]);
  });
});

describe("a reload with another address to listen on", () => {
  it("opens the new port before it closes the old one, and closes an admin listener that is no longer configured", async () => {
    const admin = { host: loopback, port: await freePort() };
    ada = await startSignedInProcess({ admin });
    const port = await freePort();

    await ada.reload({ listen: { host: loopback, port }, admin: undefined });
    const there = await ask(
      "/_auth/verify",
      { ...forwarded(ada.doorward.site), Cookie: ada.cookie },
      port,
    );

    expect(there.status).toBe(200);
    await expect(ask("/", {})).rejects.toThrow("ECONNREFUSED");
    await expect(ask("/healthz", {}, admin.port)).rejects.toThrow("ECONNREFUSED");
  });

  it("that is taken keeps the whole previous configuration, and leaves no port open", async () => {
    const taken = createServer().listen(0, loopback);
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const free = await freePort();
    ada = await startSignedInProcess();
    const changed = {
      listen: { host: loopback, port: free },
      admin: { host: loopback, port },
      access: { emails: ["eve@example.com"] },
    };

    await replaceFile(ada.doorward.file.path, JSON.stringify({ ...ada.settings, ...changed }));
    const [event] = await ada.doorward.logged(rejected);
    taken.close();

    expect(event?.detail).toContain(`${loopback}:${port}`);
    expect(await ada.isAlive()).toBe(true);
    await expect(ask("/", {}, free)).rejects.toThrow("ECONNREFUSED");
  });

  it("that doorward itself occupies is rejected with the advice to restart", async () => {
    ada = await startSignedInProcess();
    const { port } = ada.doorward;

    await replaceFile(
      ada.doorward.file.path,
      JSON.stringify({ ...ada.settings, listen: { host: "0.0.0.0", port } }),
    );
    const [event] = await ada.doorward.logged(rejected);

    expect(event?.detail).toMatch(/^listen: .*needs a restart/);
    expect(await ada.isAlive()).toBe(true);
  });
});
