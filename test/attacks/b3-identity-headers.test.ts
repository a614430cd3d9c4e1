import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configOf } from "../peers/doorward.ts";
import { rs256 } from "../peers/jwt.ts";
import { settingsFor } from "../peers/process.ts";
import {
  changed,
  host,
  nginxRequest,
  policy,
  request,
  signIn,
  startInProcess,
  uri,
  type InProcess,
} from "./baseline.ts";
import type { Lines, WireAnswer } from "./wire.ts";

const names = [
  "x-auth-request-user",
  "x-auth-request-email",
  "x-auth-request-groups",
  "x-auth-request-preferred-username",
];
const forged: Lines = [
  ["X-Auth-Request-User", "mallory"],
  ["X-Auth-Request-Email", "mallory@example.com"],
  ["X-Auth-Request-Groups", "admins"],
  ["X-Auth-Request-Preferred-Username", "mallory"],
];

let service: InProcess;
let ada: string;
let plain: string;
let token: string;

beforeAll(async () => {
  const cors = { host: "cors.apps.example.com", preflight: "allow" };
  const bearer = { host: "bearer.apps.example.com", bearer: true };
  service = await startInProcess({
    rules: [...policy.rules, cors, bearer],
    access: { groups: ["staff"], subjects: ["plain"] },
  });
  const named = { email: "ada@example.com", email_verified: true, preferred_username: "ada.l" };
  ada = await signIn(service, { sub: "ada", groups: ["staff"], ...named });
  const nothing = { email: undefined, groups: undefined, preferred_username: undefined };
  plain = await signIn(service, { sub: "plain", ...nothing });
  token = accessToken({ sub: "ci", groups: ["staff"] });
});
afterAll(() => service.close());

function accessToken(claims: Record<string, unknown>): string {
  const iat = Math.floor(service.clock.now / 1000);
  const usual = { iss: service.issuer.issuer, aud: "door", iat, exp: iat + 60, client_id: "ci" };
  return rs256({ alg: "RS256", kid: "one", typ: "at+jwt" }, { ...usual, ...claims });
}

/** Every value of the four names, in the order of `names`. */
function identityIn({ headers }: WireAnswer): (readonly string[])[] {
  return names.map((wanted) =>
    headers.filter(([name]) => name === wanted).map(([, value]) => value),
  );
}

const none = [[""], [""], [""], [""]];
const preflight: Lines = [
  ...changed(host("cors.apps.example.com"), { "X-Forwarded-Method": "OPTIONS" }),
  ["Origin", "https://app.example.com"],
  ["Access-Control-Request-Method", "PUT"],
];
const nginxOpen = changed(nginxRequest, { "X-Original-URL": "https://app.example.com/public/x" });

describe("B3.1 every 200 has each identity header once, whatever the visitor sends", () => {
  it.each<[string, () => Lines, string[][]]>([
    ["an open path, anonymous", () => uri("/public/x"), none],
    ["an open path, anonymous, behind nginx", () => nginxOpen, none],
    ["an open method of a path", () => uri("/foo/1/bar"), none],
    [
      "an open address",
      () => changed(request, { "X-Forwarded-Host": "net.apps.example.com" }),
      none,
    ],
    [
      "an open path with a forged session",
      () => [...uri("/public/x"), ["Cookie", `${ada}x`]],
      none,
    ],
    ["a preflight", () => preflight, none],
    ["a preflight with a session", () => [...preflight, ["Cookie", ada]], none],
    [
      "a session without email, groups and name",
      () => [...request, ["Cookie", plain]],
      [["plain"], [""], [""], [""]],
    ],
    [
      "a session",
      () => [...request, ["Cookie", ada]],
      [["ada"], ["ada@example.com"], ["staff"], ["ada.l"]],
    ],
    [
      "a session, behind nginx",
      () => [...nginxRequest, ["Cookie", ada]],
      [["ada"], ["ada@example.com"], ["staff"], ["ada.l"]],
    ],
    [
      "an access token",
      () => [...host("bearer.apps.example.com"), ["Authorization", `Bearer ${token}`]],
      [["ci"], [""], ["staff"], [""]],
    ],
  ])("%s", async (_, lines, expected) => {
    const usual = await service.verify(lines());
    const attacked = await service.verify([...forged, ...lines(), ...forged]);

    expect(usual.status).toBe(200);
    expect(identityIn(usual)).toEqual(expected);
    expect(attacked.status).toBe(200);
    expect(identityIn(attacked)).toEqual(expected);
  });

  it("also for a path after /verify, as Envoy asks", async () => {
    const lines: Lines = [["Host", "app.example.com"], ["X-Forwarded-Proto", "https"], ...forged];
    const answer = await service.verify(lines, { target: "/verify/public/x" });

    expect(answer.status).toBe(200);
    expect(identityIn(answer)).toEqual(none);
  });

  it("and no refusal has one", async () => {
    for (const lines of [
      request,
      nginxRequest,
      uri("/admin"),
      [...uri("/admin"), ["Cookie", ada]] as Lines,
    ]) {
      const answer = await service.verify([...lines, ...forged]);

      expect(answer.status).toBeGreaterThan(300);
      expect(identityIn(answer)).toEqual([[], [], [], []]);
      expect(answer.text).not.toContain("mallory");
    }
  });
});

