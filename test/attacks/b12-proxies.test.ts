import { readFileSync } from "node:fs";
import { once } from "node:events";
import { connect as connectHttp2, type OutgoingHttpHeaders } from "node:http2";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../../docs/source-files.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { exampleConfig } from "../deploy/example.ts";
import { setUp, variants, type Stand } from "../deploy/stand.ts";
import { navigation } from "../peers/browser.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";
import type { Attack } from "./attack.ts";

const url = "https://app.example.com";
/** Proxies that offer HTTP/2 in their printed configuration. */
const overHttp2Proxies = ["caddy", "haproxy"] as const;
const stands = new Map<string, Stand>();
let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor({ rules: [{ path: "/public/**", allow: "public" }] });
  for (const proxy of overHttp2Proxies) {
    const ownHosts = variants.filter(({ name }) => name.endsWith("own host"));
    const variant = ownHosts.findLast((one) => one.proxy === proxy); // the latest version
    if (variant !== undefined) stands.set(proxy, await setUp(variant));
  }
});
afterAll(async () => {
  await Promise.all([...stands.values()].map((stand) => stand.close()));
  await door.close();
});

/** The printed configuration of a proxy without its comments, spaces folded. */
function printed(proxy: "traefik" | "caddy" | "nginx" | "haproxy" | "envoy" | "ingress-nginx") {
  const { files } = proxyFiles(exampleConfig(), proxy);
  const lines = [...files.values()].join("\n").replaceAll(/^\s*(#|--).*$|\s#.*$/gm, "");
  return lines.replaceAll(/\s+/g, " ");
}

/** Whether the printed configuration has each of these texts. */
const has =
  (proxy: Parameters<typeof printed>[0], ...texts: readonly string[]) =>
  async () =>
    texts.filter((text) => !printed(proxy).includes(text));
const lacks = (proxy: Parameters<typeof printed>[0], pattern: RegExp) => async () =>
  printed(proxy).match(pattern);

async function ask(path: string, headers: Record<string, string> = {}): Promise<number> {
  const { status } = await door.verify(door.browser(), {
    headers: { "X-Forwarded-Uri": path, ...headers },
  });
  return status;
}

/** One request over HTTP/2 with these headers: its status, and the app's view of it. */
async function askHttp2(proxy: string, headers: OutgoingHttpHeaders) {
  const stand = stands.get(proxy);
  if (stand === undefined) throw new Error(`${proxy} is not started`);
  const before = stand.app.heard.length;
  const session = connectHttp2(url, {
    createConnection: () =>
      connectTls({
        host: "127.0.0.1",
        port: stand.proxy.https,
        servername: "app.example.com",
        ALPNProtocols: ["h2"],
        rejectUnauthorized: false,
      }),
  });
  const stream = session.request({ ":path": "/private", ...headers });
  try {
    const [answer] = await once(stream, "response");
    stream.resume();
    const heard = stand.app.heard.slice(before).at(-1);
    return { status: Number(answer[":status"]), heard };
  } catch {
    return { status: 400, heard: undefined }; // the proxy reset the stream
  } finally {
    session.destroy();
  }
}

const identity = "x-auth-request-user";

const overHttp2 = overHttp2Proxies.flatMap((proxy): Attack[] => [
  [
    "B12.15",
    `a request without a session over HTTP/2, behind ${proxy}`,
    async () => (await askHttp2(proxy, { [identity]: "ada" })).status,
    401,
  ],
  [
    "B12.15",
    `a Host beside :authority over HTTP/2 chooses no other host, behind ${proxy}`,
    async () => {
      const { status, heard } = await askHttp2(proxy, {
        ":authority": "app.example.com",
        host: "public.example.com",
      });
      return [status < 400, heard];
    },
    [false, undefined],
  ],
  [
    "B12.15",
    `an identity header sent over HTTP/2 is replaced, behind ${proxy}`,
    async () => {
      const ada = await stands.get(proxy)?.signedIn("ada");
      const cookie = await ada?.jar.getCookieString(url);
      const sent = {
        cookie,
        [identity]: "root",
        x_auth_request_user: "root",
        "x-auth-request-groups": "admins",
      };
      const { status, heard } = await askHttp2(proxy, sent);
      const names = heard?.headers.filter(([name]) => /^x.auth.request.(user|groups)$/i.test(name));
      return [status, names?.map(([, value]) => value).toSorted()];
    },
    [200, ["ada", "staff,ops"]],
  ],
]);

const attacks: readonly Attack[] = [
  [
    "B12.1",
    "the Location of a challenge, of /start and of the callback is absolute",
    async () => {
      const browser = door.browser();
      const challenge = await door.verify(browser);
      const start = await door.start(browser, "?rd=/x");
      const callback = await door.callback(browser, door.issuer.consent(start));
      const all = [challenge.headers.location, start, callback.headers.location];
      return all.every((location) => /^https?:\/\/[^/]/.test(String(location)));
    },
    true,
  ],
  [
    "B12.2",
    "aliases with an underscore or a dot",
    has(
      "traefik",
      "aliasHeadersStrategy: delete",
      '- "X-Auth-Request-User"',
      "authResponseHeadersRegex: ",
      "|x-forwarded-user|",
      "|remote-|",
    ),
    [],
  ],
  [
    "B12.3",
    "forwarded headers of visitors",
    has("traefik", "trustForwardHeader: false", "trustedIPs: []"),
    [],
  ],
  [
    "B12.3",
    "no entry point trusts everyone",
    lacks("traefik", /insecure: true|trustForwardHeader: true/),
    null,
  ],
  [
    "B12.4",
    "no body is forwarded, and the method stays in its header",
    lacks("traefik", /forwardBody: true|preserveRequestMethod: true/),
    null,
  ],
  [
    "B12.4",
    "the method that counts is the one in X-Forwarded-Method",
    async () => {
      const asked = { method: "GET", headers: { "X-Forwarded-Method": "POST" } };
      return (await door.verify(door.browser(), asked)).status;
    },
    303,
  ],
  [
    "B12.5",
    "paths with encoded delimiters, as Traefik passes them",
    async () => {
      const paths = [
        "/public%2f..%2fadmin",
        "/public%2fx",
        "/public/%2e%2e%2fadmin",
        "/public/%5c..%5cadmin",
        "/public/%00",
        "/public/%3b/x",
        "/public/..;/admin",
        "/public/%23",
        "/public/%3f",
        "/public/%25",
      ];
      const statuses = await Promise.all([...paths, "/public/x"].map((path) => ask(path)));
      return [new Set(statuses.slice(0, -1)), statuses.at(-1)];
    },
    [new Set([302]), 200],
  ],
  [
    "B12.6",
    "identity headers and their aliases, whatever Caddy's version copies",
    has(
      "caddy",
      "request_header -*_*",
      "request_header -*.*",
      "request_header -X-Auth-Request-*",
      "request_header -X-Forwarded-User",
    ),
    [],
  ],
  [
    "B12.6",
    "headers are removed before the question, and copied after it",
    async () => {
      const text = printed("caddy");
      return text.indexOf("import doorward_strip") < text.lastIndexOf("import doorward_ask");
    },
    true,
  ],
  [
    "B12.7",
    "what a visitor says about another request",
    has(
      "caddy",
      "request_header -X-Forwarded-Method",
      "request_header -X-Forwarded-Uri",
      "request_header -X-Original-*",
    ),
    [],
  ],
  [
    "B12.8",
    "the headers that describe the request, and those that could describe another",
    has(
      "nginx",
      "internal;",
      "proxy_pass_request_body off;",
      'proxy_set_header Content-Length "";',
      'proxy_set_header X-Forwarded-Uri "";',
      'proxy_set_header X-Forwarded-Method "";',
    ),
    [],
  ],
  [
    "B12.8",
    "every refusal in nginx's family is one of the statuses that it passes on",
    async () => {
      const original = (value: string) => ({
        ...Object.fromEntries(
          ["Method", "Proto", "Host", "Uri"].map((name) => [`X-Forwarded-${name}`, ""]),
        ),
        "X-Original-URL": value,
        "X-Original-Method": "GET",
      });
      const site = new URL(door.site).origin;
      const targets = [
        `${site}/x`,
        "http:///x",
        "nonsense",
        `${site}/%zz`,
        "https://evil.example/",
      ];
      const asked = targets.map(async (value) => {
        const kept = Object.entries(original(value)).filter(([, text]) => text !== "");
        const answer = await door
          .browser()
          .ask(`${door.site}/verify`, { headers: { ...navigation, ...Object.fromEntries(kept) } });
        return answer.status;
      });
      return (await Promise.all(asked)).filter((status) => status !== 401 && status !== 403);
    },
    [],
  ],
  [
    "B12.9",
    "nothing turns underscores on",
    lacks("nginx", /underscores_in_headers on|ignore_invalid_headers off/),
    null,
  ],
  [
    "B12.10",
    "the raw URI",
    has("nginx", "X-Original-URL $scheme://$doorward_authority$request_uri;"),
    [],
  ],
  [
    "B12.11",
    "no cache of decisions, and no error page in their place",
    lacks(
      "ingress-nginx",
      /auth-cache-(key|duration):|custom-http-errors|configuration-snippet|server-snippet/,
    ),
    null,
  ],
  [
    "B12.12",
    "no failure is an allow, and no path is rewritten",
    lacks(
      "envoy",
      /failure_mode_allow: true|normalize_path|merge_slashes|path_with_escaped_slashes_action|regex_rewrite/,
    ),
    null,
  ],
  [
    "B12.12",
    "headers with underscores are dropped",
    has("envoy", "headers_with_underscores_action: DROP_HEADER", "ext_authz"),
    [],
  ],
  [
    "B12.13",
    "only listed headers are forwarded, and only a complete answer of doorward allows",
    has(
      "haproxy",
      "local told = {",
      'txn:set_var("txn.doorward_allows", false)',
      "if answer.status ~= 200 then",
    ),
    [],
  ],
  [
    "B12.14",
    "the README says that the app's own port must not be reachable",
    async () =>
      /reachable only through the proxy/.test(readFileSync(join(root, "README.md"), "utf8")),
    true,
  ],
  ...overHttp2,
];

it.each(attacks)("%s %s", async (_row, _claim, attack, outcome) => {
  expect(await attack()).toEqual(outcome);
});
