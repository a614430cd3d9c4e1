import { afterAll, beforeAll, expect, it } from "vitest";
import { send } from "../peers/browser.ts";
import { configOf } from "../peers/doorward.ts";
import { runDoorward, settingsFor, writeConfig } from "../peers/process.ts";
import { forwarded, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";
import type { Attack } from "./attack.ts";

let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor({
    rules: [
      { path: "/api/**", preflight: "allow" },
      { path: "/office/**", ip: ["203.0.113.7"], allow: "public" },
    ],
  });
});
afterAll(() => door.close());

type Headers = Record<string, string | string[]>;

/** The status of a request without a session. An entry of "" removes a header. */
async function ask(changed: Headers = {}): Promise<number> {
  const headers = Object.entries({ ...forwarded(door.site), ...changed });
  const kept = Object.fromEntries(headers.filter(([, value]) => value !== ""));
  const url = `http://127.0.0.1:${door.doorward.port}/_auth/verify`;
  return (await send(url, new Map(), { headers: kept })).status;
}

/** What a script sends, so that a refusal is a 401. */
const script = { "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", Accept: "*/*" };
const byScript = (headers: Headers): Headers => Object.assign({}, script, headers);

async function each(all: readonly Headers[]): Promise<unknown> {
  return new Set(await Promise.all(all.map(ask)));
}

const at = (path: string, method = "GET") => ({
  ...script,
  "X-Forwarded-Uri": path,
  "X-Forwarded-Method": method,
});
const preflight = { Origin: "https://other.example", "Access-Control-Request-Method": "PUT" };