describe.each([
  [
    "B3.2",
    ["X_Auth_Request_User", "X-Auth_Request-User", "x_auth-request-user", "X_Auth_Request_Groups"],
  ],
  ["B3.3", ["X.Auth.Request.User", "Remote.User", "Remote_User", "x.auth-request.groups"]],
])("%s an alias of an identity header", (_, aliases) => {
  it.each(aliases)("%s neither comes back nor changes the identity", async (name) => {
    for (const lines of [uri("/public/x"), [...request, ["Cookie", ada]] as Lines]) {
      const usual = await service.verify(lines);
      const attacked = await service.verify([...lines, [name, "mallory"]]);

      expect(attacked.status).toBe(200);
      expect(identityIn(attacked)).toEqual(identityIn(usual));
      expect(attacked.text).not.toContain("mallory");
    }
    expect(
      (await service.verify([...uri("/admin"), ["Cookie", ada], [name, "admins"]])).status,
    ).toBe(403);
  });
});

describe("B3.4 an identity header is sent once", () => {
  it("in the spelling of the configuration", async () => {
    const lower = await startInProcess({
      headers: { "x-auth-user": "subject", "X-Auth-Groups": "groups" },
    });
    const cookie = await signIn(lower, { sub: "ada", groups: ["staff"] });
    const answer = await lower.verify([...request, ["Cookie", cookie], ["X-Auth-User", "mallory"]]);
    await lower.close();

    expect(answer.headers.filter(([name]) => name.startsWith("x-auth-"))).toEqual([
      ["x-auth-user", "ada"],
      ["x-auth-groups", "staff"],
    ]);
    expect(answer.text).not.toContain("mallory");
  });

  it("and not under two spellings of one name", () => {
    const headers = { "X-Auth-User": "subject", "x-auth-user": "email" };

    expect(() => configOf({ ...settingsFor(80), ...policy, headers })).toThrow("headers");
  });
});

