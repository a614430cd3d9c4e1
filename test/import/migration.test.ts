import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { send } from "../peers/browser.ts";
import { launchChromium, openWindow } from "../peers/chromium.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import type { Member } from "../peers/provider-stand-in.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { valuesOf } from "../deploy/gate.ts";
import { entraId } from "../providers/stand-ins/entra-id.ts";
import { github } from "../providers/stand-ins/github.ts";
import { google } from "../providers/stand-ins/google.ts";
import { migrate, type Migrated } from "./migration.ts";
import { startRecipe, type RecipeHost } from "./recipe.ts";

const ada: Member = {
  id: "470011",
  username: "ada",
  name: "Ada",
  email: "ada@example.com",
  isVerified: true,
  groups: ["acme"],
};
const bob: Member = {
  ...ada,
  id: "470012",
  username: "bob",
  email: "bob@elsewhere.example",
  groups: ["umbrella"],
};

/** What every journey needs: the doors, nginx by the old recipe, the app, and a browser. */
interface Stand {
  readonly doors: readonly Migrated[];
  readonly echo: EchoApp;
  readonly proxy: Proxy;
  readonly chromium: Browser;
  /** Where public hosts and ports really listen. */
  readonly ports: ReadonlyMap<string, number>;
}

let stand: Stand;
const windows: BrowserContext[] = [];

async function setUp(
  doors: readonly Migrated[],
  hostsOf: (ports: number[], app: number) => RecipeHost[],
  others: ReadonlyMap<string, number> = new Map(),
): Promise<void> {
  const echo = await startEchoApp();
  const hosts = hostsOf(
    doors.map(({ doorward }) => doorward.port),
    echo.port,
  );
  const proxy = await startRecipe(hosts);
  const ports = new Map([
    ...others,
    ...hosts.flatMap(
      ({ name }) =>
        [
          [`${name}:443`, proxy.https],
          [`${name}:80`, proxy.http],
        ] as const,
    ),
  ]);
  stand = { doors, echo, proxy, chromium: await launchChromium({ ports }), ports };
}

afterEach(async () => {
  for (const window of windows.splice(0)) await window.close();
});

async function tearDown(): Promise<void> {
  await stand.chromium.close();
  await stand.proxy.stop();
  await Promise.all([stand.echo.close(), ...stand.doors.map((door) => door.close())]);
}

async function windowOf(member: Member): Promise<BrowserContext> {
  for (const { provider } of stand.doors) provider.member = member;
  const window = await openWindow(stand.chromium);
  windows.push(window);
  return window;
}

function told(name: string): string[] {
  return valuesOf(stand.echo.heard.at(-1) ?? { headers: [] }, `x-auth-request-${name}`);
}

describe("Google with an email domain behind nginx with subdomains", () => {
  beforeAll(async () => {
    const door = await migrate("google-subdomains.cfg", google, ada);
    await setUp([door], ([doorwardPort = 0], appPort) => [
      { name: "auth.example.com", doorwardPort },
      ...["wiki", "mail"].map((name) => ({
        name: `${name}.example.com`,
        doorwardPort,
        appPort,
        signIn: "https://auth.example.com/oauth2/sign_in",
      })),
    ]);
  });
  afterAll(tearDown);

  it("one sign-in opens every subdomain, on the page that was asked for", async () => {
    const page = await (await windowOf(ada)).newPage();

    await page.goto("https://wiki.example.com/page?a=1");
    const [first, who] = [page.url(), told("email")];
    await page.goto("https://mail.example.com/inbox");

    expect([first, page.url()]).toEqual([
      "https://wiki.example.com/page?a=1",
      "https://mail.example.com/inbox",
    ]);
    expect([who, told("email"), told("user")]).toEqual([
      ["ada@example.com"],
      ["ada@example.com"],
      ["470011"],
    ]);
  });

  it("somebody of another domain sees the page that says no, and the app hears nothing", async () => {
    const before = stand.echo.heard.length;
    const page = await (await windowOf(bob)).newPage();

    await page.goto("https://wiki.example.com/");

    expect(await page.getByRole("heading").innerText()).toBe("This account has no access");
    expect(stand.echo.heard).toHaveLength(before);
  });

  it("a public route stays closed until nginx asks in doorward's own way", async () => {
    const { status } = await send("https://wiki.example.com/public/x", stand.ports, {});

    expect(status).toBe(302);
  });
});

describe("Entra ID per domain, with the full X-Auth-Request set", () => {
  const carol = { ...ada, isVerified: false, groups: ["group-1", "group-2"] };
  beforeAll(async () => {
    const doors = await Promise.all(
      ["entra-com.env", "entra-org.env"].map((file) => migrate(file, entraId, carol)),
    );
    await setUp(doors, (ports, appPort) =>
      ["app.example.com", "app.example.org"].map((name, index) => ({
        name,
        doorwardPort: ports[index] ?? 0,
        appPort,
      })),
    );
  });
  afterAll(tearDown);

  it.each(["app.example.com", "app.example.org"])(
    "%s knows everything of who is there",
    async (host) => {
      const page = await (await windowOf(carol)).newPage();

      await page.goto(`https://${host}/report`);

      expect(page.url()).toBe(`https://${host}/report`);
      expect([told("email"), told("groups"), told("preferred-username")]).toEqual([
        ["ada@example.com"],
        ["group-1,group-2"],
        ["ada@example.onmicrosoft.com"],
      ]);
      expect(told("user")[0]).not.toBe("");
      expect(told("access-token")[0]).toMatch(/^\S{10,}$/);
    },
  );

  it("a session of one domain opens nothing of the other", async () => {
    const window = await windowOf(carol);
    const page = await window.newPage();
    await page.goto("https://app.example.com/");
    const [session] = await window.cookies("https://app.example.com/");
    if (session === undefined) throw new Error("there is no session");

    const headers = { Cookie: `${session.name}=${session.value}` };
    const answers = await Promise.all(
      ["com", "org"].map((domain) =>
        send(`https://app.example.${domain}/`, stand.ports, { headers }),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 302]);
  });
});

