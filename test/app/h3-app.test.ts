import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { H3 } from "h3";
import { toNodeHandler } from "h3/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";

let doorward: TestDoorward;
let app: H3;
let server: Server;

/** doorward mounted in another h3 server. */
beforeAll(async () => {
  doorward = await startDoorward(
    configOf({
      url: "https://app.example.com/_auth",
      providers: { company: { type: "oidc", issuer: "http://127.0.0.1:1/", clientId: "door" } },
      access: { anyone: true },
      rules: [{ path: "/public/**", allow: "public" }],
    }),
  );
  app = await doorward.app.loadH3App();
  const host = new H3().get("/own", () => "its own page").mount("", app);
  server = createServer(toNodeHandler(host)).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  server.close();
  await doorward.close();
});

const forwarded = {
  "X-Forwarded-Method": "GET",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "app.example.com",
  "X-Forwarded-Uri": "/public/logo",
};

async function ask(target: string, headers: Record<string, string> = {}, method = "GET") {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  const all = Object.entries({ Host: "app.example.com", Connection: "close", ...headers });
  const lines = all.map(([name, value]) => `${name}: ${value}`);
  socket.write([`${method} ${target} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
  const response = await text(socket);
  return { status: Number(response.split(" ", 2)[1]), response };
}

describe("the h3 app, mounted in another server", () => {
  it("answers the four endpoints, and leaves the other routes to that server", async () => {
    expect((await ask("/_auth/verify", forwarded)).status).toBe(200);
    expect((await ask("/_auth/start")).status).toBe(503); // its issuer is unreachable
    expect((await ask("/_auth/callback")).status).toBe(400);
    expect((await ask("/_auth/sign_out")).status).toBe(200);
    expect((await ask("/own")).response).toContain("its own page");
  });

  it.each([
    "/_auth/verify/",
    "/_auth/%76erify",
    "/_auth/./verify",
    "/_auth/x/../verify",
    "/_auth//verify",
    "//_auth/verify",
    "/_auth/VERIFY",
    "/_auth/verify%00",
    "/verify",
    "/%ZZ",
    "/_auth/start/",
    "/_auth/%73tart",
    "/_auth/callback/other",
  ])("compares paths byte for byte: %s is not an endpoint", async (target) => {
    expect((await ask(target, forwarded)).status).not.toBe(200);
    expect((await ask(target)).status).toBeGreaterThanOrEqual(400);
  });

  it("reads Envoy's URI without normalizing it", async () => {
    const headers = { "X-Forwarded-Proto": "https" };

    expect((await ask("/_auth/verify/public/logo", headers)).status).toBe(200);
    expect((await ask("/_auth/verify/public/../private", headers)).status).toBe(401);
    expect((await ask("/_auth/verify/public%2f../private", headers)).status).toBe(401);
  });

  it("refuses a method that an endpoint does not accept", async () => {
    const { status, response } = await ask("/_auth/start", { "Content-Length": "0" }, "POST");

    expect(status).toBe(405);
    expect(response.toLowerCase()).toContain("allow: get, head");
  });

  it("sends every response with no-store", async () => {
    const targets = ["/_auth/verify", "/_auth/start", "/_auth/sign_out", "/nothing"];
    for (const target of targets)
      expect((await ask(target)).response.toLowerCase()).toContain("cache-control: no-store");
  });
});

describe("the h3 app without a Node request", () => {
  it("trusts no peer, so /verify is 403", async () => {
    const response = await app.request("https://app.example.com/_auth/verify", {
      headers: forwarded,
    });

    expect(response.status).toBe(403);
  });

  it("serves the pages", async () => {
    const response = await app.request("https://app.example.com/_auth/sign_out");

    expect(response.status).toBe(200);
    expect(await response.text()).toContain("You are signed out");
  });
});
