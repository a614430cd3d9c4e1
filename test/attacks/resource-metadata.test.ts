import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { openResourceDoor, type ResourceDoor } from "../peers/resource-door.ts";
import { createKey, jws, type Fields } from "../peers/token-issuer.ts";
import { ask } from "./wire.ts";

let door: ResourceDoor;
beforeAll(async () => {
  door = await openResourceDoor();
});
afterAll(() => door.close());

const path = "/.well-known/oauth-protected-resource/mcp";
const mcp = "https://mcp.example.com/mcp";
const scope = "read write";

async function statusOf(url: string, token: string): Promise<number> {
  return (await door.verify(url, { Authorization: `Bearer ${token}` })).status;
}

describe("a token for another resource is refused", () => {
  const audiences: [string, unknown][] = [
    ["doorward's own client", "door"],
    ["the provider's audience", "api"],
    ["the other resource of the host", "https://mcp.example.com/ci"],
    ["another host", "https://root.example.com"],
    ["the host alone", "https://mcp.example.com"],
    ["the host with a slash", "https://mcp.example.com/"],
    ["plain http", "http://mcp.example.com/mcp"],
    ["a slash at the end", `${mcp}/`],
    ["a path below", `${mcp}/messages`],
    ["a longer word", `${mcp}x`],
    ["another case", "https://mcp.example.com/MCP"],
    ["an encoded spelling", "https://mcp.example.com/%6dcp"],
    ["dot segments", "https://mcp.example.com/x/../mcp"],
    ["a query", `${mcp}?x`],
    ["a fragment", `${mcp}#x`],
    ["the default port", "https://mcp.example.com:443/mcp"],
    ["a user name", "https://mcp.example.com@evil.example/mcp"],
    ["the metadata", `https://mcp.example.com${path}`],
    ["a wildcard", "*"],
    ["two in one text", `${mcp} https://other.example`],
    ["a list in a list", [[mcp]]],
    ["an object", { [mcp]: true }],
    ["an empty list", []],
    ["no audience", undefined],
    ["null", null],
  ];

  it.each(audiences)("with aud: %s", async (_, aud) => {
    expect(await statusOf(mcp, door.token(door.company, { aud, scope }))).toBe(401);
    expect(await statusOf(mcp, door.token(door.company, { aud: mcp, scope }))).toBe(200);
  });

  it("even if it was accepted for its own resource a moment ago", async () => {
    const token = door.token(door.company, { aud: "https://root.example.com", scope });

    expect(await statusOf("https://root.example.com/", token)).toBe(200);
    expect(await statusOf(mcp, token)).toBe(401);
    expect(await statusOf("https://api.example.com/", token)).toBe(401);
    expect(await statusOf("https://root.example.com/", token)).toBe(200);
  });
});

describe("a token of another issuer is refused", () => {
  it.each<[string, string, () => string]>([
    ["that another rule names", mcp, () => door.token(door.ci, { aud: mcp, scope })],
    [
      "of the site, where the rule names its own",
      "https://mcp.example.com/ci/x",
      () => door.token(door.company, { aud: "https://mcp.example.com/ci" }),
    ],
    [
      "that writes the issuer's name",
      mcp,
      () => door.token(door.ci, { iss: door.company.issuer, aud: mcp, scope }),
    ],
    [
      "that has the same key id",
      mcp,
      () => {
        const other = createKey();
        const header = { alg: "RS256", typ: "at+jwt", kid: door.company.keys[0]?.kid };
        const iat = Math.floor(Date.now() / 1000);
        const claims = {
          iss: door.company.issuer,
          sub: "ada",
          aud: mcp,
          scope,
          iat,
          exp: iat + 60,
        };
        return jws(header, claims, other);
      },
    ],
    [
      "whose kind is an ID token",
      mcp,
      () => door.token(door.company, { aud: mcp, scope }, { typ: "JWT" }),
    ],
  ])("%s", async (_, url, token) => {
    expect(await statusOf(url, token())).toBe(401);
  });
});

