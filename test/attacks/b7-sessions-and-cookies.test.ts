import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createToken } from "../../server/session/token.ts";
import { navigation, type Browser } from "../peers/browser.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";
import { json } from "../peers/hostile-issuer.ts";
import { withoutReplacedFiles } from "../peers/replaced-files.ts";
import { forwarded, openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";
import type { Attack } from "./attack.ts";
import { openSecureSite } from "../peers/secure-site.ts";
import { sessionTokenIn } from "./session-cookie.ts";

const minute = 60_000;
let folder: string;
/** Two accounts may pass, so that one of them can attack the other. */
let door: SignInDoor;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-test-"));
  door = await openSignInDoor({
    access: { subjects: ["ada", "eve"] },
    session: { lifetime: "2h", idle: "1h", refresh: "30m" },
    storage: { driver: "fs-lite", base: join(folder, "data") },
  });
});
afterEach(() => {
  door.issuer.twist = {};
});
afterAll(async () => {
  await door.close();
  await rm(folder, { recursive: true });
});

async function signedIn(sub = "ada", browser = door.browser()): Promise<Browser> {
  door.issuer.twist = { refreshes: true, claims: { sub }, userinfo: { sub } };
  const again = "?prompt=select_account";
  await door.callback(browser, door.issuer.consent(await door.start(browser, again)));
  return browser;
}

async function tokenOf(browser: Browser): Promise<string> {
  return (await sessionTokenIn(browser, door.site)) ?? "no session cookie";
}

const named = (value: string) => `${cookieNameOf(door.site)}=${value}`;

/** The status of a navigation with exactly these cookies, and the identity that an app would get. */
async function verdict(Cookie: string): Promise<[status: number, user: unknown]> {
  const { status, headers } = await door.verify(door.browser(), { headers: { Cookie } });
  return [status, headers["x-auth-request-user"]];
}

const statusOf = async (Cookie: string) => (await verdict(Cookie))[0];

/** The files of the stored sessions, with their content. */
const storedSessions = () => withoutReplacedFiles(readSessions);

async function readSessions(): Promise<Map<string, string>> {
  const base = join(folder, "data");
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.parentPath.includes("session"))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(path, "utf8")] as const)),
  );
}

/** A new session, and the file that has its record. */
async function storedSession(sub: string): Promise<{ token: string; path: string }> {
  const before = await storedSessions();
  const token = await tokenOf(await signedIn(sub));
  const path = [...(await storedSessions()).keys()].find((one) => !before.has(one));
  if (path === undefined) throw new Error("the sign-in stored no session");
  return { token, path };
}

/** The statuses of two sessions after their records were changed on disk, for a process that has them not in memory. */
async function afterTampering(
  change: (one: string, other: string) => readonly [one: string, other: string],
): Promise<number[]> {
  const [one, other] = [await storedSession("ada"), await storedSession("eve")];
  const [oneText, otherText] = change(
    await readFile(one.path, "utf8"),
    await readFile(other.path, "utf8"),
  );
  await writeFile(one.path, oneText);
  await writeFile(other.path, otherText);
  const again = await door.reopen();
  const answers = [await again.verify(named(one.token)), await again.verify(named(other.token))];
  return answers.map(({ status }) => status);
}

function changeSealed(text: string, change: (sealed: string) => string): string {
  const record: { sealed: string } = JSON.parse(text);
  return JSON.stringify({ ...record, sealed: change(record.sealed) });
}

