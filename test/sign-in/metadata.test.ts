import { describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { html, json, type Reply, type Twist } from "../peers/hostile-issuer.ts";
import { openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";

const configuration = "/.well-known/openid-configuration";

async function withDoor(run: (door: SignInDoor) => Promise<void>): Promise<void> {
  const door = await openSignInDoor();
  try {
    await run(door);
  } finally {
    await door.close();
  }
}

function start(door: SignInDoor) {
  return door.browser().ask(`${door.site}/start`, { headers: navigation });
}

const tooMuch: Reply = (response) =>
  json(response, 200, { issuer: "x", padding: "x".repeat(2 << 20) });
const elsewhere: Reply = (response) =>
  response.writeHead(302, { Location: "http://127.0.0.1:9/" }).end();

describe("rejects issuer metadata", () => {
  it.each<[string, Twist]>([
    ["of another issuer", { metadata: { issuer: "https://evil.example" } }],
    ["without an issuer", { metadata: { issuer: undefined } }],
    ["without a token endpoint", { metadata: { token_endpoint: undefined } }],
    ["with a plain http token endpoint", { metadata: { token_endpoint: "http://192.0.2.1/t" } }],
    ["with plain http keys", { metadata: { jwks_uri: "http://192.0.2.1/keys" } }],
    [
      "with a plain http userinfo endpoint",
      { metadata: { userinfo_endpoint: "http://192.0.2.1/u" } },
    ],
    [
      "with the address of a cloud metadata service",
      { metadata: { token_endpoint: "http://169.254.169.254/" } },
    ],
    ["with a file URL for its keys", { metadata: { jwks_uri: "file:///etc/passwd" } }],
    ["with a javascript: URL", { metadata: { authorization_endpoint: "javascript:alert(1)" } }],
    [
      "with an endpoint that is not a string",
      { metadata: { token_endpoint: ["https://a.example"] } },
    ],
    ["that is a web page", { reply: { [configuration]: html(200) } }],
    ["that is an error", { reply: { [configuration]: html(500) } }],
    ["that is missing (404)", { reply: { [configuration]: html(404) } }],
    ["that is a list", { reply: { [configuration]: (response) => json(response, 200, []) } }],
    ["that is empty", { reply: { [configuration]: (response) => response.end() } }],
    ["of 2 MB", { reply: { [configuration]: tooMuch } }],
    ["that redirects", { reply: { [configuration]: elsewhere } }],
    [
      "whose connection is closed",
      { reply: { [configuration]: (response) => response.destroy() } },
    ],
  ])("%s", (_, twist) =>
    withDoor(async (door) => {
      door.issuer.twist = twist;

      const answer = await start(door);

      expect([502, 503]).toContain(answer.status);
      expect(answer.body).toContain("Sign-in is not possible right now");
      expect(answer.headers["retry-after"]).toBeDefined();
      expect(answer.headers.location).toBeUndefined();
      expect(setCookies(answer)).toEqual([]);
    }),
  );
});

describe("an issuer that is down", () => {
  it("does not affect existing sessions, and is discovered again once it is back", () =>
    withDoor(async (door) => {
      const ada = door.browser();
      await door.signIn(ada);
      door.clock.now += 60 * 60_000; // the cached metadata expires
      door.issuer.twist = { reply: { [configuration]: html(503), "/token": html(503) } };

      const meanwhile = await door.verify(ada);
      door.issuer.twist = {};
      door.clock.now += 5_000;
      const other = door.browser();
      await door.signIn(other);

      expect(meanwhile.status).toBe(200);
      expect((await door.verify(other)).status).toBe(200);
    }));

  it("gets one request per pause, which doubles up to five seconds, however many visitors sign in", () =>
    withDoor(async (door) => {
      door.issuer.twist = { reply: { [configuration]: html(503) } };
      const asked = () => door.issuer.asked(configuration);

      await start(door);
      for (const [index, pause] of [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000].entries()) {
        door.clock.now += pause - 1;
        await start(door);
        expect(asked(), `just before the end of pause ${index}`).toBe(index + 1);
        door.clock.now += 1;
        const answers = await Promise.all([start(door), start(door), start(door)]);

        expect(answers.map(({ status }) => status)).toEqual([502, 502, 502]);
        expect(asked(), `after pause ${index}`).toBe(index + 2);
      }
      door.issuer.twist = {};
      door.clock.now += 5_000;
      expect((await start(door)).status).toBe(302);
    }));

  it("gets one discovery request for 50 simultaneous first sign-ins", () =>
    withDoor(async (door) => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => start(door)));

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([302]));
      expect(door.issuer.asked(configuration)).toBe(1);
    }));
});
