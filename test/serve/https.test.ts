import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readCertificate } from "../../server/serve/certificate.ts";
import { bind, type BoundServer } from "../../server/serve/bind.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import {
  runDoorward,
  settingsFor,
  startProcess,
  writeConfig,
  type DoorwardProcess,
} from "../peers/process.ts";
import { endsWithin } from "../peers/times.ts";
import { createAuthority, createCertificate } from "../peers/tls.ts";
import { applied } from "./signed-in-process.ts";

let folder: string;
const at = (name: string) => join(folder, name);
const pair = (name: string) => ({ cert: at(`${name}.pem`), key: at(`${name}.key`) });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doorward-tls-"));
  createAuthority(at("ca"));
  createCertificate(at("door"), ["localhost", "127.0.0.1"], at("ca"));
  createCertificate(at("other"), ["localhost"], at("ca"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A connection that trusts the tests' authority only. */
async function trusting(port: number): Promise<TLSSocket> {
  const ca = readFileSync(at("ca.pem"));
  const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca });
  await once(socket, "secureConnect");
  return socket;
}

async function exchange(port: number, bytes: string): Promise<string> {
  const socket = await trusting(port);
  socket.write(bytes);
  return text(socket);
}

const question = (...lines: string[]) =>
  ["GET /verify HTTP/1.1", "Host: doorward", ...lines, "", ""].join("\r\n");
const forwarded = ["X-Original-URL: https://app.example.com/public/x", "X-Original-Method: GET"];

describe("bind with a certificate", () => {
  let doorward: TestDoorward;
  let plain: BoundServer;
  let secure: BoundServer;

  beforeAll(async () => {
    doorward = await startDoorward(
      configOf({
        url: "https://auth.example.com",
        cookie: { domain: "example.com" },
        providers: { company: { type: "oidc", issuer: "http://127.0.0.1:1/", clientId: "door" } },
        access: { anyone: true },
        rules: [{ host: "app.example.com", path: "/public/**", allow: "public" }],
      }),
    );
    const address = { host: "127.0.0.1", port: 0 };
    plain = await bind(doorward.app.listener, address);
    secure = await bind(doorward.app.listener, address, readCertificate(pair("door")));
  });
  afterAll(async () => {
    await Promise.all([plain.close(), secure.close(), doorward.close()]);
  });

  it("sends the same bytes as without one, for kept connections and for the last request", async () => {
    const requests =
      question(...forwarded) +
      question("X-Original-URL: https://app.example.com/", "X-Original-Method: GET") +
      question(...forwarded, "Connection: close");
    const socket = connectTcp(plain.address.port, "127.0.0.1");
    socket.write(requests);
    const withoutDate = (bytes: string) => bytes.replace(/^(Date|X-Request-Id): .*$/gm, "$1");

    const [http, https] = [await text(socket), await exchange(secure.address.port, requests)];

    expect(https.match(/^HTTP\/1\.1 \d+/gm)).toEqual([
      "HTTP/1.1 200",
      "HTTP/1.1 401",
      "HTTP/1.1 200",
    ]);
    expect(withoutDate(https)).toBe(withoutDate(http));
  });

  it("keeps the limits: a head of more than 64 KiB and bytes that are no HTTP", async () => {
    const { port } = secure.address;

    const [long, broken] = await Promise.all([
      exchange(port, question(`Cookie: ${"a".repeat(70_000)}`)),
      exchange(port, "GET /verify HTTP/9.9\r\n\r\n"),
    ]);

    expect(long).toMatch(/^HTTP\/1\.1 431 /);
    expect(broken).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nCache-Control: no-store\r\n/);
  });

  it("closes a connection that does not begin with TLS, without an answer", async () => {
    const socket = connectTcp(secure.address.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(question(...forwarded));

    expect(await text(socket).catch(() => "")).not.toContain("HTTP/1.1");
  });

  it("takes no TLS older than 1.2", async () => {
    const socket = connect({
      port: secure.address.port,
      host: "127.0.0.1",
      rejectUnauthorized: false,
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });

    await expect(once(socket, "secureConnect")).rejects.toThrow(/protocol|version|alert/i);
  });

  it("names itself with https in its addresses", async () => {
    expect(await secure.urls()).toEqual([`https://127.0.0.1:${secure.address.port}/`]);
  });

  it("closes within ten seconds although a client does not finish its handshake", async () => {
    const one = await bind(
      doorward.app.listener,
      { host: "127.0.0.1", port: 0 },
      readCertificate(pair("door")),
    );
    const silent = connectTcp(one.address.port, "127.0.0.1");
    const busy = await trusting(one.address.port);
    busy.write("GET /verify HTTP/1.1\r\n");
    for (const socket of [silent, busy]) socket.on("error", () => undefined);

    expect(await endsWithin(10_000, one.close())).toBe(true);
  });
});

