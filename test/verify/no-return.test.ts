import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { navigation, send } from "../peers/browser.ts";

let doorward: TestDoorward;
beforeAll(async () => {
  doorward = await startDoorward(
    configOf({
      url: "https://auth.example.com/gate",
      cookie: { domain: "example.com" },
      providers: { google: { clientId: "door" } },
      access: { anyone: true },
      allowedRedirects: ["app.example.com:9000"],
      rules: [
        { host: "app.example.com:8443", allow: "signed-in" },
        { host: "*.apps.example.com:7000", allow: "signed-in" },
        { host: "open.example.com", allow: "public" },
      ],
    }),
  );
});
afterAll(() => doorward.close());

const page = "/page?token=visible";

function ask(
  scheme: string,
  host: string,
  uri = page,
  headers: Record<string, string> = navigation,
) {
  return send(`http://127.0.0.1:${doorward.port}/gate/verify`, new Map(), {
    headers: {
      ...headers,
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Proto": scheme,
      "X-Forwarded-Host": host,
      "X-Forwarded-Uri": uri,
    },
  });
}

describe("/verify sends a browser to sign in only if the sign-in can lead back", () => {
  it.each([
    ["the default port", "https", "app.example.com"],
    ["a port that a rule names", "https", "app.example.com:8443"],
    ["a port that a rule for a wildcard names", "https", "a.apps.example.com:7000"],
    ["a port of allowedRedirects", "https", "app.example.com:9000"],
    ["the root of its own host", "https", "auth.example.com"],
    ["a WebSocket scheme", "wss", "app.example.com"],
  ])("%s: yes", async (_, scheme, host) => {
    const answer = await ask(scheme, host);

    expect(answer.status).toBe(302);
    expect(answer.headers.location).toContain("https://auth.example.com/gate/start?rd=");
  });

  it.each([
    ["http", "http", "app.example.com", page, "scheme"],
    ["the scheme of a plain WebSocket", "ws", "app.example.com", page, "scheme"],
    ["a port that no rule names", "https", "app.example.com:8444", page, "port"],
    ["port 80 over https", "https", "app.example.com:80", page, "port"],
    ["a port that a rule names for another host", "https", "other.example.com:8443", page, "port"],
    ["the apex of a wildcard with a port", "https", "apps.example.com:7000", page, "port"],
    ["its own /start", "https", "auth.example.com", "/gate/start?rd=x", "own endpoint"],
    [
      "its own /callback of a provider",
      "https",
      "auth.example.com",
      "/gate/callback/x",
      "own endpoint",
    ],
    ["its own /sign_out", "https", "auth.example.com", "/gate/sign_out", "own endpoint"],
    ["its own /verify", "https", "auth.example.com", "/gate/verify", "own endpoint"],
    [
      "its own /start, spelled another way",
      "https",
      "auth.example.com",
      "/gate/x/../start",
      "own endpoint",
    ],
  ])("%s: a page", async (_, scheme, host, uri, fault) => {
    const answer = await ask(scheme, host, uri);

    expect(answer.status).toBe(403);
    expect(answer.headers.location).toBeUndefined();
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(answer.body).toContain("<!doctype html>");
    expect(doorward.events.at(-1)).toMatchObject({
      msg: "denied: no sign-in can lead back to this URL",
      reason: `no_return_${fault.replace(" ", "_")}`,
      mend: expect.any(String),
    });
    expect(answer.body).toContain(String(doorward.events.at(-1)?.requestId));
    expect(JSON.stringify(doorward.events.at(-1))).not.toContain("visible");
  });

  it("offers the https page to a visitor of the http page", async () => {
    const answer = await ask("http", "app.example.com");

    expect(answer.body).toContain('href="https://app.example.com/page?token=visible"');
  });

  it("responds to a script with 401, as for every other URL", async () => {
    const answer = await ask("http", "app.example.com", page, { Accept: "application/json" });

    expect(answer.status).toBe(401);
    expect(answer.headers.location).toBeUndefined();
  });

  it("responds to nginx with 403 without a body", async () => {
    const answer = await send(`http://127.0.0.1:${doorward.port}/gate/verify`, new Map(), {
      headers: {
        ...navigation,
        "X-Original-Method": "GET",
        "X-Original-URL": "https://app.example.com:8444/",
      },
    });

    expect([answer.status, answer.body]).toEqual([403, ""]);
    expect(answer.headers.location).toBeUndefined();
  });

  it("lets a public page pass, whatever its port or scheme", async () => {
    expect((await ask("http", "open.example.com")).status).toBe(200);
  });
});
