import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { root, sourceFiles } from "../../docs/source-files.ts";
import { navigation, send } from "../peers/browser.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";
import { rs256 } from "../peers/jwt.ts";
import { runDoorward, settingsFor, writeConfig } from "../peers/process.ts";
import { forwarded, openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";
import {
  startSignedInProcess,
  statuses,
  type SignedInProcess,
} from "../serve/signed-in-process.ts";
import type { Attack } from "./attack.ts";
import { sessionTokenIn } from "./session-cookie.ts";
import { ask } from "./wire.ts";

let folder: string;
/** In this process, with its store on disk. */
let door: SignInDoor;
/** A real process, with a person who has access. */
let served: SignedInProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-test-"));
  [door, served] = await Promise.all([
    openSignInDoor({
      access: { anyone: true },
      storage: { driver: "fs-lite", base: join(folder, "data") },
      headers: { "X-Name": "name", "X-Email": "email", "X-Evil": "claims.constructor.name" },
    }),
    startSignedInProcess({ session: { lifetime: "60d", idle: "60d" } }),
  ]);
});
afterEach(() => {
  door.issuer.twist = {};
});
afterAll(async () => {
  await Promise.all([door.close(), served.close()]);
  await rm(folder, { recursive: true });
});

const text = (file: string) => readFileSync(join(root, file), "utf8");
const source = () => sourceFiles().map(text).join("\n");
const filesWith = (grammar: RegExp) =>
  sourceFiles()
    .filter((file) => grammar.test(text(file)))
    .toSorted();

/** The statuses of everything that the process answers to these bytes. */
const answers = async (bytes: string) => statuses(await served.doorward.raw(bytes));
const signedIn = () => `${served.lines}Cookie: ${served.cookie}\r\n`;
const close = "Connection: close\r\n\r\n";

/** A request of the signed-in person in the body of an anonymous one: the statuses of all answers. */
async function smuggle(target: string, coding: string): Promise<number[]> {
  const hidden = `GET /_auth/verify HTTP/1.1\r\nHost: x\r\n${signedIn()}\r\n`;
  const head = `POST ${target} HTTP/1.1\r\nHost: ${new URL(served.doorward.site).host}\r\n${served.lines}`;
  const chunk = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
  return answers(`${head}Transfer-Encoding: ${coding}\r\n${close}${chunk}`);
}

const hosts = [
  "localhost:3000/abchehe?",
  "a/../verify",
  "x?y",
  "x#y",
  "evil@internal",
  "evil.example",
  "[::",
  "%",
];

/** Whether the redirect to the issuer names another redirect URI or issuer than the configured ones. */
async function startAs(lines: readonly (readonly [string, string])[]): Promise<unknown> {
  const { port, site } = served.doorward;
  const host = lines.some(([name]) => name === "Host")
    ? []
    : [["Host", new URL(site).host] as const];
  const answer = await ask(port, { target: "/_auth/start", lines: [...host, ...lines] });
  if (answer.status !== 302) return answer.status === 400 ? "refused" : answer.status;
  const location = new URL(answer.header("location") ?? "");
  const isOurs =
    location.origin === served.issuer.issuer &&
    location.searchParams.get("redirect_uri") === `${site}/callback`;
  return isOurs ? "unchanged" : location.href;
}

/** The statuses of spellings of a path, as the person who has access and without a session. */
async function spelled(targets: readonly string[]): Promise<number[]> {
  const all = targets.flatMap((target) => [
    answers(`GET ${target} HTTP/1.1\r\nHost: x\r\n${signedIn()}${close}`),
    answers(`GET ${target} HTTP/1.1\r\nHost: x\r\n${served.lines}${close}`),
  ]);
  const found = (await Promise.all(all)).flat();
  return found.length === all.length
    ? found.filter((status) => ![400, 404].includes(status))
    : found;
}

/** What a visitor sees when the clock throws this value, at each endpoint. */
async function brokenBy(thrown: unknown): Promise<unknown> {
  let isBroken = false;
  const settings = { ...settingsFor(4180), url: "http://localhost:4180" };
  const broken = await startDoorward(configOf(settings), {
    now: () => {
      if (isBroken) throw thrown;
      return Date.now();
    },
  });
  isBroken = true;
  const paths = ["verify", `callback?state=${"A".repeat(22)}`, "start"];
  const seen = await Promise.all(
    paths.map((path) =>
      send(`http://127.0.0.1:${broken.port}/${path}`, new Map(), {
        headers: { ...forwarded("http://localhost:4180"), Host: "localhost:4180" },
      }),
    ),
  );
  isBroken = false;
  await broken.close();
  const shown = seen.map(({ body, headers }) => body + JSON.stringify(headers)).join("\n");
  return [
    seen.filter(({ status }) => status < 300).length,
    seen.some(({ status }) => status === 500),
    /detail-of-ours|node_modules|\bat .+:\d+:\d+|x-evil/i.test(shown),
  ];
}