describe("listen.https in a real process", () => {
  let doorward: DoorwardProcess | undefined;
  afterEach(() => doorward?.close());

  const settings = (https: unknown) => (port: number) => ({
    ...settingsFor(port),
    url: `https://localhost:${port}/_auth`,
    listen: { host: "127.0.0.1", port, https },
  });

  it("true serves a self-signed certificate for this machine, and health trusts it", async () => {
    doorward = await startProcess(settings(true));
    const { port, file } = doorward;
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "secureConnect");
    const { subjectaltname, valid_to: until } = socket.getPeerCertificate();
    socket.write("GET /_auth/verify HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const answer = await text(socket);
    const health = await runDoorward(["health", "--config", file.path]);

    expect(subjectaltname).toMatch(
      /DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/,
    );
    expect(Date.parse(until)).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(health).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("takes files, or PEM from files that variables name, and a client that verifies accepts it", async () => {
    doorward = await startProcess(settings(undefined), {
      DOORWARD_LISTEN_HTTPS_CERT_FILE: at("door.pem"),
      DOORWARD_LISTEN_HTTPS_KEY: at("door.key"),
    });

    const socket = await trusting(doorward.port);
    socket.destroy();

    expect(socket.authorized).toBe(true);
    expect(doorward.stdout()).not.toContain("BEGIN");
  });

  it.each<[string, () => object, (fault: string) => void]>([
    [
      "a file that is not there",
      () => ({ cert: at("door.pem"), key: at("gone.key") }),
      (fault) =>
        expect(fault).toContain(
          `listen.https.key (${at("gone.key")}) names a file that cannot be read (ENOENT)`,
        ),
    ],
    [
      "the key of another certificate",
      () => ({ cert: at("door.pem"), key: at("other.key") }),
      (fault) =>
        expect(fault).toContain(
          `listen.https.key (${at("other.key")}) does not belong to listen.https.cert (${at("door.pem")})`,
        ),
    ],
    [
      "a key where the certificate should be",
      () => ({ cert: at("door.key"), key: at("door.key") }),
      (fault) =>
        expect(fault).toContain(
          `listen.https.cert (${at("door.key")}) is not a certificate in PEM`,
        ),
    ],
    [
      "a certificate where the key should be",
      () => ({ cert: at("door.pem"), key: at("door.pem") }),
      (fault) =>
        expect(fault).toContain(`listen.https.key (${at("door.pem")}) is not a private key in PEM`),
    ],
    [
      "an encrypted key",
      () => {
        const words = ["pkey", "-in", at("door.key"), "-aes256", "-passout", "pass:x"];
        execFileSync("openssl", [...words, "-out", at("encrypted.key")]);
        return { cert: at("door.pem"), key: at("encrypted.key") };
      },
      (fault) =>
        expect(fault).toContain(
          `listen.https.key (${at("encrypted.key")}) is encrypted: write a key without a passphrase`,
        ),
    ],
    [
      "PEM that is cut off, which is not repeated",
      () => {
        const key = readFileSync(at("door.key"), "utf8").slice(0, 60);
        return { cert: at("door.pem"), key };
      },
      (fault) =>
        expect(fault).toMatch(/listen\.https\.key is not a private key in PEM(?!.*BEGIN)/s),
    ],
  ])("ends with 1 for %s, and names setting and file", async (_, https, expectFault) => {
    const port = await freePort();
    const file = await writeConfig(settings(https())(port));

    const { code, stdout, stderr } = await runDoorward(["serve", "--config", file.path]);
    await file.remove();

    expect(code).toBe(1);
    expect(stdout).not.toContain("listening");
    expectFault(stderr);
  });

  it("uses a renewed certificate from the next SIGHUP, and keeps open connections", async () => {
    writeFileSync(at("renewed.pem"), readFileSync(at("door.pem")));
    writeFileSync(at("renewed.key"), readFileSync(at("door.key")));
    doorward = await startProcess(settings(pair("renewed")));
    const before = await trusting(doorward.port);
    const first = before.getPeerCertificate().fingerprint256;
    writeFileSync(at("renewed.pem"), readFileSync(at("other.pem")));
    writeFileSync(at("renewed.key"), readFileSync(at("other.key")));

    doorward.signal("SIGHUP");
    await doorward.logged(applied);
    const after = await trusting(doorward.port);
    const second = after.getPeerCertificate().fingerprint256;
    after.destroy();
    before.write(question("Connection: close"));
    const old = await text(before);

    expect(second).not.toBe(first);
    expect(old).toContain("HTTP/1.1 ");
  });
});
