import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "node:https";
import { connect } from "node:net";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { forwarded } from "../peers/sign-in-door.ts";
import { replaceFile, runDoorward } from "../peers/process.ts";
import { createCertificate } from "../peers/tls.ts";
import { rejected, startSignedInProcess, type SignedInProcess } from "./signed-in-process.ts";

let folder: string;
let ada: SignedInProcess | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doorward-tls-"));
  createCertificate(join(folder, "door"), ["localhost"]);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => ada?.close());

const own = () => ({ cert: join(folder, "door.pem"), key: join(folder, "door.key") });

/** The verdict about Ada over TLS, from a client that trusts the tests' certificate only. */
async function verdict({ doorward, cookie }: SignedInProcess): Promise<number | undefined> {
  const sent = request({
    host: "127.0.0.1",
    port: doorward.port,
    path: "/_auth/verify",
    servername: "localhost",
    ca: readFileSync(own().cert),
    agent: new Agent({ keepAlive: false }),
    headers: { ...forwarded(doorward.site), Cookie: cookie },
  });
  sent.end();
  const [response] = await once(sent, "response");
  response.resume();
  return response.statusCode;
}

describe("a reload of listen.https", () => {
  it("changes from http to https and back on the same port, and finishes requests in progress", async () => {
    ada = await startSignedInProcess();
    const { doorward, lines, cookie, settings } = ada;
    const listen = { host: "127.0.0.1", port: doorward.port };
    const slow = connect(doorward.port, "127.0.0.1");
    await once(slow, "connect");
    slow.write(`GET /_auth/verify HTTP/1.1\r\nHost: x\r\n${lines}`);
    const response = text(slow);

    // The watcher of the file and SIGHUP may each apply a configuration, so the line of the listener counts.
    await ada.reload({ listen: { ...listen, https: own() } });
    await doorward.logged("listening", 2);
    const secure = await verdict(ada);
    const health = await runDoorward(["health", "--config", doorward.file.path]);
    slow.write(`Cookie: ${cookie}\r\nConnection: close\r\n\r\n`);
    const finished = await response;
    await ada.reload({ listen });
    await doorward.logged("listening", 3);

    expect(finished).toMatch(/^HTTP\/1\.1 200 OK/);
    expect([secure, health.code]).toEqual([200, 0]);
    expect(await ada.isAlive()).toBe(true);
    expect((await doorward.logged("listening", 3)).map(({ port }) => port)).toEqual(
      [1, 2, 3].map(() => doorward.port),
    );
    expect(doorward.stdout()).not.toContain(String(settings.secret));
  });

  it("changes from a self-signed certificate to another one", async () => {
    let port = 0;
    ada = await startSignedInProcess();
    ({ port } = ada.doorward);
    const listen = { host: "127.0.0.1", port };

    await ada.reload({ listen: { ...listen, https: true } });
    await ada.doorward.logged("listening", 2);
    const selfSigned = await verdict(ada).catch((error: Error) => error.message);
    await ada.reload({ listen: { ...listen, https: own() } });
    await ada.doorward.logged("listening", 3);

    expect(selfSigned).toMatch(/certificate/);
    expect(await verdict(ada)).toBe(200);
  });

  it("that cannot be used leaves the listener as it was", async () => {
    ada = await startSignedInProcess();
    const { doorward, settings } = ada;
    const https = { ...own(), key: join(folder, "gone.key") };
    const listen = { host: "127.0.0.1", port: doorward.port, https };

    await replaceFile(doorward.file.path, JSON.stringify({ ...settings, listen }));
    const [event] = await doorward.logged(rejected);

    expect(event?.detail).toContain(
      `listen.https.key (${https.key}) names a file that cannot be read`,
    );
    expect(await ada.isAlive()).toBe(true);
  });
});