const nothingShown = [0, true, false];
const failure = new Error("detail-of-ours", { cause: new Error("detail-of-ours") });

/** The identity headers after a sign-in with these claims, from a process that has to read the store. */
async function headersAfterRestart(userinfo: Record<string, unknown>): Promise<unknown> {
  door.issuer.twist = { userinfo };
  const browser = door.browser();
  await door.signIn(browser);
  const cookie = await browser.jar.getCookieString(door.site);
  const { status, headers } = await (await door.reopen()).verify(cookie);
  return [status, headers["x-name"]];
}

const http: readonly Attack[] = [
  ...["ChunKed", "CHUNKED", "chunked"].flatMap((coding): Attack[] => [
    [
      "B11.1",
      `a request in a body of /verify coded ${coding} gets no answer`,
      () => smuggle("/_auth/verify", coding),
      [302],
    ],
    [
      "B11.1",
      `a request in a body of /sign_out coded ${coding} gets no answer`,
      async () => (await smuggle("/_auth/sign_out", coding)).length,
      1,
    ],
  ]),
  [
    "B11.2",
    "no Host changes the decision of /verify",
    async () => {
      const all = hosts.map((host) =>
        answers(`GET /_auth/verify HTTP/1.1\r\nHost: ${host}\r\n${served.lines}${close}`),
      );
      return (await Promise.all(all)).flat().filter((status) => ![302, 400].includes(status));
    },
    [],
  ],
  [
    "B11.2",
    "no Host changes the redirect of /start",
    async () => {
      const all = await Promise.all(hosts.map((host) => startAs([["Host", host]])));
      return all.filter((found) => found !== "refused" && found !== "unchanged");
    },
    [],
  ],
  [
    "B11.2",
    "two Hosts, and none in HTTP/1.1, are refused",
    async () => [
      await answers(`GET /_auth/verify HTTP/1.1\r\nHost: x\r\nHost: y\r\n${signedIn()}${close}`),
      await answers(`GET /_auth/verify HTTP/1.1\r\n${signedIn()}${close}`),
    ],
    [[400], [400]],
  ],
  [
    "B11.3",
    "a target in absolute form is no endpoint",
    () =>
      spelled([
        "http://evil.example?/_auth/verify",
        "file://hehe?/_auth/verify",
        "https://auth.example.com/_auth/verify",
        "http://x/_auth/verify",
        "http://x/_auth/start",
      ]),
    [],
  ],
  [
    "B11.4",
    "an encoded path is no endpoint",
    () =>
      spelled([
        "/_auth/%76erify",
        "/_auth/v%65rify",
        "/_auth/%2576erify",
        "/%5fauth/verify",
        "/_auth%2fverify",
      ]),
    [],
  ],
  [
    "B11.5",
    "a path that begins or ends otherwise is no endpoint",
    () =>
      spelled([
        "/_auth/verifyx",
        "/_auth/verify.json",
        "/_auth/callback.json",
        "/x/_auth/verify",
        "/_authverify",
        "/_auth/callback/x",
      ]),
    [],
  ],
  [
    "B11.6",
    "h3 is used for the router and its Node handler only",
    async () => {
      const imports = source().matchAll(/import (?:type )?\{([^}]*)\} from "h3(?:\/[a-z]+)?"/g);
      const names = [...imports].flatMap(([, list = ""]) => list.split(","));
      return new Set(names.map((name) => name.replace("type ", "").trim()));
    },
    new Set(["H3", "HTTPResponse", "H3Event", "toNodeHandler"]),
  ],
  [
    "B11.7",
    "no forwarded header changes the redirect of /start",
    async () => {
      const evil = [
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Port",
        "X-Forwarded-Prefix",
        "Forwarded",
        "X-Real-IP",
        "X-Original-URL",
        "X-Rewrite-URL",
      ];
      const all = await Promise.all(
        evil.map((name) =>
          startAs([[name, name === "Forwarded" ? "host=evil.example;proto=http" : "evil.example"]]),
        ),
      );
      return new Set(all);
    },
    new Set(["unchanged"]),
  ],
  [
    "B11.8",
    "a return target with markup is serialised in Location, and the redirect has no body",
    async () => {
      const browser = door.browser();
      await door.signIn(browser);
      const rd = `${new URL(door.site).origin}/"><script>alert(1)</script>`;
      const { status, headers, body } = await browser.ask(
        `${door.site}/start?rd=${encodeURIComponent(rd)}`,
        { headers: navigation },
      );
      return [status, /["<>]/.test(String(headers.location)), body];
    },
    [302, false, ""],
  ],
  [
    "B11.9",
    "the callback sends the session cookie and the removal of the pending one in lines of their own",
    async () => {
      const all = setCookies(await door.signIn(door.browser()));
      const lines = all.filter((line) => !line.includes("-targets="));
      const name = cookieNameOf(door.site);
      return [
        lines.length,
        lines.filter((line) => line.startsWith(`${name}=`)).length,
        lines.filter((line) => line.includes("Max-Age=0")).length,
      ];
    },
    [2, 1, 1],
  ],
  ["B11.10", "a thrown error shows nothing", () => brokenBy(failure), nothingShown],
  ["B11.10", "a thrown string shows nothing", () => brokenBy("detail-of-ours"), nothingShown],
  [
    "B11.10",
    "a thrown status of 200 is a 500",
    () => brokenBy({ status: 200, statusCode: 200, body: "detail-of-ours" }),
    nothingShown,
  ],
  [
    "B11.10",
    "a thrown status text adds no header",
    () => brokenBy({ statusText: "a\r\nX-Evil: b", message: "a\r\nX-Evil: b" }),
    nothingShown,
  ],
  [
    "B11.10",
    "a thrown response is a 500",
    () => brokenBy(new Response("detail-of-ours", { status: 200 })),
    nothingShown,
  ],
  [
    "B11.11",
    "a port in use ends the start, and no other port is taken",
    async () => {
      const blocker = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => blocker.once("listening", resolve));
      const { port } = blocker.address() as AddressInfo;
      const file = await writeConfig(settingsFor(port));
      const { code, stdout, stderr } = await runDoorward(["serve", "--config", file.path]);
      blocker.close();
      await file.remove();
      return [code, (stdout + stderr).includes(String(port)), stdout.includes("listening")];
    },
    [1, true, false],
  ],
  [
    "B11.11",
    "there is no tunnel and no public mode",
    async () => {
      const file = await writeConfig(settingsFor(4180));
      const asked = ["--tunnel", "--public"].map((word) =>
        runDoorward(["serve", "--config", file.path, word]),
      );
      const codes = (await Promise.all(asked)).map(({ code }) => code);
      await file.remove();
      return codes;
    },
    [1, 1],
  ],
];

