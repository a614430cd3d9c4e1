import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { checkAccess } from "../../../bench/proxies/check-access.ts";
import { appHost } from "../../../bench/peers/gatekeeper.ts";
import { page } from "../../../bench/proxies/static-site.ts";
import type { Variant } from "../../../bench/proxies/variants.ts";
import { createCertificate } from "../../peers/tls.ts";

const cookie = "session=abc123";
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A proxy that serves the page if `allows` does, checked as this variant. */
async function check(
  variant: Variant,
  allows: (headers: IncomingHttpHeaders) => boolean,
  content = page.content,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "doorward-test-"));
  const file = join(folder, "certificate");
  createCertificate(file, [appHost]);
  const tls = { cert: readFileSync(`${file}.pem`), key: readFileSync(`${file}.key`) };
  await rm(folder, { recursive: true });
  server = createServer(tls, ({ headers }, response) => {
    response.statusCode = allows(headers) ? 200 : 401;
    response.end(allows(headers) ? content : "");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const request = `GET /app.txt HTTP/1.1\r\nHost: ${appHost}\r\nCookie: theme=dark; ${cookie}\r\n\r\n`;
  const unused = { proxyPids: [], servicePids: [], folder: "" };
  await checkAccess({ ...unused, variant, title: "the proxy", port, cookie, request });
}

const everyone = () => true;
const withSession = (headers: IncomingHttpHeaders) => headers.cookie?.includes(cookie) === true;

describe("checkAccess", () => {
  it("accepts a proxy that serves the file only with the session", async () => {
    await expect(check("doorward", withSession)).resolves.toBeUndefined();
  });

  it("accepts the unprotected proxy, which serves it to everyone", async () => {
    await expect(check("unprotected", everyone)).resolves.toBeUndefined();
  });

  it("accepts the bare server, which asks for any cookie", async () => {
    await expect(check("bare", ({ cookie: sent }) => sent !== undefined)).resolves.toBeUndefined();
  });

  it.each(["bare", "doorward", "oauth2-proxy"] as const)(
    "throws if %s is not asked",
    async (variant) => {
      await expect(check(variant, everyone)).rejects.toThrow("answers 200 without a session");
    },
  );

  it.each([
    ["any other cookie", ({ cookie: sent }: IncomingHttpHeaders) => sent !== undefined],
    [
      "a forged one",
      ({ cookie: sent }: IncomingHttpHeaders) => sent?.includes("session=") === true,
    ],
  ])("throws if %s is enough", async (_, allows) => {
    await expect(check("doorward", allows)).rejects.toThrow("answers 200 without a session");
  });

  it("throws if the session does not get the file", async () => {
    await expect(check("doorward", () => false)).rejects.toThrow("answers 401 with a session");
    server?.close();
    await expect(check("doorward", withSession, "another page")).rejects.toThrow(
      "answers 200 with a session",
    );
  });
});
