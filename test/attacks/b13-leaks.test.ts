import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { navigation, send, type Browser, type HttpResponse } from "../peers/browser.ts";
import { freePort } from "../peers/free-port.ts";
import { expectNoSecrets } from "../peers/no-secrets.ts";
import { client, forwarded, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";
import { startSignedInProcess, type SignedInProcess } from "../serve/signed-in-process.ts";
import type { Attack } from "./attack.ts";
import { sessionTokenIn } from "./session-cookie.ts";

const evil = `"><svg onload=alert(1)>'&<script>alert(2)</script>`;
let door: SignInDoor;
let served: SignedInProcess;
let adminPort: number;

beforeAll(async () => {
  adminPort = await freePort();
  [door, served] = await Promise.all([
    openSignInDoor({ access: { groups: ["staff"] }, session: { refresh: "1h" } }),
    startSignedInProcess({ admin: { host: "127.0.0.1", port: adminPort } }),
  ]);
});
afterEach(() => {
  door.issuer.twist = {};
});
afterAll(() => Promise.all([door.close(), served.close()]));

const scriptHeaders = {
  Accept: "application/json",
  "Sec-Fetch-Mode": "cors",
  "Sec-Fetch-Dest": "empty",
  "Sec-Fetch-Site": "same-origin",
};

async function signedIn(claims: Record<string, unknown> = {}): Promise<Browser> {
  door.issuer.twist = { refreshes: true, claims, userinfo: claims };
  const browser = door.browser();
  await door.signIn(browser);
  return browser;
}

/** The callback's page for an account with these claims. */
async function pageFor(claims: Record<string, unknown>): Promise<HttpResponse> {
  door.issuer.twist = { claims, userinfo: claims };
  return door.signIn(door.browser());
}

const open = (path: string, headers: Record<string, string> = {}) =>
  door.browser().ask(`${door.site}/${path}`, { headers: { ...navigation, ...headers } });

/** Each kind of page. */
async function pages(): Promise<HttpResponse[]> {
  const browser = await signedIn();
  const denied = await pageFor({ groups: ["guests"] });
  const crossSite = { "Sec-Fetch-Site": "cross-site" };
  const others = await Promise.all([
    open("nothing"),
    open("sign_out"),
    open("sign_out", crossSite),
    open("callback?code=x"),
    open("start?rd=https://evil.example"),
    door.verify(browser, { headers: { "X-Forwarded-Host": "other.example" } }),
  ]);
  return [denied, ...others].filter(({ body }) => body.includes("</html>"));
}

/** What of the markup is in an answer unescaped. */
function markupIn({ body, headers }: HttpResponse): string[] {
  return (
    (body + JSON.stringify(headers)).match(/<svg|<script|onload=alert\(1\)>|alert\(2\)</g) ?? []
  );
}

const escaped = (make: () => Promise<HttpResponse>) => async () => markupIn(await make());

/** A page in a form that is the same for each account and each request. */
const shapeOf = ({ status, body }: HttpResponse, name: string) => [
  status,
  body.replaceAll(name, "NAME").replaceAll(/[0-9a-f-]{8,}/g, "ID"),
];

const attacks: readonly Attack[] = [
  [
    "B13.1",
    "the error of an issuer",
    escaped(async () => {
      const browser = door.browser();
      const wanted = { code: undefined, error: evil, error_description: evil };
      return door.callback(browser, door.issuer.consent(await door.start(browser), wanted));
    }),
    [],
  ],
  [
    "B13.1",
    "the return target of a failed sign-in",
    escaped(async () => {
      const browser = door.browser();
      const begun = await door.start(browser, `?rd=${encodeURIComponent(`/${evil}`)}`);
      return door.callback(browser, door.issuer.consent(begun, { code: undefined, error: "x" }));
    }),
    [],
  ],
  [
    "B13.1",
    "the return target of a sign-out",
    escaped(() =>
      open(`sign_out?rd=${encodeURIComponent(`/${evil}`)}`, { "Sec-Fetch-Site": "cross-site" }),
    ),
    [],
  ],
  [
    "B13.1",
    "the provider that a visitor names",
    escaped(() => open(`start?provider=${encodeURIComponent(evil)}`)),
    [],
  ],
  ...["email", "name", "preferred_username", "sub"].map((claim): Attack => [
    "B13.1",
    `the ${claim} of a refused account`,
    escaped(() =>
      pageFor({
        email: undefined,
        name: undefined,
        preferred_username: undefined,
        groups: [evil],
        [claim]: evil,
      }),
    ),
    [],
  ]),
  [
    "B13.1",
    "a forwarded host",
    escaped(() =>
      door.verify(door.browser(), { headers: { "X-Forwarded-Host": `a${evil}.example` } }),
    ),
    [],
  ],
  [
    "B13.1",
    "a referrer, a user agent and a cookie",
    escaped(() =>
      open("callback?code=x", { Referer: evil, "User-Agent": evil, Cookie: `a=${evil}` }),
    ),
    [],
  ],
  [
    "B13.1",
    "every page forbids scripts, frames, bases and other content",
    async () => {
      const all = await pages();
      const faults = all.filter(({ body, headers }) => {
        const policy = String(headers["content-security-policy"]);
        return (
          /<script|\son\w+=|javascript:/i.test(body) ||
          ![
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
          ].every((part) => policy.includes(part)) ||
          /unsafe|\*|https?:/.test(policy) ||
          headers["x-content-type-options"] !== "nosniff"
        );
      });
      return [all.length, faults];
    },
    [6, []],
  ],
  [
    "B13.2",
    "a forged host, address and referrer are in no page",
    async () => {
      const forged = {
        "X-Forwarded-Host": "forged.example",
        "X-Forwarded-For": "forged.example",
        Referer: "https://forged.example/",
        Forwarded: "host=forged.example",
      };
      const all = await Promise.all(
        ["nothing", "sign_out", "callback?code=x"].map((path) => open(path, forged)),
      );
      return all.map(({ body, headers }) =>
        (body + JSON.stringify(headers)).includes("forged.example"),
      );
    },
    [false, false, false],
  ],
  [
    "B13.3",
    "an account that a rule names gets the same refusal as an unknown one",
    async () => {
      const known = await pageFor({ sub: "bob", email: "bob@example.com", groups: ["guests"] });
      const unknown = await pageFor({ sub: "zoe", email: "zoe@example.com", groups: [] });
      const [one, other] = [shapeOf(known, "bob@example.com"), shapeOf(unknown, "zoe@example.com")];
      return [one[0], JSON.stringify(one) === JSON.stringify(other)];
    },
    [403, true],
  ],
  [
    "B13.4",
    "a sign-in, its failures, a refresh and a sign-out leave no secret in the log",
    async () => {
      const browser = await signedIn();
      const token = (await sessionTokenIn(browser, door.site)) ?? "";
      door.clock.now += 61 * 60_000;
      await door.verify(browser);
      await open(`callback?code=${door.issuer.secrets.at(-1)}&state=${"A".repeat(22)}`);
      await open(`nothing?token=${door.issuer.secrets.at(-1)}`, { Cookie: `a=${token}` });
      await door.verify(door.browser(), { headers: { "X-Forwarded-Uri": `/x?token=${token}` } });
      await browser.ask(`${door.site}/sign_out`, { headers: navigation });
      const log = JSON.stringify(door.doorward.events);
      const secrets = [...door.issuer.secrets, ...browser.given, token, client.clientSecret];
      expectNoSecrets(log, secrets);
      return [secrets.length > 8, log.length > 500];
    },
    [true, true],
  ],
  [
    "B13.5",
    "no page can be framed",
    async () => new Set((await pages()).map(({ headers }) => headers["x-frame-options"])),
    new Set(["DENY"]),
  ],
  [
    "B13.6",
    "health and metrics are on the operators' listener only",
    async () => {
      const at = (port: number, path: string) =>
        send(`http://127.0.0.1:${port}${path}`, new Map(), {});
      const paths = ["/healthz", "/readyz", "/metrics"];
      const onPublic = await Promise.all(
        paths.flatMap((path) => [
          at(served.doorward.port, path),
          at(served.doorward.port, `/_auth${path}`),
        ]),
      );
      const own = await Promise.all(paths.map((path) => at(adminPort, path)));
      const metrics = own.map(({ body }) => body).join("\n");
      return [
        new Set(onPublic.map(({ status }) => status)),
        own.map(({ status }) => status),
        /ada|example\.com|127\.0\.0\.1/.test(metrics),
      ];
    },
    [new Set([404]), [200, 200, 200], false],
  ],
  [
    "B13.7",
    "the user information at /start has neither tokens nor an open origin",
    async () => {
      const browser = await signedIn();
      const token = (await sessionTokenIn(browser, door.site)) ?? "";
      const origin = { Origin: "https://evil.example" };
      const answer = await browser.ask(`${door.site}/start`, {
        headers: { ...scriptHeaders, ...origin },
      });
      const shown = answer.body + JSON.stringify(answer.headers);
      return [
        answer.status,
        shown.includes('"user":"ada"'),
        [...door.issuer.secrets, token].some((secret) => shown.includes(secret)),
        answer.headers["access-control-allow-origin"],
      ];
    },
    [200, true, false, undefined],
  ],
  [
    "B13.7",
    "without a session the user information is a 401 with the URL of the sign-in",
    async () => {
      const answer = await door.browser().ask(`${door.site}/start`, { headers: scriptHeaders });
      return [answer.status, answer.body.includes(`"signIn":"${door.site}/start`)];
    },
    [401, true],
  ],
  [
    "B13.7",
    "/verify without a proxy's headers shows no person, whatever it accepts",
    async () => {
      const browser = await signedIn();
      const all = [scriptHeaders, navigation, { Accept: "*/*" }].map((headers) =>
        browser.ask(`${door.site}/verify`, { headers }),
      );
      return (await Promise.all(all)).map(({ status, body }) => [status, /\bada\b/.test(body)]);
    },
    [
      [400, false],
      [400, false],
      [400, false],
    ],
  ],
  [
    "B13.8",
    "no answer names a server, a library or a version",
    async () => {
      const targets = ["/_auth/start", "/_auth/verify", "/_auth/sign_out", "/nothing"];
      const all = await Promise.all(
        targets.map((path) =>
          send(`http://127.0.0.1:${served.doorward.port}${path}`, new Map(), {
            headers: forwarded(served.doorward.site),
          }),
        ),
      );
      return all.filter(
        ({ headers, body }) =>
          headers.server !== undefined ||
          headers["x-powered-by"] !== undefined ||
          /h3|node\.js|doorward \d/i.test(body),
      );
    },
    [],
  ],
];

it.each(attacks)("%s %s", async (_row, _claim, attack, outcome) => {
  expect(await attack()).toEqual(outcome);
});
