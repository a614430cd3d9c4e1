import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { navigation, type Browser, type HttpResponse } from "../peers/browser.ts";
import { configOf } from "../peers/doorward.ts";
import {
  html,
  json,
  startHostileIssuer,
  type HostileIssuer,
  type Reply,
} from "../peers/hostile-issuer.ts";
import { settingsFor } from "../peers/process.ts";
import { client, openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";
import type { Attack } from "./attack.ts";

const minute = 60_000;
let door: SignInDoor;
/** Of the provider `company`, and of `second` at the issuer `other`. */
let two: SignInDoor;
let other: HostileIssuer;

beforeAll(async () => {
  other = await startHostileIssuer();
  const second = { type: "oidc", issuer: other.issuer, clientId: "o", clientSecret: "other" };
  [door, two] = await Promise.all([
    openSignInDoor({ access: { anyone: true } }),
    openSignInDoor({ access: { anyone: true }, providers: { second } }),
  ]);
});
afterEach(() => {
  for (const { issuer } of [door, two]) issuer.twist = {};
});
afterAll(async () => {
  await Promise.all([door.close(), two.close()]);
  await other.close();
});

/** The authorization request of a new sign-in. */
async function request(query = "", browser = door.browser(), at = door): Promise<URLSearchParams> {
  return new URL(await at.start(browser, query)).searchParams;
}

/** The last form at the token endpoint. */
function lastForm(): URLSearchParams {
  const { body } = door.issuer.received.findLast(({ path }) => path === "/token") ?? { body: "" };
  return new URLSearchParams(body);
}

/** The status of a callback that has to be refused, and the number of token requests that it caused. */
async function refused(
  ask: (browser: Browser, begun: string) => Promise<HttpResponse>,
  at = door,
): Promise<number[]> {
  const browser = at.browser();
  const begun = await at.start(browser, at === two ? "?provider=company" : "");
  const tokenRequests = () => at.issuer.asked("/token") + other.asked("/token");
  const before = tokenRequests();
  const { status } = await ask(browser, begun);
  return [status, tokenRequests() - before];
}

/** Whether a configuration with this provider is refused. */
function isRefused(provider: Record<string, unknown>): boolean {
  const company = { type: "oidc", issuer: "https://id.example.com", ...client, ...provider };
  try {
    configOf({ ...settingsFor(4180), providers: { company } });
    return false;
  } catch {
    return true;
  }
}

/** The status of /start at an issuer with this metadata. */
async function startAt(metadata: Record<string, unknown>, issuer?: string): Promise<number> {
  const one = await openSignInDoor({}, issuer === undefined ? {} : { issuer });
  one.issuer.twist = { metadata };
  const { status } = await one.browser().ask(`${one.site}/start`, { headers: navigation });
  await one.close();
  return status;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("base64url");

const start: readonly Attack[] = [
  ["C-01", "the response type is code", async () => (await request()).get("response_type"), "code"],
  [
    "C-01",
    "no setting asks for another response type or grant",
    async () =>
      [
        { authorization: { response_type: "id_token" } },
        { responseType: "token" },
        { grantType: "password" },
      ].map(isRefused),
    [true, true, true],
  ],
  [
    "C-02",
    "each sign-in has a new verifier of 43 characters, whose S256 is the challenge",
    async () => {
      const browser = door.browser();
      const one = await request();
      const begun = await door.start(browser);
      const second = new URL(begun).searchParams;
      await door.callback(browser, door.issuer.consent(begun));
      const verifier = lastForm().get("code_verifier") ?? "";
      return [
        one.get("code_challenge") === second.get("code_challenge"),
        second.get("code_challenge_method"),
        verifier.length,
        sha256(verifier) === second.get("code_challenge"),
      ];
    },
    [false, "S256", 43, true],
  ],
  [
    "C-02",
    "no setting turns PKCE off or to plain",
    async () =>
      [
        { pkce: false },
        { usePkce: false },
        { authorization: { code_challenge_method: "plain" } },
      ].map(isRefused),
    [true, true, true],
  ],
  [
    "C-03",
    "an issuer that lists plain only still gets S256 and the verifier",
    async () => {
      const one = await openSignInDoor();
      one.issuer.twist = { metadata: { code_challenge_methods_supported: ["plain"] } };
      const browser = one.browser();
      const begun = await one.start(browser);
      await one.callback(browser, one.issuer.consent(begun));
      const { body } = one.issuer.received.findLast(({ path }) => path === "/token") ?? {
        body: "",
      };
      await one.close();
      return [
        new URL(begun).searchParams.get("code_challenge_method"),
        new URLSearchParams(body).get("code_verifier")?.length,
      ];
    },
    ["S256", 43],
  ],
  [
    "C-04",
    "the nonce is new for each sign-in",
    async () => {
      const nonces = [await request(), await request()].map((query) => query.get("nonce"));
      return [new Set(nonces).size, nonces.every((nonce) => nonce?.length === 22)];
    },
    [2, true],
  ],
  ...[undefined, "", "another"].map((nonce): Attack => [
    "C-04",
    `an ID token with the nonce ${nonce} is refused`,
    async () => {
      door.issuer.twist = { claims: { nonce } };
      return (await door.signIn(door.browser())).status;
    },
    400,
  ]),
  [
    "C-05",
    "the state is 128 random bits and says nothing",
    async () => {
      const states = await Promise.all(
        Array.from(
          { length: 20 },
          async (_, index) => (await request(`?rd=/secret-${index}`)).get("state") ?? "",
        ),
      );
      const decoded = states
        .map((state) => Buffer.from(state, "base64url").toString("latin1"))
        .join();
      return [
        new Set(states).size,
        states.every((state) => /^[\w-]{22}$/.test(state)),
        decoded.includes("secret"),
      ];
    },
    [20, true, false],
  ],
  [
    "C-06",
    "the browser's cookie of a sign-in shows none of its values",
    async () => {
      const browser = door.browser();
      const query = await request("?rd=/somewhere", browser);
      const cookie = await browser.jar.getCookieString(door.site);
      const [, sealed = ""] = cookie.split("=");
      const text = Buffer.from(sealed, "base64url").toString("latin1");
      const secrets = [query.get("nonce") ?? "", "company", "/somewhere", "localhost"];
      return secrets.filter((secret) => text.includes(secret) || cookie.includes(secret));
    },
    [],
  ],
  [
    "C-06",
    "a sign-in fails with any one character of its cookie changed",
    async () => {
      const browser = door.browser();
      const url = door.issuer.consent(await door.start(browser));
      const [name = "", value = ""] = (await browser.jar.getCookieString(url)).split("=");
      const places = [
        0,
        7,
        16,
        33,
        Math.floor(value.length / 2),
        value.length - 20,
        value.length - 1,
      ];
      const answers = places.map((place) => {
        const changed =
          value.slice(0, place) + (value[place] === "A" ? "Q" : "A") + value.slice(place + 1);
        return browser.ask(url, { headers: { ...navigation, Cookie: `${name}=${changed}` } });
      });
      return new Set((await Promise.all(answers)).map(({ status }) => status));
    },
    new Set([400]),
  ],
  [
    "C-07",
    "the state of another browser is refused before the token request",
    () => refused((_, begun) => door.callback(door.browser(), door.issuer.consent(begun))),
    [400, 0],
  ],
  [
    "C-08",
    "of three callbacks at once one is accepted",
    async () => {
      const browser = door.browser();
      const url = door.issuer.consent(await door.start(browser));
      const before = door.issuer.asked("/token");
      const answers = await Promise.all([0, 1, 2].map(() => door.callback(browser, url)));
      return [answers.map(({ status }) => status).toSorted(), door.issuer.asked("/token") - before];
    },
    [[302, 400, 400], 1],
  ],
  [
    "C-08",
    "a sign-in ends after ten minutes",
    () =>
      refused((browser, begun) => {
        door.clock.now += 10 * minute;
        return door.callback(browser, door.issuer.consent(begun));
      }),
    [400, 0],
  ],
  [
    "C-09",
    "the redirect URI is the configured one at both endpoints, whatever the request says",
    async () => {
      const browser = door.browser();
      const forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        Origin: "https://evil.example",
      };
      const asked = `${door.site}/start?redirect_uri=https://evil.example/&rd=/`;
      const answer = await browser.ask(asked, { headers: { ...navigation, ...forged } });
      const begun = String(answer.headers.location);
      await browser.ask(door.issuer.consent(begun), { headers: { ...navigation, ...forged } });
      const uris = [
        new URL(begun).searchParams.getAll("redirect_uri"),
        lastForm().getAll("redirect_uri"),
      ];
      return uris.flat().filter((uri) => uri !== `${door.site}/callback`);
    },
    [],
  ],
  [
    "C-09",
    "a public URL over plain http is refused, except on loopback",
    async () =>
      ["http://auth.example.com", "http://localhost:4180"].map((url) => {
        try {
          configOf({ ...settingsFor(4180), url });
          return "accepted";
        } catch {
          return "refused";
        }
      }),
    ["refused", "accepted"],
  ],
  [
    "C-10",
    "an issuer that announces iss has to send it",
    async () => {
      const one = await openSignInDoor();
      one.issuer.twist = { metadata: { authorization_response_iss_parameter_supported: true } };
      const status = async (iss: string | undefined) => {
        const browser = one.browser();
        return (await one.callback(browser, one.issuer.consent(await one.start(browser), { iss })))
          .status;
      };
      const statuses = [
        await status(undefined),
        await status("https://evil.example"),
        await status(one.issuer.issuer),
      ];
      await one.close();
      return statuses;
    },
    [400, 400, 302],
  ],
  [
    "C-10",
    "an iss that is sent has to be the issuer's, exactly",
    () =>
      refused((browser, begun) =>
        door.callback(browser, door.issuer.consent(begun, { iss: `${door.issuer.issuer}/` })),
      ),
    [400, 0],
  ],
  [
    "C-11",
    "two providers without iss have a redirect URI each",
    async () => {
      const uris = [
        await request("?provider=company", two.browser(), two),
        await request("?provider=second", two.browser(), two),
      ];
      return uris.map((query) => query.get("redirect_uri")?.slice(two.site.length));
    },
    ["/callback/company", "/callback/second"],
  ],
  [
    "C-12",
    "a code of provider B in a sign-in at A goes to neither",
    () =>
      refused(
        (browser, begun) =>
          two.callback(
            browser,
            two.issuer.consent(begun, { code: other.codeFor(begun), iss: other.issuer }),
          ),
        two,
      ),
    [400, 0],
  ],
  [
    "C-13",
    "a victim's code in an attacker's sign-in is refused",
    async () => {
      const [attacker, victim] = [door.browser(), door.browser()];
      const code = door.issuer.codeFor(await door.start(victim));
      const answer = await door.callback(
        attacker,
        door.issuer.consent(await door.start(attacker), { code }),
      );
      return [answer.status, (await door.verify(attacker)).status];
    },
    [400, 302],
  ],
  [
    "C-14",
    "a configured scope is sent as it is",
    async () => {
      const one = await openSignInDoor({}, { scope: "openid email" });
      const scope = (await request("", one.browser(), one)).get("scope");
      await one.close();
      return scope;
    },
    "openid email",
  ],
  [
    "C-15",
    "no setting overrides a parameter that protects the sign-in",
    async () =>
      [
        "client_id",
        "redirect_uri",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "response_type",
        "response_mode",
        "request",
        "request_uri",
        "scope",
      ].filter((name) => !isRefused({ authorization: { [name]: "x" } })),
    [],
  ],
  [
    "C-15",
    "no parameter of /start reaches the issuer, except for those that it knows",
    async () => {
      const evil =
        "client_id redirect_uri state nonce code_challenge response_type request request_uri scope claims"
          .split(" ")
          .map((name) => `${name}=evil`)
          .join("&");
      return (await request(`?rd=/&${evil}`)).toString().includes("evil");
    },
    false,
  ],
  [
    "C-16",
    "an issuer that requires pushed requests gets no parameters through the browser",
    async () => {
      const one = await openSignInDoor();
      const endpoint = `${one.issuer.issuer}/revoke`;
      one.issuer.twist = {
        metadata: {
          require_pushed_authorization_requests: true,
          pushed_authorization_request_endpoint: endpoint,
        },
        reply: {
          "/revoke": (response) => json(response, 201, { request_uri: "urn:x:1", expires_in: 60 }),
        },
      };
      const query = await request("", one.browser(), one);
      const pushed = one.issuer.received.find(({ path }) => path === "/revoke")?.body ?? "";
      await one.close();
      return [
        [...query.keys()].toSorted(),
        query.get("request_uri"),
        pushed.includes("code_challenge="),
      ];
    },
    [["client_id", "request_uri"], "urn:x:1", true],
  ],
  [
    "C-16",
    "an issuer that requires pushed requests and has no endpoint for them gets none at all",
    () => startAt({ require_pushed_authorization_requests: true }),
    502,
  ],
  ...(
    [
      ["an image", { "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" }],
      ["a script", { "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" }],
      ["a prefetch", { "Sec-Purpose": "prefetch" }],
      ["a prerendering", { "Sec-Purpose": "prefetch;prerender" }],
    ] as const
  ).map(([what, headers]): Attack => [
    "C-17",
    `${what} opens no sign-in`,
    async () => {
      const answer = await door
        .browser()
        .ask(`${door.site}/start`, { headers: { ...navigation, ...headers } });
      return [answer.status, setCookies(answer)];
    },
    [403, []],
  ]),
];

const discovery = "/.well-known/openid-configuration";
const tokenReply = (reply: Reply) => async () => {
  door.issuer.twist = { reply: { "/token": reply } };
  return (await door.signIn(door.browser())).status;
};

const callback: readonly Attack[] = [
  [
    "C-18",
    "an error ends the sign-in on a page",
    async () => {
      const browser = door.browser();
      const begun = await door.start(browser);
      const failing = door.issuer.consent(begun, { code: undefined, error: "login_required" });
      const answer = await door.callback(browser, failing);
      const again = await door.callback(browser, door.issuer.consent(begun));
      return [answer.status, answer.headers.location, again.status];
    },
    [403, undefined, 400],
  ],
  ...["code", "state", "iss", "error"].map((name): Attack => [
    "C-19",
    `the parameter ${name} given twice`,
    () =>
      refused((browser, begun) => {
        const url = new URL(door.issuer.consent(begun));
        url.searchParams.append(name, url.searchParams.get(name) ?? "x");
        url.searchParams.append(name, "y");
        return door.callback(browser, url.href);
      }),
    [400, 0],
  ]),
  [
    "C-20",
    "the client's secret is in the header of the token request only",
    async () => {
      await door.signIn(door.browser());
      const asked = door.issuer.received.findLast(({ path }) => path === "/token");
      const secret = encodeURIComponent(client.clientSecret);
      const urls = door.issuer.received.map(({ path }) => path).join();
      return [
        asked?.authorization?.startsWith("Basic "),
        asked?.body.includes("client_secret"),
        urls.includes(secret),
      ];
    },
    [true, false, false],
  ],
  [
    "C-21",
    "a token endpoint that redirects is not followed",
    tokenReply((response) => response.writeHead(307, { Location: `${other.issuer}/token` }).end()),
    502,
  ],
  ["C-21", "a token endpoint that answers HTML", tokenReply(html(200)), 502],
  [
    "C-21",
    "a token endpoint that answers 10 MB",
    tokenReply((response) =>
      response
        .writeHead(200, { "Content-Type": "application/json" })
        .end(Buffer.alloc(10 << 20, " ")),
    ),
    502,
  ],
  [
    "C-21",
    "a token endpoint that closes the connection",
    tokenReply((response) => response.destroy()),
    503,
  ],
  [
    "C-22",
    "an issuer with another slash at its end",
    () => startAt({ issuer: "http://127.0.0.1:9/" }),
    502,
  ],
  ["C-22", "a discovery without an issuer", () => startAt({ issuer: undefined }), 502],
  [
    "C-22",
    "a discovery that is not JSON",
    async () => {
      const one = await openSignInDoor();
      one.issuer.twist = { reply: { [discovery]: html(200) } };
      const { status } = await one.browser().ask(`${one.site}/start`, { headers: navigation });
      await one.close();
      return status;
    },
    502,
  ],
];

it.each([...start, ...callback])("%s %s", async (_row, _claim, attack, outcome) => {
  expect(await attack()).toEqual(outcome);
});
