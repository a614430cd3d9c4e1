import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync } from "node:fs";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates, TLSSocket } from "node:tls";
import type { ClientMetadata, KoaContextWithOIDC } from "oidc-provider";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createForwardProxyOf, type ForwardProxyOf } from "../../server/config/forward-proxy.ts";
import { openClientDoor, type ClientDoor } from "../peers/client-door.ts";
import { startForwardProxy } from "../peers/forward-proxy.ts";
import { freePort } from "../peers/free-port.ts";
import { createCertificate } from "../peers/tls.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-mtls-"));
const usual = getCACertificates("default");
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), "utf8");

let closing: (() => unknown)[] = [];
/** The names in the certificates that the issuer received, in order. */
let shown: (string | undefined)[] = [];
afterEach(async () => {
  shown = [];
  for (const close of closing) await close();
  closing = [];
});

beforeAll(() => {
  for (const name of ["issuer", "door", "next", "unknown"]) {
    createCertificate(at(name), [name === "issuer" ? "localhost" : `${name}.example.com`]);
  }
  setDefaultCACertificates([...usual, read("issuer.pem")]);
});
afterAll(() => setDefaultCACertificates(usual));

function certificateOf({ socket }: KoaContextWithOIDC): X509Certificate | undefined {
  const raw = socket instanceof TLSSocket ? socket.getPeerCertificate().raw : undefined;
  return raw && new X509Certificate(raw);
}

/** A client's registration of self-signed certificates (RFC 8705 §2.2). */
function registered(...names: string[]): Partial<ClientMetadata> {
  const keys = names.map((name) => {
    const { publicKey, raw } = new X509Certificate(read(`${name}.pem`));
    return Object.assign(publicKey.export({ format: "jwk" }), { x5c: [raw.toString("base64")] });
  });
  return { token_endpoint_auth_method: "self_signed_tls_client_auth", jwks: { keys } };
}

const bySubject: Partial<ClientMetadata> = {
  token_endpoint_auth_method: "tls_client_auth",
  tls_client_auth_san_dns: "door.example.com",
};

/** An issuer that requests certificates only at its mTLS aliases (RFC 8705 §5). */
async function openDoor(
  registration: Partial<ClientMetadata>,
  proxyOf: ForwardProxyOf = () => undefined,
): Promise<ClientDoor> {
  for (const kind of ["pem", "key"]) copyFileSync(at(`door.${kind}`), at(`used.${kind}`));
  const tls: ServerOptions = { cert: read("issuer.pem"), key: read("issuer.key") };
  const port = await freePort();
  const paths = {
    token_endpoint: "/token",
    introspection_endpoint: "/token/introspection",
    revocation_endpoint: "/token/revocation",
    pushed_authorization_request_endpoint: "/request",
  };
  const door = await openClientDoor({
    tls,
    registration,
    provider: { clientCertificateFile: at("used.pem"), clientKeyFile: at("used.key") },
    proxyOf,
    features: {
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        selfSignedTlsClientAuth: true,
        getCertificate(context) {
          const certificate = certificateOf(context);
          shown.push(certificate?.subjectAltName);
          return certificate?.toString();
        },
        certificateAuthorized: ({ socket }) => socket instanceof TLSSocket && socket.authorized,
        certificateSubjectMatches: (context, _, expected) =>
          certificateOf(context)?.checkHost(String(expected)) !== undefined,
      },
    },
    issuer: {
      enabledJWA: {},
      discovery: {
        mtls_endpoint_aliases: Object.fromEntries(
          Object.entries(paths).map(([name, path]) => [name, `https://localhost:${port}${path}`]),
        ),
      },
      clientAuthMethods: ["tls_client_auth", "self_signed_tls_client_auth"],
    },
  });
  const asking = { ...tls, ca: read("door.pem"), requestCert: true, rejectUnauthorized: false };
  const server = createServer(asking, door.issuerListener).listen(port, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => door.close());
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return door;
}

