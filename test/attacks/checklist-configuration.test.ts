import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { array, assert, asyncProperty, constantFrom } from "fast-check";
import { root, sourceFiles } from "../../docs/source-files.ts";
import { deriveKey, open, seal } from "../../server/cookies/seal.ts";
import { proxyFiles, proxyNames } from "../../server/tools/proxy-files.ts";
import { exampleConfig } from "../deploy/example.ts";
import { navigation } from "../peers/browser.ts";
import { configOf, testSecret } from "../peers/doorward.ts";
import { expectNoSecrets } from "../peers/no-secrets.ts";
import { runDoorward, settingsFor, writeConfig } from "../peers/process.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";
import type { Attack } from "./attack.ts";

let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor({ access: { anyone: true } });
});
afterEach(() => {
  door.issuer.twist = {};
});
afterAll(() => door.close());

const text = (file: string) => readFileSync(join(root, file), "utf8");
const source = () => sourceFiles().map(text).join("\n");

/** The fault of a configuration with these settings; "" = it is accepted. */
function faultOf(changed: Record<string, unknown>): string {
  try {
    configOf({ ...settingsFor(4180), ...changed });
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const areRefused = (all: readonly Record<string, unknown>[]) => async () =>
  all.filter((changed) => faultOf(changed) === "");

const provider = (changed: Record<string, unknown>) => ({
  providers: {
    company: { type: "oidc", issuer: "https://id.example.com", clientId: "door", ...changed },
  },
});

const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  door.browser().ask(`${door.site}/${path}`, { method, headers: { ...navigation, ...headers } });

/** Pieces from which attacks on return targets are made. */
const pieces = [
  "/",
  "\\",
  "//",
  "https:",
  "https://",
  "evil.example",
  "@",
  ":",
  "%2f",
  "%5c",
  "\t",
  "\n",
  "..",
  "?",
  "#",
  "localhost",
  "javascript:",
  " ",
  "%00",
  ".",
  "x",
];

const redirects: readonly Attack[] = [
  [
    "C-54",
    "no composition of pieces leads off the site, from /start and from /sign_out",
    async () => {
      const browser = door.browser();
      await door.signIn(browser);
      const { hostname, port } = new URL(door.site);
      const rd = array(constantFrom(...pieces), { minLength: 1, maxLength: 7 }).map((parts) =>
        parts.join(""),
      );
      let count = 0;
      await assert(
        asyncProperty(rd, async (target) => {
          const query = `rd=${encodeURIComponent(target)}`;
          const headers = { ...navigation, "X-Forwarded-For": `198.51.100.${count++ % 250}` };
          const found = await browser.ask(`${door.site}/start?${query}`, { headers });
          const out = await ask(`sign_out?${query}`);
          for (const answer of [found, out]) {
            const { location } = answer.headers;
            if (location === undefined) continue;
            const to = new URL(String(location), door.site);
            expect(to.hostname).toBe(hostname);
            // A site on another port leads to the default port as well, where the app may be.
            expect([port, ""]).toContain(to.port);
          }
        }),
        { numRuns: 150 },
      );
    },
    undefined,
  ],
  [
    "C-55",
    "the callback's answer is not cached and sends no referrer, and its target has no code",
    async () => {
      const { status, headers } = await door.signIn(door.browser());
      return [
        status,
        headers["referrer-policy"],
        headers["cache-control"],
        /code=|state=|iss=/.test(String(headers.location)),
      ];
    },
    [302, "no-referrer", "no-store", false],
  ],
  [
    "C-56",
    "no redirect repeats a form",
    async () => {
      const browser = door.browser();
      const form = { method: "POST", headers: { ...navigation, "X-Forwarded-Method": "POST" } };
      const challenged = await door.verify(browser, form);
      const out = await browser.ask(`${door.site}/sign_out?rd=/`, {
        method: "POST",
        headers: navigation,
      });
      const code = [...source().matchAll(/redirect\(\s*(30\d)/g)].map(([, status]) => status);
      return [
        challenged.status,
        out.status,
        new Set(code.filter((status) => status === "307" || status === "308")),
      ];
    },
    [303, 303, new Set()],
  ],
  [
    "C-57",
    "every page has a policy that forbids frames",
    async () => {
      const pages = await Promise.all(["nothing", "callback", "sign_out"].map((path) => ask(path)));
      return pages.map(({ headers }) =>
        /frame-ancestors 'none'/.test(String(headers["content-security-policy"])),
      );
    },
    [true, true, true],
  ],
  [
    "C-58",
    "the printed configuration of each proxy removes or replaces the identity headers of visitors",
    async () =>
      proxyNames.filter((name) => {
        const printed = [...proxyFiles(exampleConfig(), name).files.values()].join("\n");
        return !/x-auth-request-/i.test(printed) || !/remote-/i.test(printed);
      }),
    [],
  ],
  [
    "C-59",
    "a public URL has https",
    areRefused([
      { url: "http://auth.example.com" },
      { url: "ftp://auth.example.com" },
      { url: "https://user:p@auth.example.com" },
    ]),
    [],
  ],
  [
    "C-60",
    "no endpoint allows another origin",
    async () => {
      const origin = {
        Origin: "https://evil.example",
        "Access-Control-Request-Method": "GET",
        "Sec-Fetch-Mode": "cors",
      };
      const all = await Promise.all(
        ["verify", "start", "callback", "sign_out", "nothing"].flatMap((path) => [
          ask(path, origin),
          ask(path, origin, "OPTIONS"),
        ]),
      );
      return all.flatMap(({ headers }) =>
        Object.keys(headers).filter((name) => name.startsWith("access-control-")),
      );
    },
    [],
  ],
  [
    "C-61",
    "codes, states, tokens and cookies are not in the log",
    async () => {
      const browser = door.browser();
      const begun = await door.start(browser, "?rd=/a?token=querysecret");
      const query = new URL(begun).searchParams;
      const url = door.issuer.consent(begun);
      await door.callback(door.browser(), url);
      await door.callback(browser, url);
      await ask(`start?rd=${encodeURIComponent("https://evil.example/?token=querysecret")}`);
      const log = JSON.stringify(door.doorward.events);
      const secrets = [
        "querysecret",
        query.get("state") ?? "",
        query.get("nonce") ?? "",
        ...browser.given,
        ...door.issuer.secrets,
        testSecret,
      ];
      expectNoSecrets(log, secrets);
      return [
        secrets.every((secret) => secret.length > 8),
        log.includes("return target not allowed"),
      ];
    },
    [true, true],
  ],
  [
    "C-62",
    "an error page has an id that the log has too, and no more",
    async () => {
      const answer = await ask("callback?code=a&state=b");
      const [, id = "no id"] = /this code: ([\w-]+)/.exec(answer.body) ?? [];
      const event = door.doorward.events.findLast(({ requestId }) => requestId === id);
      return [
        event?.reason,
        /AuthError|transaction_missing|state|stack/i.test(
          answer.body.replace(/<style>.*<\/style>/s, ""),
        ),
      ];
    },
    ["transaction_missing", false],
  ],
];

const key = (secret: string, purpose: string) => deriveKey(secret, "", purpose);

const cryptography: readonly Attack[] = [
  [
    "C-63",
    "a short or published secret does not start",
    areRefused([
      { secret: "" },
      { secret: "x".repeat(31) },
      { secret: "change-me-change-me-change-me-change-me" },
      { secret: "OQINaROshtE9TcZkNAm-5Zs2Pv3xaWytBmc5W7sPX7w=" },
      { secret: [] },
    ]),
    [],
  ],
  [
    "C-63",
    "a sealed text opens with its key, purpose and context only, and is never the same twice",
    async () => {
      const sealed = seal(key(testSecret, "one"), "context", "text");
      return [
        open(key(testSecret, "one"), "context", sealed),
        open(key(testSecret, "two"), "context", sealed),
        open(key(testSecret, "one"), "other", sealed),
        open(key(`${testSecret}x`, "one"), "context", sealed),
        sealed === seal(key(testSecret, "one"), "context", "text"),
      ];
    },
    ["text", undefined, undefined, undefined, false],
  ],
  [
    "C-64",
    "the linter bans Math.random, and no source has it",
    async () => {
      const { rules }: { rules: Record<string, unknown> } = JSON.parse(text(".oxlintrc.json"));
      return [
        JSON.stringify(rules["no-restricted-properties"]).includes('"property":"random"'),
        source().includes("Math.random"),
      ];
    },
    [true, false],
  ],
  [
    "C-65",
    "a password's hash is compared in constant time, and a session is found by the hash of its token",
    async () => [
      /timingSafeEqual\(/.test(text("server/credentials/matches-hash.ts")),
      /createHash\("sha256"\)\.update\(token\)/.test(text("server/session/sealed-records.ts")),
    ],
    [true, true],
  ],
  [
    "C-66",
    "an issuer over plain http, and turning the check of certificates off, do not exist",
    areRefused([
      provider({ issuer: "http://id.example.com" }),
      provider({ issuer: "http://id.localhost.example.com" }),
      provider({ insecure: true }),
      provider({ tls: { rejectUnauthorized: false } }),
      { tls: { verify: false } },
    ]),
    [],
  ],
  [
    "C-67",
    "an issuer of many tenants needs the list of them",
    areRefused(
      ["common", "organizations"].map((tenant) => ({
        providers: {
          company: {
            type: "entra-id",
            issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
            clientId: "door",
            clientSecret: "x".repeat(20),
          },
        },
      })),
    ),
    [],
  ],
  [
    "C-68",
    "a bearer that is bound to a key is not a bearer token, and refresh tokens need the client's secret",
    async () => {
      const browser = door.browser();
      door.issuer.twist = { refreshes: true };
      await door.signIn(browser);
      door.clock.now += 61 * 60_000;
      await door.verify(browser);
      const asked = door.issuer.received.findLast(({ body }) =>
        body.includes("grant_type=refresh_token"),
      );
      return asked?.authorization?.startsWith("Basic ");
    },
    true,
  ],
  [
    "C-69",
    "no token goes upstream unless a header is configured for it",
    async () => {
      const browser = door.browser();
      await door.signIn(browser);
      const { headers } = await door.verify(browser);
      const shown = JSON.stringify(headers);
      return [
        Object.keys(headers).filter((name) => name.includes("token")),
        door.issuer.secrets.some((secret) => shown.includes(secret)),
      ];
    },
    [[], false],
  ],
  [
    "C-70",
    "an unknown key is refused at every depth, and a similar name is proposed",
    async () =>
      [
        { acess: { anyone: true } },
        { session: { lifetme: "1h" } },
        { cookie: { domian: "example.com" } },
        { rules: [{ pth: "/x" }] },
        { storage: { driver: "memory", basse: "x" } },
      ].map((changed) => /unknown|is for|has no/i.test(faultOf(changed))),
    [true, true, true, true, true],
  ],
  [
    "C-70",
    "an unknown variable is refused, and all faults are reported at once",
    async () => {
      const file = await writeConfig({
        ...settingsFor(4180),
        session: { lifetime: "never" },
        access: {},
      });
      const { code, stdout, stderr } = await runDoorward(["serve", "--config", file.path], {
        DOORWARD_COOKIE_DOMIAN: "x",
      });
      await file.remove();
      const shown = stdout + stderr;
      return [
        code,
        ["DOORWARD_COOKIE_DOMIAN", "session.lifetime"].filter((name) => !shown.includes(name)),
        shown.includes(testSecret),
      ];
    },
    [1, [], false],
  ],
];

it("C-64 tokens and states come from node:crypto", () => {
  const users = sourceFiles().filter((file) => /randomBytes|randomUUID/.test(text(file)));

  expect(users.length).toBeGreaterThan(3);
  expect(users.filter((file) => !text(file).includes('from "node:crypto"'))).toEqual([]);
});

it.each([...redirects, ...cryptography])("%s %s", async (_row, _claim, attack, outcome) => {
  expect(await attack()).toEqual(outcome);
});