/** The faults of a configuration with these settings; "" = it is accepted. */
function faultOf(changed: Record<string, unknown>): string {
  const usual = { ...settingsFor(4180), ...changed };
  try {
    configOf(usual);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether every one of these settings is refused as unknown. */
const unknownSettings = (settings: readonly Record<string, unknown>[]) => async () =>
  settings.map((one) => /is unknown/.test(faultOf(one)));

const attacks: readonly Attack[] = [
  [
    "B9.1",
    "no User-Agent opens anything",
    () =>
      each(
        ["GoogleHC/1.0", "kube-probe/1.30", "ELB-HealthChecker/2.0", "Googlebot", "doorward"].map(
          (name) => byScript({ "User-Agent": name }),
        ),
      ),
    new Set([401]),
  ],
  [
    "B9.2",
    "a page of the app with the name of a service path is protected",
    () =>
      each(
        [
          "/healthz",
          "/readyz",
          "/metrics",
          "/ping",
          "/verify",
          "/start",
          "/callback",
          "/oauth2/auth",
        ]
          .flatMap((path) => [path, `${path}/`, `${path}?x`])
          .map((path) => at(path)),
      ),
    new Set([401]),
  ],
  [
    "B9.2",
    "the service's own paths as the visitor's URL open nothing",
    async () => {
      const paths = ["verify", "start", "callback", "sign_out"].map((name) => `/_auth/${name}`);
      const statuses = await Promise.all(
        paths.flatMap((path) => [ask(at(path)), ask({ "X-Forwarded-Uri": path })]),
      );
      return statuses.filter((status) => ![302, 401, 403].includes(status));
    },
    [],
  ],
  [
    "B9.3",
    "a preflight passes where the rule says so",
    () => ask({ ...at("/api/x", "OPTIONS"), ...preflight }),
    200,
  ],
  [
    "B9.3",
    "a preflight passes nowhere else",
    () => ask({ ...at("/x", "OPTIONS"), ...preflight }),
    401,
  ],
  [
    "B9.3",
    "OPTIONS without Origin",
    () => ask({ ...at("/api/x", "OPTIONS"), ...preflight, Origin: "" }),
    401,
  ],
  [
    "B9.3",
    "OPTIONS without the requested method",
    () => ask({ ...at("/api/x", "OPTIONS"), Origin: "https://other.example" }),
    401,
  ],
  ["B9.3", "options in lower case", () => ask({ ...at("/api/x", "options"), ...preflight }), 401],
  [
    "B9.3",
    "GET with the headers of a preflight",
    () => ask({ ...at("/api/x"), ...preflight }),
    401,
  ],
  [
    "B9.4",
    "a WebSocket handshake without a session is a 401",
    () =>
      each([
        { ...script, "Sec-Fetch-Mode": "websocket", Upgrade: "websocket", Connection: "Upgrade" },
        {
          ...script,
          "Sec-Fetch-Mode": "",
          "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
          Accept: "text/html",
        },
      ]),
    new Set([401]),
  ],
  [
    "B9.5",
    "there is no setting of a test mode",
    unknownSettings([
      { testing: true },
      { debug: true },
      { allowAllUsers: true },
      { insecure: true },
      { skipAuth: true },
      { cookie: { secure: false } },
      {
        providers: {
          company: { type: "oidc", issuer: "https://a.example", clientId: "d", skipVerify: true },
        },
      },
    ]),
    Array.from({ length: 7 }, () => true),
  ],
  [
    "B9.5",
    "there is no variable of a test mode",
    async () => {
      const file = await writeConfig({ ...settingsFor(4180), url: "https://auth.example.com" });
      const asked = ["serve", "--config", file.path];
      const { code, stdout, stderr } = await runDoorward(asked, { DOORWARD_TESTING: "true" });
      await file.remove();
      return [code, (stdout + stderr).includes("DOORWARD_TESTING")];
    },
    [1, true],
  ],
  [
    "B9.6",
    "an address that the visitor wrote to the left opens no rule",
    () =>
      each(
        [
          "203.0.113.7, 198.51.100.1",
          "203.0.113.7, 198.51.100.1, 10.0.0.2",
          "203.0.113.7, unknown",
          "unknown",
          "203.0.113.7.",
          "203.0.113.7, ",
        ].map((list) => byScript({ "X-Forwarded-Uri": "/office/x", "X-Forwarded-For": list })),
      ),
    new Set([401]),
  ],
  [
    "B9.6",
    "the address that the proxy added opens its rule",
    () => ask({ ...at("/office/x"), "X-Forwarded-For": "198.51.100.1, 203.0.113.7, 10.0.0.2" }),
    200,
  ],
  [
    "B9.7",
    "a configuration that lists no person is refused, and does not mean everyone",
    async () =>
      [
        { access: {} },
        { access: { groups: [""] } },
        { access: undefined },
        { access: { anyone: false } },
      ].map((settings) => faultOf(settings) !== ""),
    Array.from({ length: 4 }, () => true),
  ],
  [
    "B9.7",
    "an empty list of people admits no one",
    async () => {
      const closed = await openSignInDoor({ access: { emails: [] } });
      const browser = closed.browser();
      const { status } = await closed.signIn(browser);
      const after = await closed.verify(browser);
      await closed.close();
      return [status, after.status];
    },
    [403, 302],
  ],
  [
    "B9.8",
    "no scheme of Authorization opens anything without a rule for it",
    () =>
      each(
        [
          "Basic YWRtaW46YWRtaW4=",
          "Basic Og==",
          'Digest username="admin"',
          "Negotiate YII=",
          "Bearer x",
          "Bearer ",
          "x",
        ].map((value) => byScript({ Authorization: value })),
      ),
    new Set([401]),
  ],
  [
    "B9.9",
    "an override of the method changes nothing",
    () =>
      each(
        [
          "X-HTTP-Method",
          "X-HTTP-Method-Override",
          "X-Method-Override",
          "X-Http-Method-Override",
        ].map((name) =>
          byScript(Object.assign({ [name]: "OPTIONS" }, at("/api/x", "PUT"), preflight)),
        ),
      ),
    new Set([401]),
  ],
  [
    "B9.9",
    "a method in the other header family is a conflict",
    () => ask({ ...at("/api/x", "PUT"), ...preflight, "X-Original-Method": "OPTIONS" }),
    400,
  ],
];

it.each(attacks)("%s %s", async (_row, _claim, attack, outcome) => {
  expect(await attack()).toEqual(outcome);
});