describe("a client with a certificate", () => {
  it.each([
    ["signed by an authority that the issuer trusts", () => bySubject],
    ["self-signed and registered", () => registered("door")],
  ])("%s signs in, refreshes, introspects and revokes", async (_, registration) => {
    const door = await openDoor(registration());

    const ada = await door.signIn();
    const first = await door.verify(ada);
    const bearer = await door.verify(door.newBrowser(), {
      "X-Forwarded-Uri": "/api/x",
      Authorization: `Bearer ${String(first.headers["x-access-token"])}`,
    });
    door.clock.now += 61 * 60_000;
    await door.verify(ada);
    await expect.poll(() => door.asked.filter((one) => one === "POST /token 200")).toHaveLength(2);
    await ada.open(`${door.site}/sign_out`);
    await expect.poll(() => door.asked).toContain("POST /token/revocation 200");

    expect([first.status, bearer.status]).toEqual([200, 200]);
    expect(door.asked).toContain("POST /request 201");
    expect(JSON.stringify(door.doorward.events)).not.toContain("PRIVATE KEY");
  });

  it("presents it through the tunnel of a forward proxy", async () => {
    const proxy = await startForwardProxy();
    closing.push(() => proxy.close());
    const url = `http://${proxy.address}`;
    const door = await openDoor(bySubject, createForwardProxyOf({ HTTPS_PROXY: url }));

    const ada = await door.verify(await door.signIn());
    await proxy.close();
    await door.newBrowser().open(`${door.site}/start?rd=/`);

    expect(ada.status).toBe(200);
    expect(shown).toContain("DNS:door.example.com");
    expect(new Set(proxy.requests())).toHaveLength(2);
    expect(proxy.requests()).toContain(`CONNECT ${new URL(door.issuer).host}`);
    expect(JSON.stringify(door.doorward.events)).toContain(
      `the request over mutual TLS through the proxy ${url} failed`,
    );
  });

  it("is rejected if the issuer does not know the certificate", async () => {
    const door = await openDoor(registered("unknown"));
    const browser = door.newBrowser();

    await browser.signIn(`${door.site}/start?rd=/`, "ada");

    expect((await door.verify(browser)).status).toBe(302);
    expect(door.asked).not.toContain("POST /token 200");
  });

  it("uses a new certificate as soon as both of its files are replaced", async () => {
    const door = await openDoor(registered("door", "next"));

    await door.signIn();
    copyFileSync(at("next.pem"), at("used.pem"));
    const between = await door.verify(await door.signIn());
    copyFileSync(at("next.key"), at("used.key"));
    const after = await door.verify(await door.signIn());

    expect([between.status, after.status]).toEqual([200, 200]);
    const changes = door.doorward.events.filter(({ files }) => files !== undefined);
    expect(changes.map(({ msg }) => msg)).toEqual([
      "changed files rejected; still using the previous contents",
      "changed files reloaded",
    ]);
    expect(JSON.stringify(changes)).toContain("does not match clientKeyFile");
    expect([shown[0], shown.at(-1)]).toEqual(["DNS:door.example.com", "DNS:next.example.com"]);
  });

  it("does not send it to a server whose certificate is not trusted", async () => {
    const door = await openDoor(bySubject);
    setDefaultCACertificates(usual);

    const answer = await door.newBrowser().open(`${door.site}/start?rd=/`);
    setDefaultCACertificates([...usual, read("issuer.pem")]);

    expect(answer.status).toBe(503);
    expect(shown).toEqual([]);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ["of 2 MiB that is not JSON", (response) => response.end("x".repeat(2 << 20))],
    ["that is cut off", (response) => response.socket?.destroy()],
    ["that is a redirect", (response) => response.writeHead(307, { Location: "/" }).end()],
    ["without a body", (response) => response.writeHead(204).end()],
  ])("rejects a token response %s", async (_, reply) => {
    const door = await openDoor(bySubject);
    door.instead.set("/token", reply);
    const browser = door.newBrowser();

    const end = await browser.signIn(`${door.site}/start?rd=/`, "ada");

    expect([502, 503]).toContain(end.status);
    expect((await door.verify(browser)).status).toBe(302);
  });
});