describe("a GitHub organisation with a provider page", () => {
  beforeAll(async () => {
    const door = await migrate("github-compose.yaml", github, ada);
    await setUp([door], ([doorwardPort = 0], appPort) => [
      { name: "app.example.com", doorwardPort, appPort, onUnauthorized: "=403 /oauth2/sign_in" },
    ]);
  });
  afterAll(tearDown);

  it("a member signs in by the page's button and comes back to the page", async () => {
    const page = await (await windowOf(ada)).newPage();
    const closed = await page.goto("https://app.example.com/issues?open=1");

    await page.getByRole("link", { name: "Sign in" }).click();
    await page.waitForURL("https://app.example.com/issues?open=1");

    expect(closed?.status()).toBe(403);
    expect([told("user"), told("groups")]).toEqual([["ada"], ["acme,acme:ops"]]);
  });

  it("somebody of another organisation is told so", async () => {
    const page = await (await windowOf(bob)).newPage();
    await page.goto("https://app.example.com/");

    await page.getByRole("link", { name: "Sign in" }).click();

    await page.getByRole("heading", { name: "This account has no access" }).waitFor();
    expect(page.url()).toContain("https://app.example.com/oauth2/callback");
  });
});

describe("a single-page app on port 3000 that calls an API on port 80", () => {
  const app = "http://localhost:3000/";
  let pages: Server;

  /** What the app shows: the API's answer, or that it has to sign in. */
  const script = `<!doctype html><title>App</title><p id="shown"></p>
    <script>
      fetch("http://localhost/api/me", { credentials: "include", headers: { "X-App": "1" } })
        .then((answer) => { shown.textContent = String(answer.status); })
        .catch(() => { shown.textContent = "blocked"; });
    </script>`;

  beforeAll(async () => {
    pages = createServer((_, response) =>
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(script),
    );
    pages.listen(0, "127.0.0.1");
    await once(pages, "listening");
    const door = await migrate("single-page-app.cfg", google, ada);
    const others = new Map([["localhost:3000", (pages.address() as AddressInfo).port]]);
    await setUp(
      [door],
      ([doorwardPort = 0], appPort) => [
        {
          name: "localhost",
          doorwardPort,
          appPort,
          server: askInFull(doorwardPort),
          location: "auth_request /ask;",
        },
      ],
      others,
    );
  });
  afterAll(async () => {
    pages.close();
    await tearDown();
  });

  /** Preflights need the visitor's method, which oauth2-proxy's recipe does not tell: so nginx asks in doorward's own way. */
  function askInFull(port: number): string {
    const cors = {
      "Access-Control-Allow-Origin": "http://localhost:3000",
      "Access-Control-Allow-Credentials": "true",
      "Access-Control-Allow-Headers": "X-App",
    };
    return `${Object.entries(cors)
      .map(([name, value]) => `add_header ${name} ${value} always;`)
      .join("\n")}
    location = /ask {
      internal;
      proxy_pass http://127.0.0.1:${port}/oauth2/verify;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Original-URL $scheme://$host$request_uri;
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Forwarded-Uri "";
      proxy_set_header X-Forwarded-Method "";
    }`;
  }

  async function shown(page: Awaited<ReturnType<BrowserContext["newPage"]>>): Promise<string> {
    await page.locator("#shown:not(:empty)").waitFor();
    return page.locator("#shown").innerText();
  }

  it("reads the API after a sign-in that leads back to it, and no longer after its sign-out", async () => {
    const page = await (await windowOf(ada)).newPage();
    await page.goto(app);
    const before = await shown(page);

    await page.goto(`http://localhost/oauth2/start?rd=${encodeURIComponent(app)}`);
    const [signedInAt, during] = [page.url(), await shown(page)];
    await page.goto(`http://localhost/oauth2/sign_out?rd=${encodeURIComponent(app)}`);
    const [signedOutAt, after] = [page.url(), await shown(page)];

    expect([signedInAt, signedOutAt]).toEqual([app, app]);
    expect([before, during, after]).toEqual(["401", "200", "401"]);
    expect(stand.echo.heard.map(({ method }) => method)).toContain("OPTIONS");
  });

  it("is led to no port that is not listed", async () => {
    const page = await (await windowOf(ada)).newPage();

    await page.goto(
      `http://localhost/oauth2/start?rd=${encodeURIComponent("http://localhost:3001/")}`,
    );

    expect(new URL(page.url()).origin).toBe("http://localhost");
  });
});