describe("a token without every scope is refused", () => {
  it.each<[string, Fields]>([
    ["one is missing", { scope: "read" }],
    ["a longer word", { scope: "readonly writer" }],
    ["a part of a word", { scope: "re ad wri te" }],
    ["another case", { scope: "READ WRITE" }],
    ["separated by tabs", { scope: "read\twrite" }],
    ["separated by commas", { scope: "read,write" }],
    ["separated by other spaces", { scope: "read\u00a0write\u2003read" }],
    ["a line break", { scope: "read\nwrite" }],
    ["a wildcard", { scope: "*" }],
    ["both in one quote", { scope: '"read write"' }],
    ["a list in a list", { scp: [["read", "write"]] }],
    ["an object", { scope: { read: true, write: true } }],
    ["a number", { scope: 7 }],
    ["the other claim, where `scope` has none of them", { scope: "", scp: ["read", "write"] }],
    ["none", {}],
  ])("%s", async (_, claims) => {
    const token = door.token(door.company, { aud: mcp, ...claims });

    expect(await statusOf(mcp, token)).toBe(403);
    expect(await statusOf(mcp, token)).toBe(403);
  });
});

describe("a token that is not in the Authorization header is never read", () => {
  it.each<[string, string, (token: string) => Record<string, string>]>([
    ["in the query", "?access_token=", () => ({})],
    ["in a cookie", "", (token) => ({ Cookie: `access_token=${token}` })],
    [
      "in another header",
      "",
      (token) => ({ "X-Access-Token": token, "X-Forwarded-Access-Token": token }),
    ],
    ["in another scheme", "", (token) => ({ Authorization: `DPoP ${token}` })],
  ])("%s", async (_, query, headers) => {
    const token = door.token(door.company, { aud: mcp, scope });
    const url = query === "" ? mcp : mcp + query + token;

    const answer = await door.verify(url, headers(token));

    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).not.toContain("error");
  });
});

