import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { Browser, navigation, send, type Ask, type HttpResponse } from "../peers/browser.ts";
import { testSecret } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { startHostileIssuer, type HostileIssuer, type Twist } from "../peers/hostile-issuer.ts";
import { expectNoSecrets } from "../peers/no-secrets.ts";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { forwarded } from "../peers/sign-in-door.ts";

/** `doorward serve` with every way to authenticate. Every response is kept, to be searched for secrets at the end. */
export interface WatchedProcess {
  readonly doorward: DoorwardProcess;
  readonly issuer: HostileIssuer;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly password: string;
  /** This secret, or a new one, may appear nowhere. */
  secret(text?: string): string;
  /** Keeps a text that a client received on a socket. */
  keep(text: string): void;
  newBrowser(): Browser;
  ask(browser: Browser, url: string, more?: Ask): Promise<HttpResponse>;
  /** Opens /start, and returns the authorization request of its redirect. */
  start(browser: Browser, provider?: string): Promise<string>;
  signIn(browser: Browser): Promise<HttpResponse>;
  verify(browser: Browser, uri?: string, headers?: Ask["headers"]): Promise<HttpResponse>;
  /** Ends the process, and throws if it showed a secret in one of these places, which it returns. */
  search(): Promise<string[]>;
  close(): Promise<void>;
}

/** An issuer with all endpoints that a sign-out uses, and single-use refresh tokens. */
export function proper({ issuer }: HostileIssuer, twist: Twist = {}): Twist {
  const metadata = {
    end_session_endpoint: `${issuer}/end`,
    revocation_endpoint: `${issuer}/revoke`,
  };
  return { metadata, refreshes: true, ...twist };
}

export async function startWatchedProcess(): Promise<WatchedProcess> {
  const issuer = await startHostileIssuer();
  issuer.twist = proper(issuer);
  const folder = await mkdtemp(join(tmpdir(), "doorward-users-"));
  const users = join(folder, "users");
  const made: string[] = [testSecret];
  const secret = (text = randomBytes(24).toString("base64url")) => {
    made.push(text);
    return text;
  };
  const password = secret();
  await writeFile(users, `robot:${hashSync(password, 4)}\n`);
  const adminPort = await freePort();
  const client = { issuer: issuer.issuer, clientId: "door", clientSecret: secret() };
  let settings: Record<string, unknown> = {};
  const doorward = await startProcess((port) => {
    settings = {
      ...settingsFor(port, issuer.issuer),
      providers: {
        company: { type: "oidc", ...client, audience: "api" },
        apple: { type: "apple", ...client },
      },
      session: { refresh: "1s" },
      signOut: "issuer",
      rules: [
        { path: "/api/**", bearer: true, allow: "signed-in" },
        { path: "/files/**", basic: true, allow: "signed-in" },
        { path: "/closed/**", deny: true },
      ],
      users,
      admin: { host: "127.0.0.1", port: adminPort },
      log: { level: "debug", decisions: "all" },
    };
    return settings;
  });
  const browsers: Browser[] = [];
  const shown: string[] = [];
  const watched: WatchedProcess = {
    doorward,
    issuer,
    settings,
    password,
    secret,
    keep: (text) => void shown.push(text),
    newBrowser() {
      const browser = new Browser();
      browsers.push(browser);
      return browser;
    },
    async ask(browser, url, more = {}) {
      const answer = await browser.ask(url, {
        ...more,
        headers: { ...navigation, ...more.headers },
      });
      shown.push(shownBy(answer, issuer.issuer));
      return answer;
    },
    async start(browser, provider = "company") {
      const answer = await watched.ask(browser, `${doorward.site}/start?provider=${provider}`);
      const location = String(answer.headers.location);
      const query = new URL(location).searchParams;
      for (const name of ["state", "nonce", "code_challenge"]) secret(query.get(name) ?? name);
      return location;
    },
    async signIn(browser) {
      return watched.ask(browser, issuer.consent(await watched.start(browser)));
    },
    verify(browser, uri = "/", headers = {}) {
      const proxy = { ...forwarded(doorward.site), "X-Forwarded-Uri": uri };
      return watched.ask(browser, `${doorward.site}/verify`, { headers: { ...proxy, ...headers } });
    },
    async search() {
      const { body } = await send(`http://127.0.0.1:${adminPort}/metrics`, new Map(), {});
      doorward.signal("SIGTERM");
      const { stdout, stderr } = await doorward.exit;
      const verifiers = issuer.received.map(({ body: form }) =>
        new URLSearchParams(form).get("code_verifier"),
      );
      const given = browsers.flatMap((browser) => Array.from(browser.given));
      const all = [
        ...made,
        ...issuer.secrets,
        ...given,
        ...verifiers.filter((one) => one !== null),
      ];
      const places = { stdout, stderr, "/metrics": body, "a response": shown.join("\n") };
      for (const [place, text] of Object.entries(places)) expectNoSecrets(text, all, place);
      return Object.keys(places);
    },
    async close() {
      await doorward.close();
      await issuer.close();
      await rm(folder, { recursive: true });
    },
  };
  return watched;
}

/** A response without what the protocols put there: cookies for the browser, parameters for the issuer and /callback. */
function shownBy({ body, rawHeaders }: HttpResponse, issuer: string): string {
  const headers = rawHeaders.flatMap((name, index) => {
    const value = rawHeaders[index + 1] ?? "";
    if (index % 2 === 1 || /^set-cookie$/i.test(name)) return [];
    return [`${name}: ${/^location$/i.test(name) ? withoutProtocol(value, issuer) : value}`];
  });
  return [...headers, body].join("\n");
}

function withoutProtocol(location: string, issuer: string): string {
  const url = new URL(location);
  const allowed: Readonly<Record<string, readonly string[]>> = {
    [`${issuer}/authorize`]: ["state", "nonce", "code_challenge"],
    [`${issuer}/end`]: ["state", "id_token_hint"],
  };
  const isCallback = url.pathname.includes("/_auth/callback");
  const names = allowed[url.origin + url.pathname] ?? (isCallback ? ["code", "state"] : []);
  for (const name of names) url.searchParams.delete(name);
  return url.href;
}
