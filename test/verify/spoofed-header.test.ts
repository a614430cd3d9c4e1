import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";

const url = "https://app.example.com/public";
const dialects = {
  forwarded: {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "app.example.com",
    "X-Forwarded-Uri": "/public",
  },
  original: { "X-Original-URL": url, "X-Original-Method": "GET" },
};

describe("/verify?identity_headers=refuse, asked with an identity header of the visitor,", () => {
  let doorward: TestDoorward;
  beforeAll(async () => {
    const config = configOf({
      url: "https://auth.example.com",
      cookie: { domain: "example.com" },
      providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
      access: { anyone: true },
      rules: [{ path: "/public", allow: "public" }],
    });
    doorward = await startDoorward(config);
  });
  afterAll(() => doorward.close());

  function ask(path: string, headers: Record<string, string>) {
    return new Browser().ask(`http://127.0.0.1:${doorward.port}${path}`, { headers });
  }

  it.each([
    ["original", 403, ""],
    [
      "forwarded",
      400,
      '{"error":"identity_header","header":"X-WebAuth-Role","requestId":"edge-1"}',
    ],
  ] as const)("refuses what it would allow, in the dialect %s", async (dialect, status, body) => {
    const headers = dialects[dialect];
    const known = await ask("/verify?identity_headers=refuse", headers);

    const answer = await ask("/verify?identity_headers=refuse", {
      ...headers,
      "X-WebAuth-Role": "Admin",
      "X-Request-Id": "edge-1",
    });

    expect(known.status).toBe(200);
    expect([answer.status, answer.body]).toEqual([status, body]);
  });

  it("names the header and the fix in the log", async () => {
    await ask("/verify?identity_headers=refuse", {
      ...dialects.original,
      X_Auth_Request_User: "ada",
    });

    expect(doorward.events.at(-1)).toMatchObject({
      msg: "refused: identity header of the visitor",
      header: "X_Auth_Request_User",
      mend: expect.stringContaining("remove it in the proxy"),
    });
  });

  it("answers as without it if the proxy removes such headers itself", async () => {
    const answer = await ask("/verify", { ...dialects.forwarded, "X-WebAuth-Role": "Admin" });

    expect(answer.status).toBe(200);
  });
});