const storage: readonly Attack[] = [
  [
    "B11.12",
    "what the storage library cuts off or equates makes no other spelling of a token",
    async () => {
      const browser = door.browser();
      await door.signIn(browser);
      const token = await sessionTokenIn(browser, door.site);
      const tried = [
        `${token}?x`,
        `${token}:`,
        `${token}/`,
        `${token}\\`,
        `:${token}`,
        `x:${token}`,
        `/${token}`,
      ];
      const statusOf = async (value: string) => {
        const Cookie = `${cookieNameOf(door.site)}=${value}`;
        return (await door.verify(door.browser(), { headers: { Cookie } })).status;
      };
      return new Set(await Promise.all(tried.map(statusOf)));
    },
    new Set([302]),
  ],
  ...["null", "true", "123", "0", '{"a":1}', "[]", '"quoted"', "undefined", "-0"].map(
    (name): Attack => [
      "B11.13",
      `the name ${name} comes back from the store as it was`,
      () => headersAfterRestart({ name }),
      [200, name],
    ],
  ),
  [
    "B11.14",
    "a session of 60 days outlives the longest timer, in a store that has nothing but memory",
    async () => {
      await served.reload({ session: { lifetime: "59d", idle: "59d" } }); // the new cache is empty
      return served.isAlive();
    },
    true,
  ],
  [
    "B11.14",
    "an expired record is refused by a process that reads it for the first time",
    async () => {
      const browser = door.browser();
      await door.signIn(browser);
      const cookie = await browser.jar.getCookieString(door.site);
      door.clock.now += 7 * 86_400_000;
      return (await (await door.reopen()).verify(cookie)).status;
    },
    302,
  ],
  [
    "B11.15",
    "no code of the service lists the keys of the store",
    async () => [
      filesWith(/\bgetKeys\b|\bkeys\s+\*|"SCAN"|\.scan\(/),
      filesWith(/store\.keys\(/),
      // The commands `sessions list` and `sessions revoke --id`.
      filesWith(/from "[^"]*session\/listed-sessions\.ts"/),
    ],
    [
      ["server/store/file-driver.ts", "server/store/plain-sets.ts", "server/store/redis-sets.ts"],
      ["server/session/listed-sessions.ts"],
      ["server/cli/list-sessions.ts", "server/cli/listed-sessions.ts"],
    ],
  ],
];

const libraries: readonly Attack[] = [
  [
    "B11.16",
    "the linter bans the checks of openid-client that can be skipped",
    async () =>
      ["skipStateCheck", "skipSubjectCheck"].map((name) => [
        text(".oxlintrc.json").includes(name),
        source().includes(name),
      ]),
    [
      [true, false],
      [true, false],
    ],
  ],
  [
    "B11.16",
    "an ID token whose signature was changed at the token endpoint is refused",
    async () => {
      door.issuer.twist = {
        idToken: (claims) =>
          rs256({ alg: "RS256", kid: "one" }, claims).replace(/.{8}$/, "AAAAAAAA"),
      };
      return (await door.signIn(door.browser())).status;
    },
    400,
  ],
  [
    "B11.16",
    "an ID token without the nonce is refused",
    async () => {
      door.issuer.twist = { claims: { nonce: undefined } };
      return (await door.signIn(door.browser())).status;
    },
    400,
  ],
  [
    "B11.17",
    "a forged Host and forwarded headers on /callback do not change the redirect URI",
    async () => {
      const browser = door.browser();
      const url = door.issuer.consent(await door.start(browser));
      const forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        Forwarded: "host=evil.example",
      };
      const { status } = await browser.ask(url, { headers: { ...navigation, ...forged } });
      const { body } = door.issuer.received.findLast(({ path }) => path === "/token") ?? {
        body: "",
      };
      return [status, new URLSearchParams(body).get("redirect_uri") === `${door.site}/callback`];
    },
    [302, true],
  ],
  [
    "B11.18",
    "a claim of half a million emoji is read in linear time",
    async () => {
      const began = process.threadCpuUsage();
      const name = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}".repeat(100_000);
      door.issuer.twist = { userinfo: { name, email: `${name}@example.com` } };
      const { status } = await door.signIn(door.browser());
      return [
        status,
        process.threadCpuUsage(began).user < 4_000_000,
        source().includes("v.emoji("),
      ];
    },
    [302, true, false],
  ],
  [
    "B11.19",
    "a repeated header that decides is refused, in any case of its letters",
    async () => {
      const twice = (name: string, other: string) =>
        answers(
          `GET /_auth/verify HTTP/1.1\r\nHost: x\r\n${signedIn()}${name}: ${other}\r\n${close}`,
        );
      return [
        await twice("x-forwarded-host", "evil.example"),
        await twice("X-FORWARDED-URI", "/x"),
        await twice("host", "y"),
      ];
    },
    [[400], [400], [400]],
  ],
  [
    "B11.20",
    "reserved names in a query and in claims change no object",
    async () => {
      const browser = door.browser();
      const query = "?__proto__[x]=1&rd[__proto__]=1&constructor[prototype][x]=1";
      door.issuer.twist = {
        reply: {
          "/userinfo": (response) =>
            response
              .writeHead(200, { "Content-Type": "application/json" })
              .end('{"sub":"ada","__proto__":{"x":"evil","constructor":{"name":"evil"}}}'),
        },
      };
      await door.callback(browser, door.issuer.consent(await door.start(browser, query)));
      const { status, headers } = await door.verify(browser);
      return [status, headers["x-evil"], Reflect.get({}, "x")];
    },
    [200, "", undefined],
  ],
  [
    "B11.21",
    "every locked package has its hash, few run a script, and few are needed",
    async () => {
      const lock: {
        packages: Record<
          string,
          { integrity?: string; inBundle?: boolean; hasInstallScript?: boolean }
        >;
      } = JSON.parse(text("package-lock.json"));
      const {
        dependencies,
        allowScripts,
      }: { dependencies: object; allowScripts: Record<string, boolean> } = JSON.parse(
        text("package.json"),
      );
      const packages = Object.entries(lock.packages).filter(([path]) => path !== "");
      return [
        packages.filter(
          ([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true,
        ),
        packages.flatMap(([path, { hasInstallScript }]) =>
          hasInstallScript && allowScripts[path.replace(/^.*node_modules\//, "")] !== false
            ? [path]
            : [],
        ),
        Object.keys(dependencies).length <= 20,
      ];
    },
    [[], ["node_modules/node"], true],
  ],
];

it.each([...http, ...storage, ...libraries])("%s %s", async (_row, _claim, attack, outcome) => {
  expect(await attack()).toEqual(outcome);
});
