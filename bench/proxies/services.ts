import { rm } from "node:fs/promises";
import { freePort } from "../../test/peers/free-port.ts";
import { startHostileIssuer } from "../../test/peers/hostile-issuer.ts";
import { sessionCookieName, usualDoor } from "../doors.ts";
import { bothShapes, writeLoad } from "../load.ts";
import { ada, appHost, startGatekeeper } from "../peers/gatekeeper.ts";
import { prepareOAuth2Proxy } from "../peers/oauth2-proxy.ts";
import { findPeers } from "../peers/programs.ts";
import { signIn } from "../peers/sign-in.ts";
import { startServer, type Server } from "../server.ts";
import { warmUp } from "../turns.ts";
import type { ServiceName } from "./variants.ts";

/** A running service with a session in it. */
export interface Service extends Server {
  readonly name: ServiceName;
  /** The cookies of the session. The bare server checks none, so it gets doorward's. */
  readonly cookie: string;
}

/** Starts doorward, the bare server and, if installed, oauth2-proxy on the measured core. */
export async function startServices(): Promise<Service[]> {
  const doorward = await startDoorward();
  const bare = await startBare(doorward.cookie);
  for (const service of [bare, doorward]) await warmUpService(service);
  const { "oauth2-proxy": program } = findPeers(process.env);
  return [bare, doorward, ...(program === undefined ? [] : [await openOAuth2Proxy(program)])];
}

async function startDoorward(): Promise<Service> {
  const door = await usualDoor();
  return { ...door, name: "doorward", cookie: `${sessionCookieName}=${door.sessions[0] ?? ""}` };
}

async function startBare(cookie: string): Promise<Service> {
  const port = await freePort();
  const server = await startServer("bare", port, ["bench/bare.ts", String(port)]);
  return { ...server, name: "bare", cookie };
}

/** The compiler optimizes the code of a Node server during the first requests. */
async function warmUpService({ port, pid, cookie }: Service): Promise<void> {
  const visitor = { host: appHost, uri: "/", own: cookie };
  const folder = await writeLoad({ templates: bothShapes(visitor), fills: [""], statuses: [] });
  await warmUp({ port, folder, pids: [pid] });
  await rm(folder, { recursive: true });
}

/** With a session in its cookie, which is the default of oauth2-proxy. */
async function openOAuth2Proxy(program: string): Promise<Service> {
  const issuer = await startHostileIssuer();
  issuer.twist = { claims: ada };
  const prepared = await prepareOAuth2Proxy({ program, issuer: issuer.issuer });
  // Envoy allows only for a 200; the other proxies use another path.
  const words = [...prepared.words, "--upstream=static://200"];
  const gatekeeper = await startGatekeeper({ ...prepared, words });
  const { cookies } = await signIn(gatekeeper, issuer);
  const close = async () => {
    await gatekeeper.close();
    await issuer.close();
  };
  return { ...gatekeeper, name: "oauth2-proxy", cookie: cookies, close };
}