const crossSite = { "Sec-Fetch-Site": "cross-site" };
const image = { ...crossSite, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" };

/** The status of /verify after a cross-site request to /sign_out, which the visitor did not intend. */
async function afterSignOut(method: string, headers: Record<string, string>): Promise<number> {
  const browser = await signedIn();
  const type = { "Content-Type": "application/x-www-form-urlencoded" };
  const sent = method === "POST" ? { method, body: "rd=/", headers: { ...type, ...headers } } : {};
  await browser.ask(`${door.site}/sign_out`, { method, headers, ...sent });
  return (await door.verify(browser)).status;
}

const attacks: readonly Attack[] = [
  [
    "B7.1",
    "a sign-in as another account replaces the session, in the browser and in the store",
    async () => {
      const browser = await signedIn("ada");
      const earlier = await tokenOf(browser);
      await signedIn("eve", browser);
      const later = await tokenOf(browser);
      const reopened = await (await door.reopen()).verify(named(earlier));
      return [
        later === earlier,
        await verdict(named(earlier)),
        reopened.status,
        await verdict(named(later)),
      ];
    },
    [false, [302, undefined], 302, [200, "eve"]],
  ],
  [
    "B7.2",
    "a session that an attacker planted does not become the victim's",
    async () => {
      const planted = await tokenOf(await signedIn("eve"));
      const victim = door.browser();
      await victim.jar.setCookie(`${named(planted)}; Path=/`, door.site);
      await signedIn("ada", victim);
      return [await verdict(named(planted)), await verdict(named(await tokenOf(victim)))];
    },
    [
      [302, undefined],
      [200, "ada"],
    ],
  ],
  [
    "B7.2",
    "an invented session token is not adopted by a sign-in",
    async () => {
      const [planted, victim] = [createToken(), door.browser()];
      await victim.jar.setCookie(`${named(planted)}; Path=/`, door.site);
      await signedIn("ada", victim);
      return [(await tokenOf(victim)) === planted, await statusOf(named(planted))];
    },
    [false, 302],
  ],
  [
    "B7.3",
    "two live sessions in one request are a conflict in either order",
    async () => {
      const [ada, eve] = [
        await tokenOf(await signedIn("ada")),
        await tokenOf(await signedIn("eve")),
      ];
      return [
        await statusOf(`${named(ada)}; ${named(eve)}`),
        await statusOf(`${named(eve)}; ${named(ada)}`),
      ];
    },
    [302, 302],
  ],
  [
    "B7.3",
    "a host that sets cookies in front of the visitor's own does not choose which session counts",
    async () => {
      const [ada, eve] = [
        await tokenOf(await signedIn("ada")),
        await tokenOf(await signedIn("eve")),
      ];
      const tossed = Array.from({ length: 3 }, () => named(createToken()));
      return [
        await statusOf([named(eve), ...tossed, named(ada)].join("; ")),
        await statusOf([...tossed, named(createToken()), named(eve), named(ada)].join("; ")),
      ];
    },
    [302, 302],
  ],
  [
    "B7.3",
    "a dead cookie beside the live one, as of another path, locks no visitor out",
    async () => {
      const ada = await tokenOf(await signedIn("ada"));
      return [
        await verdict(`${named(createToken())}; ${named(ada)}`),
        await verdict(`${named(ada)}; ${named("tossed")}`),
        await verdict(`${named(ada)}; ${named(ada)}`),
      ];
    },
    [
      [200, "ada"],
      [200, "ada"],
      [200, "ada"],
    ],
  ],
  [
    "B7.3",
    "a sign-in after a conflict ends both sessions",
    async () => {
      const [ada, eve] = [
        await tokenOf(await signedIn("ada")),
        await tokenOf(await signedIn("eve")),
      ];
      const [browser, Cookie] = [door.browser(), `${named(ada)}; ${named(eve)}`];
      const start = await browser.ask(`${door.site}/start`, { headers: { ...navigation, Cookie } });
      const url = door.issuer.consent(String(start.headers.location));
      const pending = await browser.jar.getCookieString(url);
      await browser.ask(url, { headers: { ...navigation, Cookie: `${Cookie}; ${pending}` } });
      return [await statusOf(named(ada)), await statusOf(named(eve))];
    },
    [302, 302],
  ],
  [
    "B7.4",
    "the session of one site is none at another, under either name",
    async () => {
      const [one, other] = ["https://auth.example.com", "https://auth.example.org"];
      const sites = [
        { url: one, cookie: { domain: "example.com" } },
        { url: other, cookie: { domain: "example.org" } },
      ];
      const both = await openSecureSite({ sites });
      const { cookie } = await both.signIn(one);
      const replayed = cookie.replace(/^[^=]+/, cookieNameOf(other, { domain: "example.org" }));
      const at = (host: string) => ({ ...forwarded(`https://app.${host}`) });
      const ask = async (Cookie: string, host: string) =>
        (await both.open(`${one}/verify`, { ...at(host), Host: "auth.example.com", Cookie }))
          .status;
      const statuses = [
        await ask(cookie, "example.com"),
        await ask(cookie, "example.org"),
        await ask(replayed, "example.org"),
        await ask(cookie, "example.net"),
      ];
      await both.close();
      return statuses;
    },
    [200, 302, 302, 403],
  ],
  [
    "B7.5",
    "an id that is guessed, ended or written in another way opens nothing",
    async () => {
      const token = await tokenOf(await signedIn());
      const ended = await signedIn();
      const endedToken = await tokenOf(ended);
      await ended.ask(`${door.site}/sign_out`, { headers: navigation });
      const tried = [
        createToken(),
        "A".repeat(43),
        `${"A".repeat(42)}B`,
        endedToken,
        swapCase(token),
        `${token}=`,
        `${token}?x`,
        `${token}:`,
        `a/${token}`,
        `:${token}`,
        token.slice(1),
        token.replaceAll("-", "+").replaceAll("_", "/").concat("="),
        `"${token}"`,
        [...token].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join(""),
        "__proto__",
        "../session",
      ];
      const statuses = await Promise.all(tried.map((value) => statusOf(named(value))));
      return [new Set(statuses), await statusOf(named(token))];
    },
    [new Set([302]), 200],
  ],
  [
    "B7.5",
    "the store has the token of no session",
    async () => {
      const token = await tokenOf(await signedIn());
      const shown = JSON.stringify([...(await storedSessions())]);
      return [shown.length > 0, shown.includes(token), shown.includes("ada@example.com")];
    },
    [true, false, false],
  ],
  [
    "B7.6",
    "a sign-in in progress is no session, and a session is no sign-in in progress",
    async () => {
      const token = await tokenOf(await signedIn());
      const browser = door.browser();
      const url = door.issuer.consent(await door.start(browser));
      const [name = "", sealed = ""] = (await browser.jar.getCookieString(url)).split("=");
      const before = door.issuer.asked("/token");
      const Cookie = `${name}=${token}`;
      const answer = await door.browser().ask(url, { headers: { ...navigation, Cookie } });
      return [
        await statusOf(named(sealed)),
        await statusOf(named(sealed.slice(0, 43))),
        answer.status,
        door.issuer.asked("/token") - before,
      ];
    },
    [302, 302, 400, 0],
  ],
  [
    "B7.7",
    "records exchanged between two sessions open neither",
    () => afterTampering((one, other) => [other, one]),
    [302, 302],
  ],
  [
    "B7.7",
    "a record with one changed or missing character opens no session",
    () =>
      afterTampering((one, other) => [
        changeSealed(one, (sealed) => (sealed.startsWith("A") ? "B" : "A") + sealed.slice(1)),
        changeSealed(other, (sealed) => sealed.slice(0, -4)),
      ]),
    [302, 302],
  ],
  [
    "B7.7",
    "a record sealed with a removed secret opens no session, with a kept one it does",
    async () => {
      const token = await tokenOf(await signedIn());
      const fresh = "zq3mX8vB1nL6kJ0hG5fD2sA9pO4iU7yTrEwQxCvZbNm";
      const old = "4Jw9mR2yTq7fXc0vLk5sHd8bNe1uZa3gPi6oWxYrUtE";
      const [only, both] = [
        await door.reopen({ secret: fresh }),
        await door.reopen({ secret: [fresh, old] }),
      ];
      return [(await only.verify(named(token))).status, (await both.verify(named(token))).status];
    },
    [302, 200],
  ],
  [
    "B7.9",
    "a count of cookie chunks that a visitor sends costs no time and opens nothing",
    async () => {
      const token = await tokenOf(await signedIn());
      const began = process.threadCpuUsage();
      const statuses = await Promise.all(
        ["2000000000", "-1", "NaN", "1e9"].flatMap((count) => [
          statusOf(`${named(`__chunked__${count}`)}; ${cookieNameOf(door.site)}.1=${token}`),
          statusOf(
            `${cookieNameOf(door.site)}Chunks=${count}; ${cookieNameOf(door.site)}0=${token}`,
          ),
        ]),
      );
      return [new Set(statuses), process.threadCpuUsage(began).user < 1_000_000];
    },
    [new Set([302]), true],
  ],
  ...(
    [
      ["this host", {}, "__Host-", "Path=/; HttpOnly; SameSite=Lax; Secure"],
      [
        "a domain",
        { domain: "example.com" },
        "__Secure-",
        "Path=/; Domain=example.com; HttpOnly; SameSite=Lax; Secure",
      ],
    ] as const
  ).map(([scope, cookie, prefix, attributes]): Attack => [
    "B7.10",
    `the session cookie of ${scope} has all attributes, when it is set and when it is removed`,
    async () => {
      const url = "https://auth.example.com";
      const secure = await openSecureSite({ url, cookie });
      const { callback, cookie: Cookie } = await secure.signIn(url);
      const signedOut = await secure.open(`${url}/sign_out`, { Cookie });
      await secure.close();
      const name = cookieNameOf(url, cookie);
      const lines = [callback, signedOut].map((answer) =>
        setCookies(answer).find((line) => line.startsWith(`${name}=`)),
      );
      return [name.startsWith(prefix), ...lines.map((line) => attributesOf(line))];
    },
    [true, attributes, attributes],
  ]),
  [
    "B7.10",
    "a pending sign-in's cookie has them too, also on an error page and on a redirect",
    async () => {
      const url = "https://auth.example.com";
      const secure = await openSecureSite({ url, cookie: { domain: "example.com" } });
      const { start, callback } = await secure.signIn(url);
      const begun = await secure.open(`${url}/start`);
      const failing = secure.issuer.consent(String(begun.headers.location), { error: "x" });
      const [pending = ""] = setCookies(begun);
      const failed = await secure.open(failing, { Cookie: pending.split(";", 1)[0] ?? "" });
      await secure.close();
      const own = [start, callback, failed].map((answer) =>
        setCookies(answer).find((line) => /^__Host-[^=]+-[\w-]{22}=/.test(line)),
      );
      return [failed.status, ...own.map((line) => attributesOf(line))];
    },
    [403, ...Array.from({ length: 3 }, () => "Path=/; HttpOnly; SameSite=Lax; Secure")],
  ],
  [
    "B7.10",
    "on localhost every cookie but Secure has them",
    async () => {
      const browser = door.browser();
      const start = await browser.ask(`${door.site}/start`, { headers: navigation });
      const callback = await door.callback(
        browser,
        door.issuer.consent(String(start.headers.location)),
      );
      const lines = [start, callback].flatMap((answer) => setCookies(answer));
      return [lines.length, new Set(lines.map((line) => attributesOf(line)))];
    },
    [
      5,
      new Set(
        ["Path=/", "Path=/_auth/", "Path=/_auth/start"].map(
          (path) => `${path}; HttpOnly; SameSite=Lax`,
        ),
      ),
    ],
  ],
  [
    "B7.11",
    "a session in constant use ends at its lifetime",
    async () => {
      const Cookie = named(await tokenOf(await signedIn()));
      const statuses: number[] = [];
      for (let minutes = 0; minutes < 119; minutes += 7) {
        statuses.push(await statusOf(Cookie));
        door.clock.now += 7 * minute;
      }
      door.clock.now += minute;
      return [
        new Set(statuses),
        await statusOf(Cookie),
        (await (await door.reopen()).verify(Cookie)).status,
      ];
    },
    [new Set([200]), 302, 302],
  ],
  [
    "B7.11",
    "an unused session ends after the idle time, although the driver keeps its record",
    async () => {
      const { token, path } = await storedSession("ada");
      const text = await readFile(path, "utf8");
      door.clock.now += 60 * minute;
      const status = await statusOf(named(token));
      await writeFile(path, text);
      return [status, (await (await door.reopen()).verify(named(token))).status];
    },
    [302, 302],
  ],
  [
    "B7.12",
    "a refresh that finishes after the sign-out brings no session back",
    async () => {
      const browser = await signedIn();
      const Cookie = named(await tokenOf(browser));
      const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      door.issuer.twist = {
        reply: {
          "/token": async (response) => {
            asked.resolve();
            await held.promise;
            json(response, 200, { access_token: "a", token_type: "Bearer", expires_in: 300 });
          },
        },
      };
      door.clock.now += 31 * minute;
      const during = statusOf(Cookie);
      await asked.promise;
      await browser.ask(`${door.site}/sign_out`, { headers: navigation });
      const signedOut = await statusOf(Cookie);
      held.resolve();
      return [
        signedOut,
        await during,
        await statusOf(Cookie),
        (await (await door.reopen()).verify(Cookie)).status,
      ];
    },
    [302, 302, 302, 302],
  ],
  ["B7.13", "an image on another site signs no visitor out", () => afterSignOut("GET", image), 200],
  [
    "B7.13",
    "a link on another site signs no visitor out",
    () => afterSignOut("GET", { ...navigation, ...crossSite }),
    200,
  ],
  [
    "B7.13",
    "a form on another site signs no visitor out",
    () => afterSignOut("POST", { ...navigation, ...crossSite }),
    200,
  ],
  [
    "B7.13",
    "a form on another site signs no visitor out of a browser without Fetch Metadata",
    () => afterSignOut("POST", { Origin: "https://evil.example" }),
    200,
  ],
  [
    "B7.14",
    "the callback of an attacker's sign-in opens no session in a victim's browser",
    async () => {
      const [attacker, victim] = [door.browser(), door.browser()];
      const url = door.issuer.consent(await door.start(attacker));
      const before = door.issuer.asked("/token");
      const answer = await victim.ask(url, { headers: { ...navigation, ...crossSite } });
      return [
        answer.status,
        setCookies(answer),
        door.issuer.asked("/token") - before,
        (await door.verify(victim)).status,
      ];
    },
    [400, [], 0, 302],
  ],
  [
    "B7.15",
    "a replica with a memory of its own lets no session of another replica in",
    async () => {
      const Cookie = named(await tokenOf(await signedIn()));
      const replica = await door.reopen({ storage: { driver: "memory" } });
      return (await replica.verify(Cookie)).status;
    },
    302,
  ],
  [
    "B7.16",
    "no answer of any endpoint may be cached",
    async () => {
      const browser = await signedIn();
      const answers = await Promise.all([
        door.verify(browser),
        door.verify(door.browser()),
        door.verify(door.browser(), { headers: { "Sec-Fetch-Mode": "cors" } }),
        door.verify(door.browser(), { headers: { "X-Forwarded-Host": "other.example" } }),
        door.verify(door.browser(), { headers: { "X-Forwarded-Uri": "bad" } }),
        ...["start", "callback", "sign_out", "nothing", "verify"].map((path) =>
          door.browser().ask(`${door.site}/${path}`, { headers: navigation }),
        ),
        door.browser().ask(`${door.site}/start`, { method: "POST" }),
        door.browser().ask(`${door.site}/start`, { headers: { "Sec-Fetch-Mode": "no-cors" } }),
      ]);
      const caching = answers.map(({ headers }) => headers["cache-control"]);
      return [answers.map(({ status }) => status), new Set(caching)];
    },
    [[200, 302, 401, 403, 400, 302, 400, 200, 404, 400, 405, 403], new Set(["no-store"])],
  ],
];

/** The attributes of a `Set-Cookie` line, without the time to live. */
function attributesOf(line = ""): string {
  return line.replace(/^[^;]*; /, "").replace(/Max-Age=\d+; /, "");
}

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

it.each(attacks)("%s %s", async (_row, _claim, attack, outcome) => {
  expect(await attack()).toEqual(outcome);
});
