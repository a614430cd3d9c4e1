import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { createForwardProxyOf } from "../../server/config/forward-proxy.ts";
import { events } from "../../server/observe/events.ts";
import { createForwardFetch } from "../../server/sign-in/forward-fetch.ts";
import { Browser } from "../peers/browser.ts";
import { startForwardProxy } from "../peers/forward-proxy.ts";
import { freePort } from "../peers/free-port.ts";
import { runDoorward, settingsFor, startProcess, writeConfig } from "../peers/process.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { createCertificate } from "../peers/tls.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-forward-proxy-"));
const at = (name: string) => join(folder, name);
const user = { name: "door", password: "sesame-7" };
const clientSecret = "x".repeat(20);

let closing: (() => Promise<unknown>)[] = [];
beforeAll(() => createCertificate(at("issuer"), ["localhost"]));
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  closing = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A forward proxy that requires a password, and an issuer, with TLS or without. */
async function startNetwork(isSecure = true) {
  const proxy = await startForwardProxy(user);
  closing.push(proxy.close);
  const site = `http://localhost:${await freePort()}/_auth`;
  const tls = { cert: readFileSync(at("issuer.pem")), key: readFileSync(at("issuer.key")) };
  const company: Issuer = await startIssuer({
    accounts: [{ id: "ada", claims: { email: "ada@example.com", email_verified: true } }],
    clientId: "door",
    clientSecret,
    redirectUris: [`${site}/callback`],
    ...(isSecure && { tls }),
  });
  closing.push(company.close);
  const { issuer } = company;
  return { proxy, site, issuer, host: new URL(issuer).host };
}

type Network = Awaited<ReturnType<typeof startNetwork>>;
type Environment = Readonly<Record<string, string>>;

const trusting: Environment = { NODE_EXTRA_CA_CERTS: at("issuer.pem") };
const withPassword = ({ proxy }: Network) => `http://door:${user.password}@${proxy.address}`;

/** A sign-in at a process with these variables: its last response, and that of the next request. */
async function signIn({ site, issuer }: Network, environment: Environment) {
  const settings = (port: number) => ({ ...settingsFor(port, issuer), url: site });
  const door = await startProcess(settings, { ...trusting, ...environment });
  closing.push(door.close);
  const browser = new Browser(new Map([[new URL(site).host, door.port]]));
  const { status } = await browser.signIn(`${site}/start`, "ada");
  const verified = await browser.ask(`${site}/verify`, { headers: forwarded(site) });
  return { door, status, verified: verified.status };
}

/** The lines of `check` about the provider. */
async function check({ site, issuer }: Network, environment: Environment): Promise<string[]> {
  const file = await writeConfig({ ...settingsFor(4180, issuer), url: site });
  closing.push(file.remove);
  const words = ["check", "--config", file.path];
  const { stdout } = await runDoorward(words, { ...trusting, ...environment });
  return stdout.split("\n").filter((line) => line.includes(" provider company: "));
}

describe("requests to an issuer", () => {
  it("go through the tunnel of the proxy in HTTPS_PROXY, with its password", async () => {
    const network = await startNetwork();
    const { door, verified } = await signIn(network, { HTTPS_PROXY: withPassword(network) });

    expect(verified).toBe(200);
    expect(new Set(network.proxy.requests())).toEqual(new Set([`CONNECT ${network.host}`]));
    expect(await door.logged("requests to issuers go through a proxy")).toMatchObject([
      { variable: "HTTPS_PROXY", proxy: `http://${network.proxy.address}` },
    ]);
    expect(door.stdout()).not.toContain(user.password);
  });

  it("without TLS go through the proxy in http_proxy", async () => {
    const network = await startNetwork(false);
    const { verified } = await signIn(network, { http_proxy: withPassword(network) });

    expect(verified).toBe(200);
    expect(network.proxy.requests()).toContain(`POST ${network.issuer}/token`);
  });

  it.each<[string, Environment]>([
    ["NO_PROXY names their host", { NO_PROXY: "localhost" }],
    ["the variable is for another scheme", { HTTPS_PROXY: "", HTTP_PROXY: "http://127.0.0.1:1" }],
    ["the proxy of another machine could not reach it", { HTTPS_PROXY: "http://192.0.2.1:1" }],
  ])("go to it directly if %s", async (_, environment) => {
    const network = await startNetwork();
    const given = { HTTPS_PROXY: withPassword(network), ...environment };

    expect((await signIn(network, given)).verified).toBe(200);
    expect(network.proxy.requests()).toEqual([]);
  });

  it.each(["http://door:wrong-pass@PROXY", "http://door:wrong-pass@127.0.0.1:1"])(
    "fail as at an unreachable issuer if the proxy %s serves none, and the log names it",
    async (form) => {
      const network = await startNetwork();
      const url = form.replace("PROXY", network.proxy.address);
      const { door, status } = await signIn(network, { HTTPS_PROXY: url });

      expect(status).toBe(503);
      await door.logged(events.sign_in_failed.message);
      expect(door.stdout()).toContain(
        `the request through the proxy ${url.replace("door:wrong-pass@", "")} failed`,
      );
      expect(door.stdout()).not.toContain("wrong-pass");
    },
  );
});

describe("check", () => {
  it("names the proxy, without its password", async () => {
    const network = await startNetwork();
    const lines = await check(network, { HTTPS_PROXY: withPassword(network) });

    expect(lines).toContain(
      `ok    provider company: requests to ${network.issuer} go through http://${network.proxy.address} (HTTPS_PROXY)`,
    );
    expect(lines.join()).toContain(`${network.issuer}: discovered`);
    expect(lines.join()).not.toContain(user.password);
  });

  it("names the proxy that does not let it through, and none that it does not use", async () => {
    const network = await startNetwork();
    const refused = await check(network, { HTTPS_PROXY: `http://${network.proxy.address}` });
    const direct = await check(network, { HTTPS_PROXY: withPassword(network), NO_PROXY: "*" });

    expect(refused.join("\n")).toMatch(/^FAULT .*through the proxy http:\S+ failed.*\b407\b/m);
    expect(refused.join("\n")).toContain(`go through http://${network.proxy.address}`);
    expect(direct.join("\n")).toContain("discovered");
    expect(direct.join("\n")).not.toContain("go through");
  });
});

it("a proxy that never answers holds no connection for long", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket.resume())).listen(
    0,
    "127.0.0.1",
  );
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const proxyOf = createForwardProxyOf({ HTTPS_PROXY: `http://127.0.0.1:${port}` });
  const leaving = createForwardFetch(fetch, proxyOf);

  const answer = leaving("https://id.example.com/", { signal: AbortSignal.timeout(100) });

  await expect(answer).rejects.toThrow(`the request through the proxy http://127.0.0.1:${port}`);
  await expect.poll(() => sockets.map(({ closed }) => closed), { timeout: 30_000 }).toEqual([true]);
  silent.close();
});