describe("B3.5 a claim's value", () => {
  it.each<[string, string]>([
    ["a line break and a header", "a\r\nX-Auth-Request-Groups: admins"],
    ["a line feed", "a\nX-Auth-Request-Groups: admins"],
    ["a carriage return", "a\rb"],
    ["a NUL", "a\0b"],
    ["a DEL", "a\x7fb"],
    ["a C1 control character", "a\x85b"],
    ["a space at its start", " admin"],
    ["a space at its end", "admin "],
    ["a tab", "a\tb"],
    ["100 kB", "a".repeat(100_000)],
  ])("is dropped: %s", async (_, value) => {
    const cookie = await signIn(service, {
      sub: "ada",
      groups: ["staff"],
      preferred_username: value,
    });
    const answer = await service.verify([...request, ["Cookie", cookie]]);

    expect(answer.status).toBe(200);
    expect(identityIn(answer)).toEqual([["ada"], ["ada@example.com"], ["staff"], [""]]);
    expect(service.doorward.events).toContainEqual(
      expect.objectContaining({ header: "X-Auth-Request-Preferred-Username" }),
    );
  });

  it.each([
    ["an emoji", "ada \u{1F600}"],
    ["an accent", "\u00e9"],
    ["a Cyrillic letter", "\u0430dmin"],
    ["a right-to-left override", "a\u202enimda"],
    ["a separator of lines", "a\u2028b"],
    ["a Latin-1 look of a line break", "a\u560d\u560ab"],
    ["a comma", "a,b"],
    ["a colon", "a: b"],
  ])("is sent in UTF-8 and adds no header: %s", async (_, value) => {
    const cookie = await signIn(service, {
      sub: "ada",
      groups: ["staff"],
      preferred_username: value,
    });
    const { status, headers } = await service.verify([...request, ["Cookie", cookie]]);
    const [, sent = ""] =
      headers.find(([name]) => name === "x-auth-request-preferred-username") ?? [];

    expect(status).toBe(200);
    expect(Buffer.from(sent, "utf8").toString()).toBe(Buffer.from(value, "utf8").toString());
    expect(headers.filter(([name]) => name === "x-auth-request-groups")).toEqual([
      ["x-auth-request-groups", "staff"],
    ]);
  });

  it("is left out if it has a lone surrogate, because all of them become one character", async () => {
    const cookie = await signIn(service, {
      sub: "ada",
      groups: ["staff"],
      preferred_username: "a\ud800b",
    });
    const answer = await service.verify([...request, ["Cookie", cookie]]);

    expect(answer.status).toBe(200);
    expect(answer.header("x-auth-request-preferred-username")).toBe("");
  });

  it.each<[string, unknown, string]>([
    ["a comma", ["staff", "admins,root"], "staff"],
    ["a comma at its end", ["admins,", "staff"], "staff"],
    ["a line break", ["staff", "a\r\nX-Auth-Request-User: root"], "staff"],
    ["a NUL", ["ad\0mins", "staff"], "staff"],
    ["a space at its end", ["admins ", "staff"], "staff"],
    ["another separator", ["staff", "a|b;c"], "staff,a|b;c"],
    ["no letter", ["staff", ""], "staff"],
  ])("in a list of groups is one group: %s", async (_, groups, expected) => {
    const cookie = await signIn(service, { sub: "ada", groups });
    const answer = await service.verify([...request, ["Cookie", cookie]]);

    expect(answer.status).toBe(200);
    expect(answer.header("x-auth-request-groups")).toBe(expected);
    expect(answer.header("x-auth-request-user")).toBe("ada");
    expect((await service.verify([...uri("/admin"), ["Cookie", cookie]])).status).toBe(403);
  });

  it("of all headers together stays under 4 KiB", async () => {
    const groups = ["staff", ...Array.from({ length: 2_000 }, (_, at) => `group-${at}`)];
    const cookie = await signIn(service, {
      sub: "ada",
      groups,
      preferred_username: "p".repeat(2_000),
    });
    const answer = await service.verify([...request, ["Cookie", cookie]]);

    expect(answer.status).toBe(200);
    expect(answer.text.length).toBeLessThan(4_096);
    expect(answer.header("x-auth-request-groups")).toMatch(/^staff(,group-\d+)+$/);
  });
});

describe("B3.6 an identity header may not have a name that HTTP or the proxy needs", () => {
  it.each([
    "Host",
    "host",
    "Cookie",
    "Set-Cookie",
    "Content-Length",
    "Transfer-Encoding",
    "Connection",
    "Date",
    "Location",
    "Cache-Control",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Uri",
    "X-Forwarded-Method",
    "x-forwarded-prefix",
    "X-User\r\nX",
    "X User",
    "X-User:",
    "",
    "\u00e9",
  ])("%j", (name) => {
    const headers = { [name]: "email" };

    expect(() => configOf({ ...settingsFor(80), ...policy, headers })).toThrow("headers");
  });
});

describe("B3.7 a token", () => {
  it("is in no response of the default configuration", async () => {
    const shown: string[] = [];
    for (const lines of [request, uri("/public/x"), uri("/admin"), nginxRequest]) {
      shown.push((await service.verify(lines)).text);
      shown.push((await service.verify([...lines, ["Cookie", ada]])).text);
    }

    const leaked = service.issuer.secrets.filter((secret) => shown.join().includes(secret));
    expect(service.issuer.secrets.length).toBeGreaterThan(10);
    expect(leaked).toEqual([]);
    expect(shown.join().toLowerCase()).not.toContain("access-token");
  });

  it("that a header is configured for is only in the 200 of a path that needs a session", async () => {
    const headers = {
      "X-Auth-Request-Access-Token": "accessToken",
      Authorization: "Bearer idToken",
    };
    const passing = await startInProcess({ headers });
    const cookie = await signIn(passing, { sub: "ada", groups: ["staff"] });
    const ask = (lines: Lines) => passing.verify([...lines, ["Cookie", cookie]]);
    const [closed, open, denied] = await Promise.all([
      ask(request),
      ask(uri("/public/x")),
      ask(uri("/admin")),
    ]);
    await passing.close();

    expect(passing.issuer.secrets).toContain(closed.header("x-auth-request-access-token"));
    expect(open.status).toBe(200);
    expect(open.header("x-auth-request-access-token")).toBe("");
    expect(open.header("authorization")).toBe("");
    expect(denied.status).toBe(403);
    expect(passing.issuer.secrets.filter((secret) => denied.text.includes(secret))).toEqual([]);
  });
});
