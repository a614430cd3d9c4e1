import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "../../peers/browser.ts";
import { entraId } from "../../providers/stand-ins/entra-id.ts";
import { github } from "../../providers/stand-ins/github.ts";
import { google } from "../../providers/stand-ins/google.ts";
import { ada, bob, setUp, stand, identityHeader, tearDown, windowOf } from "./journeys.ts";
import { migrate } from "./migration.ts";

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

  it("one sign-in gives access to every subdomain and returns to the requested page", async () => {
    const page = await (await windowOf(ada)).newPage();

    await page.goto("https://wiki.example.com/page?a=1");
    const [first, who] = [page.url(), identityHeader("email")];
    await page.goto("https://mail.example.com/inbox");

    expect([first, page.url()]).toEqual([
      "https://wiki.example.com/page?a=1",
      "https://mail.example.com/inbox",
    ]);
    expect([who, identityHeader("email"), identityHeader("user")]).toEqual([
      ["ada@example.com"],
      ["ada@example.com"],
      ["470011"],
    ]);
  });

  it("an account of another domain gets the denied page, and the app gets no request", async () => {
    const page = await (await windowOf(bob)).newPage();

    await page.goto("https://wiki.example.com/?of=bob@elsewhere.example");

    expect(await page.getByRole("heading").innerText()).toBe("This account has no access");
    expect(JSON.stringify(stand.echo.heard)).not.toContain("bob@elsewhere.example");
  });

  it("a public route stays protected while nginx uses /oauth2/auth", async () => {
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
    "the app at %s gets all identity headers",
    async (host) => {
      const page = await (await windowOf(carol)).newPage();

      await page.goto(`https://${host}/report`);
      await page.getByRole("link", { name: "Sign in with Microsoft" }).click();
      await page.waitForURL(`https://${host}/report`);

      expect(page.url()).toBe(`https://${host}/report`);
      expect([
        identityHeader("email"),
        identityHeader("groups"),
        identityHeader("preferred-username"),
      ]).toEqual([["ada@example.com"], ["group-1,group-2"], ["ada@example.onmicrosoft.com"]]);
      expect(identityHeader("user")[0]).not.toBe("");
      expect(identityHeader("access-token")[0]).toMatch(/^\S{10,}$/);
    },
  );

  it("a session of one domain is not valid for the other", async () => {
    const window = await windowOf(carol);
    const page = await window.newPage();
    await page.goto("https://app.example.com/");
    await page.getByRole("link", { name: "Sign in with Microsoft" }).click();
    await page.waitForURL("https://app.example.com/");
    const cookies = await window.cookies("https://app.example.com/");
    const session = cookies.find(({ name }) => /-doorward-[0-9a-f]{6}$/.test(name));
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

  it("a member signs in with the button and returns to the requested page", async () => {
    const page = await (await windowOf(ada)).newPage();
    const closed = await page.goto("https://app.example.com/issues?open=1");

    await page.getByRole("link", { name: "Sign in" }).click();
    await page.waitForURL("https://app.example.com/issues?open=1");

    expect(closed?.status()).toBe(403);
    expect([identityHeader("user"), identityHeader("groups")]).toEqual([
      ["ada"],
      ["acme,acme:ops"],
    ]);
  });

  it("an account of another organisation gets the denied page", async () => {
    const page = await (await windowOf(bob)).newPage();
    await page.goto("https://app.example.com/");

    await page.getByRole("link", { name: "Sign in" }).click();

    await page.getByRole("heading", { name: "This account has no access" }).waitFor();
    expect(page.url()).toContain("https://app.example.com/oauth2/callback");
  });
});
