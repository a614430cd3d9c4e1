import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { openResourceDoor, type ResourceDoor } from "../peers/resource-door.ts";
import type { Fields } from "../peers/token-issuer.ts";

let door: ResourceDoor;
beforeAll(async () => {
  door = await openResourceDoor();
});
afterAll(() => door.close());

const wellKnown = "/.well-known/oauth-protected-resource";
const mcp = "https://mcp.example.com/mcp";
const scope = "read write";
const metadataOfMcp = `resource_metadata="https://mcp.example.com${wellKnown}/mcp"`;

function present(url: string, token: string) {
  return door.verify(url, { Authorization: `Bearer ${token}` });
}

describe("a rule with bearer.metadata", () => {
  it("answers a request without a token with the address of the metadata", async () => {
    const answer = await door.verify(`${mcp}/messages?x=1`);

    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe(`Bearer ${metadataOfMcp}, scope="${scope}"`);
    expect(answer.headers.location).toBeUndefined();
  });

  it("sends a browser to the sign-in", async () => {
    const answer = await door.verify(mcp, navigation);

    expect(answer.status).toBe(302);
    expect(answer.headers.location).toMatch(/^https:\/\/auth\.example\.com\/start\?rd=/);
    expect(answer.headers["www-authenticate"]).toBeUndefined();
  });

  it("accepts a token for the resource", async () => {
    const answer = await present(mcp, door.token(door.company, { aud: mcp, scope }));

    expect(answer.status).toBe(200);
    expect(answer.headers["x-auth-request-user"]).toBe("ada");
  });

  it.each<[string, string, "company" | "ci", Fields]>([
    ["among other audiences", mcp, "company", { aud: ["https://other.example", mcp], scope }],
    [
      "of an issuer of the rule",
      "https://mcp.example.com/ci/x",
      "ci",
      { aud: "https://mcp.example.com/ci" },
    ],
    [
      "with a configured audience",
      "https://mcp.example.com/named",
      "ci",
      { aud: "api://tools", scope: "use" },
    ],
    [
      "with the resource next to it",
      "https://mcp.example.com/named",
      "ci",
      { aud: "https://mcp.example.com/named", scope: "use" },
    ],
    [
      "of a whole host",
      "https://root.example.com/any",
      "company",
      { aud: "https://root.example.com" },
    ],
    [
      "as URL libraries write it",
      "https://root.example.com/",
      "company",
      { aud: "https://root.example.com/" },
    ],
    [
      "on another port",
      "https://port.example.com:8443/mcp",
      "company",
      { aud: "https://port.example.com:8443/mcp" },
    ],
  ])("accepts a token for the resource, %s", async (_, url, issuer, claims) => {
    expect((await present(url, door.token(door[issuer], claims))).status).toBe(200);
  });

  it.each([
    ["the site's provider", "root.example.com", "company"],
    ["an issuer of the rule", "asked.example.com", "ci"],
  ] as const)(
    "accepts an opaque token that %s confirms for the resource",
    async (_, host, name) => {
      const answer = { active: true, token_type: "Bearer", sub: "ada" };
      const { opaque } = door[name];
      opaque.set("for-the-host", { ...answer, aud: `https://${host}` });
      opaque.set("for-another", { ...answer, aud: mcp });
      opaque.set("of-our-client", { ...answer, client_id: "door" });

      const statuses = await Promise.all(
        ["for-the-host", "for-another", "of-our-client"].map(
          async (token) => (await present(`https://${host}/`, token)).status,
        ),
      );

      expect(statuses).toEqual([200, 401, 401]);
    },
  );

  it("answers an invalid token with the address of the metadata", async () => {
    const answer = await present(mcp, door.token(door.company, { aud: "api", scope }));

    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe(
      `Bearer error="invalid_token", scope="${scope}", ${metadataOfMcp}`,
    );
  });

  it("answers a token that lacks a scope with all scopes and the address of the metadata", async () => {
    const answer = await present(mcp, door.token(door.company, { aud: mcp, scope: "read" }));

    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toEqual({ error: "insufficient_scope" });
    expect(answer.headers["www-authenticate"]).toBe(
      `Bearer error="insufficient_scope", scope="${scope}", ${metadataOfMcp}`,
    );
  });

  it("names the metadata where a stronger sign-in is needed", async () => {
    const old = { aud: "https://fresh.example.com", auth_time: 1 };

    const answer = await present("https://fresh.example.com/", door.token(door.company, old));

    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe(
      `Bearer error="insufficient_user_authentication", max_age="900", resource_metadata="https://fresh.example.com${wellKnown}"`,
    );
  });

  it("changes nothing for other rules", async () => {
    const answer = await door.verify("https://api.example.com/");
    const token = door.token(door.company, { aud: "api", scope: "secret-scope" });

    expect(answer.headers["www-authenticate"]).toBe('Bearer realm="doorward"');
    expect((await present("https://api.example.com/", token)).status).toBe(200);
  });
});

describe("the metadata of a resource", () => {
  it.each<[string, string, string, "company" | "ci", string[]]>([
    ["mcp.example.com", "/mcp", mcp, "company", ["read", "write"]],
    ["mcp.example.com", "/ci", "https://mcp.example.com/ci", "ci", []],
    ["mcp.example.com", "/named", "https://mcp.example.com/named", "ci", ["use"]],
    ["root.example.com", "", "https://root.example.com", "company", []],
    ["port.example.com:8443", "/mcp", "https://port.example.com:8443/mcp", "company", []],
    ["MCP.example.com.", "/mcp", mcp, "company", ["read", "write"]],
    ["mcp.example.com:443", "/mcp?x=1", mcp, "company", ["read", "write"]],
  ])("is at %s under %s", async (host, path, resource, issuer, scopes) => {
    const answer = await door.open(host, wellKnown + path);

    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    expect(JSON.parse(answer.body)).toEqual({
      resource,
      authorization_servers: [door[issuer].issuer],
      ...(scopes.length > 0 && { scopes_supported: scopes }),
      bearer_methods_supported: ["header"],
    });
  });

  it("is the same in a server that mounts the h3 app", async () => {
    const h3 = await door.doorward.app.loadH3App();
    const host = "mcp.example.com";

    const answer = await h3.request(`https://${host}${wellKnown}/mcp`, { headers: { host } });

    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe((await door.open(host, `${wellKnown}/mcp`)).body);
  });

  it("has no body for HEAD", async () => {
    const answer = await door.open("mcp.example.com", `${wellKnown}/mcp`, { method: "HEAD" });

    expect([answer.status, answer.body]).toEqual([200, ""]);
    expect(Number(answer.headers["content-length"])).toBeGreaterThan(100);
  });
});
