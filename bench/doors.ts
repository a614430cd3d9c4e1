import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSite } from "../server/config/site.ts";
import { testSecret } from "../test/peers/doorward.ts";
import { freePort } from "../test/peers/free-port.ts";
import { startRedis } from "../test/peers/redis.ts";
import { createKey, jws, startTokenIssuer } from "../test/peers/token-issuer.ts";
import { startServer, type Server } from "./server.ts";
import { storeSessions } from "./stored-sessions.ts";

/** A running `doorward serve` to measure, with the credentials that it accepts. */
export interface SiteContext extends Server {
  /** Tokens of sessions in its store. */
  readonly sessions: readonly string[];
  readonly bearer?: string;
}

export const hosts = Array.from({ length: 1_000 }, (_, index) => `app-${index}.example.com`);
export const areas = Array.from({ length: 10 }, (_, index) => `area-${index}`);
const storedSessions = 1_000_000;
const activeSessions = 50_000;

/** A few rules, and one session in a folder store. */
export async function usualDoor(): Promise<SiteContext> {
  const settings = {
    access: { emails: ["eve@example.com"] },
    rules: [
      { host: "status.example.com", allow: "public" },
      { host: "app.example.com", path: "/public/**", methods: ["GET", "HEAD"], allow: "public" },
      { host: "app.example.com", allow: { groups: ["ops"] } },
    ],
  };
  return openDoor({ settings, sessions: 1 });
}

/** Ten rules for each of a thousand hosts; the last rule of a host decides. */
export async function manyHostsDoor(): Promise<SiteContext> {
  const settings = { access: { emails: ["eve@example.com"] }, rules: hosts.flatMap(rulesOf) };
  return openDoor({ settings, sessions: 1 });
}

function rulesOf(host: string): object[] {
  return areas.map((area) => ({
    host,
    path: `/${area}/**`,
    allow: { groups: [`of-${host}`, "ops"] },
  }));
}

/** Access tokens of an issuer that doorward asks only for its keys. */
export async function bearerDoor(): Promise<SiteContext> {
  const issuer = await startTokenIssuer();
  const key = createKey();
  issuer.keys = [key];
  const settings = {
    access: { groups: ["ops"] },
    rules: [{ host: "app.example.com", bearer: true }],
    providers: { company: { type: "oidc", issuer: issuer.issuer, clientId: "door" } },
  };
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer.issuer,
    aud: "door",
    sub: "ada",
    iat,
    exp: iat + 36_000,
    email: "ada@example.com",
    email_verified: true,
    groups: ["staff", "ops"],
    client_id: "door",
    jti: "1",
    scope: "read write",
  };
  const bearer = jws({ alg: key.alg, kid: key.kid, typ: "at+jwt" }, claims, key);
  const door = await openDoor({ settings, sessions: 0 });
  const close = async () => {
    await door.close();
    await issuer.close();
  };
  return { ...door, bearer, close };
}

/**
 * A Redis with a million sessions, of which fifty thousand are active. The others are unreadable records of the same
 * size: no request uses them, they only fill the store.
 */
export async function redisDoor(): Promise<SiteContext> {
  const redis = await startRedis({ lines: ["appendonly no", "enable-debug-command yes"] });
  const inactive = String(storedSessions - activeSessions);
  await redis.cli("debug", "populate", inactive, "doorward:session:asleep", "1000");
  const storage = { driver: "redis", url: redis.url };
  const settings = { access: { groups: ["ops"] }, storage };
  const door = await openDoor({ settings, sessions: activeSessions });
  const close = async () => {
    await door.close();
    await redis.close();
  };
  return { ...door, close };
}

/** Writes sessions to a store, then starts a doorward on it. */
export async function openDoor(wanted: {
  settings: object;
  sessions: number;
}): Promise<SiteContext> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "doorward-bench-"));
  const storage = { driver: "fs-lite", base: join(folder, "data") };
  const settings = { storage, ...settingsFor(port, wanted.settings) };
  const file = join(folder, "doorward.json");
  await writeFile(file, JSON.stringify(settings));
  const sessions = await storeSessions(settings, wanted.sessions);
  const server = await startServer("doorward", port, [
    "server/cli/doorward.js",
    "serve",
    "--config",
    file,
  ]);
  const close = async () => {
    await server.close();
    await rm(folder, { recursive: true });
  };
  return { ...server, sessions, close };
}

const benchSite = { url: "https://auth.example.com", cookie: { domain: "example.com" } };
/** The session cookie of every doorward here. */
export const { sessionCookieName } = createSite({ ...benchSite, access: { anyone: true } });

export function settingsFor(port: number, more: object): Record<string, unknown> {
  return {
    ...benchSite,
    secret: testSecret,
    providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
    listen: { host: "127.0.0.1", port },
    ...more,
  };
}
