import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HttpResponse } from "../peers/browser.ts";
import {
  app,
  auth,
  blog,
  openPerHostDoor,
  wiki,
  type PerHostDoor,
} from "../peers/per-host-door.ts";
import { forwarded } from "../peers/sign-in-door.ts";

const mcp = "https://mcp.example.com";
const document = "/.well-known/oauth-protected-resource/mcp";
const program = { Accept: "application/json", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" };

let door: PerHostDoor;
beforeAll(async () => {
  door = await openPerHostDoor({
    assertion: {},
    rules: [{ host: "mcp.example.com", path: "/mcp/**", bearer: { metadata: true } }],
  });
});
afterAll(() => door.close());

const assertionOf = ({ headers }: HttpResponse) => headers["x-doorward-assertion"]?.toString();

/** What an app does with an assertion (docs/assertion.md). */
async function accepted(assertion: string | undefined, audience: string): Promise<boolean> {
  const published = door.site.doorward.app.assertionKeys?.published;
  const set: unknown = JSON.parse(JSON.stringify({ keys: published }));
  const checks = { issuer: auth, audience, requiredClaims: ["sub", "exp"] };
  return jwtVerify(assertion ?? "", createLocalJWKSet(set as JSONWebKeySet), checks).then(
    () => true,
    () => false,
  );
}

/** `/verify` for a request of a program. */
function verify(url: string, headers: Record<string, string>): Promise<HttpResponse> {
  const { origin, pathname } = new URL(url);
  const asked = { ...forwarded(origin), ...program, "X-Forwarded-Uri": pathname, ...headers };
  return door.site.openAt(door.site.doorward.port, `${auth}/verify`, asked);
}

describe("with a session for each host, an assertion", () => {
  it("is of the sign-in's URL and for the host of the request, and no other app accepts it", async () => {
    const visitor = door.visitor();
    const hosts = [app, wiki, blog, mcp];
    const assertions = new Map<string, string | undefined>();
    for (const host of hosts) assertions.set(host, assertionOf(await visitor.open(`${host}/`)));

    for (const [host, assertion] of assertions) {
      expect(decodeJwt(assertion ?? "")).toMatchObject({ iss: auth, aud: host, sub: "ada" });
      const acceptedAt = await Promise.all(hosts.map((other) => accepted(assertion, other)));
      expect(acceptedAt).toEqual(hosts.map((other) => other === host));
    }
  });

  it("is not signed for the cookie of another host, nor of the sign-in", async () => {
    const visitor = door.visitor();
    await visitor.open(`${app}/`);
    const cookies = [app, auth].map((host) => visitor.jar.getCookieStringSync(host));

    for (const Cookie of cookies)
      for (const host of [wiki, blog, `${mcp}/mcp`]) {
        const answer = await verify(host, { Cookie });
        expect([answer.status, assertionOf(answer)]).toEqual([401, undefined]);
      }
    expect((await verify(app, { Cookie: cookies[0] ?? "" })).status).toBe(200);
  });

  it("gives no access itself, as a header or as a token", async () => {
    const visitor = door.visitor();
    const assertion = assertionOf(await visitor.open(`${mcp}/mcp`)) ?? "";
    expect(await accepted(assertion, mcp)).toBe(true);

    const asHeader = await verify(`${mcp}/mcp`, { "X-Doorward-Assertion": assertion });
    const asToken = await verify(`${mcp}/mcp`, { Authorization: `Bearer ${assertion}` });

    expect([asHeader, asToken].map((one) => [one.status, assertionOf(one)])).toEqual([
      [401, undefined],
      [401, undefined],
    ]);
  });

  it("is signed at none of the hosts after a sign-out at one", async () => {
    const visitor = door.visitor();
    for (const host of [app, mcp]) await visitor.open(`${host}/`);
    const cookies = [app, mcp].map((host) => visitor.jar.getCookieStringSync(host));
    await visitor.ask(`${app}/_auth/sign_out`);

    const answers = await Promise.all(
      [app, mcp].map((host, index) => verify(host, { Cookie: cookies[index] ?? "" })),
    );

    expect(answers.map((one) => [one.status, assertionOf(one)])).toEqual([
      [401, undefined],
      [401, undefined],
    ]);
  });
});

describe("with a session for each host, a tool at an app's host", () => {
  it("names its document, which its own host has and no other", async () => {
    const refused = await verify(`${mcp}/mcp`, {});
    const statuses = await Promise.all(
      [mcp, wiki, auth].map(async (host) => (await door.site.open(`${host}${document}`)).status),
    );
    const { body } = await door.site.open(`${mcp}${document}`);

    expect(refused.headers["www-authenticate"]).toBe(
      `Bearer resource_metadata="${mcp}${document}"`,
    );
    expect(statuses).toEqual([200, 404, 404]);
    expect(JSON.parse(body)).toMatchObject({
      resource: `${mcp}/mcp`,
      authorization_servers: [door.site.issuer.issuer],
    });
  });

  it("signs a browser in with a session of its own host, which passes", async () => {
    const visitor = door.visitor();
    const answer = await visitor.open(`${mcp}/mcp`);
    const Cookie = visitor.jar.getCookieStringSync(mcp);

    expect([answer.status, (await verify(`${mcp}/mcp`, { Cookie })).status]).toEqual([200, 200]);
    expect(await door.verdict(app, Cookie)).toBe(302);
  });
});
