import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { Browser, navigation } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";

const accounts = [{ id: "ada", claims: { email: "ada@example.com", email_verified: true } }];
const client = { clientId: "door", clientSecret: "a secret of the door" };

let issuer: Issuer;
let doorward: TestDoorward;
let site: string;
let browser: Browser;

beforeAll(async () => {
  site = `http://localhost:${await freePort()}/_auth`;
  issuer = await startIssuer({
    accounts,
    ...client,
    redirectUris: [`${site}/callback`],
    configuration: {
      clients: [
        {
          client_id: client.clientId,
          client_secret: client.clientSecret,
          redirect_uris: [`${site}/callback`],
          grant_types: ["authorization_code", "client_credentials"],
        },
      ],
      ttl: {
        AccessToken: 600,
        AuthorizationCode: 60,
        ClientCredentials: 600,
        Grant: 600,
        IdToken: 600,
        Interaction: 600,
        Session: 600,
      },
      features: {
        devInteractions: { enabled: false },
        introspection: { enabled: true, allowedPolicy: () => true },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_, audience) => ({
            scope: "push",
            audience,
            accessTokenFormat: "jwt",
          }),
        },
      },
    },
  });
  doorward = await startDoorward(
    configOf({
      url: site,
      providers: {
        company: { type: "oidc", issuer: issuer.issuer, ...client, audience: ["urn:api"] },
      },
      access: { subjects: ["ada"] },
      headers: { "X-Auth-Request-User": "subject", "X-Access-Token": "accessToken" },
      rules: [
        { path: "/api/**", bearer: { introspection: true } },
        { path: "/push/**", bearer: { scopes: ["push"] }, allow: { subjects: ["door"] } },
        { path: "/ids/**", bearer: { idTokens: true } },
      ],
    }),
  );
  browser = new Browser(new Map([[new URL(site).host, doorward.port]]));
  await browser.signIn(`${site}/start?rd=/`, "ada");
});

afterAll(async () => {
  await doorward.close();
  await issuer.close();
});

function verify(by: Browser, uri: string, headers: Record<string, string> = {}) {
  const described = {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": new URL(site).host,
    "X-Forwarded-Uri": uri,
  };
  return by.ask(`${site}/verify`, { headers: { ...described, ...headers } });
}

const signedOut = () => new Browser(new Map([[new URL(site).host, doorward.port]]));

async function tokenFor(resource: string): Promise<string> {
  const form = { grant_type: "client_credentials", scope: "push", resource };
  const basic = Buffer.from("door:a+secret+of+the+door").toString("base64");
  const answer = await signedOut().ask(`${issuer.issuer}/token`, {
    method: "POST",
    headers: {
      Authorization: `Basic ${basic}`,
      "Content-Type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams(form).toString(),
  });
  return String(JSON.parse(answer.body).access_token);
}

describe("tokens of a real issuer", () => {
  it("are accepted if they are opaque and the issuer reports them as active", async () => {
    const signedIn = await verify(browser, "/");
    const token = String(signedIn.headers["x-access-token"]);

    const answer = await verify(signedOut(), "/api/x", { Authorization: `Bearer ${token}` });

    expect(token).not.toContain(".");
    expect(answer).toMatchObject({ status: 200, headers: { "x-auth-request-user": "ada" } });
    expect(
      await verify(signedOut(), "/api/x", { Authorization: `Bearer ${token}x` }),
    ).toMatchObject({
      status: 401,
    });
  });

  it("are accepted if they are signed, for our audience, and of the scope that the rule requires", async () => {
    const ours = await tokenFor("urn:api");
    const others = await tokenFor("urn:other");

    const answer = await verify(signedOut(), "/push/x", { Authorization: `Bearer ${ours}` });

    expect(answer).toMatchObject({ status: 200, headers: { "x-auth-request-user": "door" } });
    expect(
      (await verify(signedOut(), "/push/x", { Authorization: `Bearer ${others}` })).status,
    ).toBe(401);
  });

  it("replace the session in the same request, whether valid or not", async () => {
    const ours = await tokenFor("urn:api");

    const session = await verify(browser, "/api/x", navigation);
    const token = await verify(browser, "/push/x", { Authorization: `Bearer ${ours}` });
    const bad = await verify(browser, "/api/x", { ...navigation, Authorization: "Bearer x" });
    const foreign = await verify(browser, "/api/x", { Authorization: "Negotiate x" });

    expect(session.headers["x-auth-request-user"]).toBe("ada");
    expect(token.headers["x-auth-request-user"]).toBe("door");
    expect(bad.status).toBe(401);
    expect(bad.headers.location).toBeUndefined();
    expect(foreign.headers["x-auth-request-user"]).toBe("ada");
  });

  it("do not affect a session if no rule accepts them", async () => {
    const plain = await verify(browser, "/");

    const withToken = await verify(browser, "/", { Authorization: "Bearer x" });
    const withPassword = await verify(browser, "/", { Authorization: "Basic eDp5" });

    const identity = {
      "x-auth-request-user": "ada",
      "x-access-token": plain.headers["x-access-token"],
    };
    expect(withToken).toMatchObject({ status: 200, headers: identity });
    expect(withPassword).toMatchObject({ status: 200, headers: identity });
  });
});