describe("the address of the metadata", () => {
  const elsewhere: [string, string, string][] = [
    ["mcp.example.com", `${path}/`, "a slash at the end"],
    ["mcp.example.com", `${path}/x`, "a path below"],
    ["mcp.example.com", `${path}x`, "a longer word"],
    ["mcp.example.com", `/${path}`, "a double slash"],
    ["mcp.example.com", path.toUpperCase(), "capitals"],
    ["mcp.example.com", path.replace("m", "%6d"), "an encoded letter"],
    ["mcp.example.com", path.replace("/mcp", "%2fmcp"), "an encoded slash"],
    ["mcp.example.com", path.replace("/mcp", "/./mcp"), "a dot segment"],
    ["mcp.example.com", path.replace("/mcp", "/x/../mcp"), "dot segments"],
    ["mcp.example.com", path.replace("/mcp", ";x/mcp"), "a parameter"],
    ["mcp.example.com", `${path}%00`, "a NUL"],
    ["mcp.example.com", `https://mcp.example.com${path}`, "an absolute target"],
    ["mcp.example.com", path.replace("/mcp", ""), "another resource's"],
    ["mcp.example.com", "/mcp/.well-known/oauth-protected-resource", "in the other order"],
    ["mcp.example.com", `/verify${path}`, "behind /verify"],
    [
      "mcp.example.com",
      path.replace("protected-resource", "authorization-server"),
      "another document",
    ],
    ["root.example.com", path, "on another host"],
    ["auth.example.com", path, "on doorward's own host"],
    ["api.example.com", path.replace("/mcp", ""), "of a rule without metadata"],
    ["closed.example.com", path.replace("/mcp", "/hidden"), "of a hidden path"],
    ["mcp.example.com:8443", path, "on another port"],
    ["port.example.com", path, "without its port"],
    ["evil.example", path, "on an unknown host"],
    ["mcp.example.com.evil.example", path, "on a longer host"],
    ["xmcp.example.com", path, "on a host with the same end"],
    ["mcp.example.com/", path, "with a slash in the host"],
    ["mcp.example.com@evil.example", path, "with a user name in the host"],
    ["mcp.example.com,evil.example", path, "with two hosts in one"],
    ["", path, "without a host"],
  ];

  it.each(elsewhere)("on %s: %s is no document (%s)", async (host, target) => {
    const answer = await door.open(host, target);

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toContain("authorization_servers");
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])("refuses %s", async (method) => {
    const answer = await door.open("mcp.example.com", path, { method });

    expect([answer.status, answer.headers.allow, answer.body]).toEqual([405, "GET, HEAD", ""]);
  });

  it.each<[string, string, string[]]>([
    ["two hosts", "GET", ["mcp.example.com", "evil.example"]],
    ["the same host twice", "GET", ["mcp.example.com", "mcp.example.com"]],
    ["a method in lower case", "get", ["mcp.example.com"]],
  ])("is no document for %s", async (_, method, hosts) => {
    const lines = hosts.map((host) => ["Host", host] as const);

    const answer = await ask(door.doorward.port, { method, target: path, lines });

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toContain("authorization_servers");
  });

  it("ignores headers that name another host, and sends no cookie", async () => {
    const headers = { "X-Forwarded-Host": "root.example.com", "X-Forwarded-Proto": "http" };

    const plain = await door.open("mcp.example.com", path);
    const forged = await door.open("mcp.example.com", path, { headers });

    expect(forged.body).toBe(plain.body);
    expect(forged.headers["set-cookie"]).toBeUndefined();
  });

  it("opens nothing at /verify: the path needs a sign-in like any other", async () => {
    const url = `https://mcp.example.com${path}`;

    expect((await door.verify(url)).status).toBe(401);
    expect((await door.verify(url, navigation)).status).toBe(302);
  });

  it("lists nothing about other rules", async () => {
    const documents = await Promise.all(
      [path, path.replace("/mcp", "/ci"), path.replace("/mcp", "/named")].map(
        async (target) => (await door.open("mcp.example.com", target)).body,
      ),
    );

    for (const secret of ["secret-scope", "hidden", "closed.example.com", "door", "github", "ada"])
      expect(documents.join()).not.toContain(secret);
  });
});

describe("the challenge contains no text of the visitor", () => {
  it.each([
    'mcp.example.com"',
    'mcp.example.com", resource_metadata="https://evil.example',
    "mcp.example.com, Bearer x",
    "evil.example",
    "mcp.example.com@evil.example",
    "mcp.example.com%22",
    "mcp.example.com\\",
    "mcp.example.com:1",
  ])("for the host %s", async (host) => {
    const answer = await door.verify(mcp, { "X-Forwarded-Host": host });

    expect(answer.status).toBeGreaterThanOrEqual(400);
    const challenge = String(answer.headers["www-authenticate"] ?? "");
    expect(challenge).not.toContain("evil.example");
    expect(
      challenge.replaceAll(/resource_metadata="https:\/\/mcp\.example\.com[^"]*"/g, ""),
    ).not.toContain("resource_metadata");
  });

  it.each(['/mcp/"', "/mcp/%22,%20Basic%20realm=%22x", "/mcp?x=%0d%0aX:y", "/MCP", "/mcp/..%2f"])(
    "for the path %s",
    async (uri) => {
      const answer = await door.verify(mcp, { "X-Forwarded-Uri": uri });
      const challenge = String(answer.headers["www-authenticate"] ?? "");

      expect(answer.status).toBe(401);
      expect(challenge.replaceAll(/"[^"]*"/g, '""')).toMatch(
        /^(Bearer [a-z_]+=""(, [a-z_]+="")*)?$/,
      );
      expect(challenge).not.toMatch(/realm="x|%22|X:y/);
    },
  );
});
