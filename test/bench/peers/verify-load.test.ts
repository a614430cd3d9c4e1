import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../../../bench/load.ts";
import { ownSignIn, type Gatekeeper } from "../../../bench/peers/gatekeeper.ts";
import { expectAllowed, verifyLoad } from "../../../bench/peers/verify-load.ts";

let server: Server;
let gatekeeper: Gatekeeper;
/** The response for each session. */
let answer: (cookie: string) => { status: number; email?: string };

const sessions = Array.from({ length: 200 }, (_, index) => ({
  cookies: `session=${index}`,
  email: `person-${index}@example.com`,
}));

beforeAll(async () => {
  server = createServer(({ headers }, response) => {
    const { status, email } = answer(/session=\d+/.exec(headers.cookie ?? "")?.[0] ?? "");
    response.writeHead(status, email === undefined ? {} : { "X-Auth-Request-Email": email }).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  gatekeeper = {
    name: "a program",
    port: (server.address() as AddressInfo).port,
    pid: process.pid,
    verify: { path: "/oauth2/auth", status: 202, identityHeader: "x-auth-request-email" },
    ...ownSignIn("/oauth2/start"),
    close: () => Promise.resolve(),
  };
});
afterAll(() => server.close());

const emailOf = (cookie: string) => sessions.find(({ cookies }) => cookies === cookie)?.email ?? "";

describe("the check before a measurement", () => {
  it("accepts a program that allows every session with its own identity", async () => {
    answer = (cookie) => ({ status: 202, email: emailOf(cookie) });

    await expect(expectAllowed(gatekeeper, sessions, "both")).resolves.toBeUndefined();
  });

  it("rejects another status, no identity, and the identity of another session", async () => {
    answer = () => ({ status: 200, email: "person-0@example.com" });
    await expect(expectAllowed(gatekeeper, sessions, "both")).rejects.toThrow(
      "a program answers 200 with person-0@example.com instead of 202",
    );
    answer = () => ({ status: 202 });
    await expect(expectAllowed(gatekeeper, sessions, "both")).rejects.toThrow("with undefined");
    answer = () => ({ status: 202, email: "person-0@example.com" });
    await expect(expectAllowed(gatekeeper, sessions, "traefik")).rejects.toThrow("person-4");
  });
});

it("requests have the same cookies for each program, except those of its sessions", () => {
  const cookiesOf = (own: string) => {
    const { templates, fills } = verifyLoad(gatekeeper, [{ cookies: own, email: "" }], "both");
    expect(fills).toEqual([own]);
    return templates.map((template) => {
      const { path, headers } = parseRequest(template);
      expect(path).toBe("/oauth2/auth");
      return new Map(headers).get("Cookie")?.split("; \u0001")[0]?.length;
    });
  };

  expect(cookiesOf("short=1")).toEqual([960, 960]);
  expect(cookiesOf(`long=${"x".repeat(3_000)}`)).toEqual([960, 960]);
});
