import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAddressRanges } from "../../server/http/address-ranges.ts";
import { configOf } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { settingsFor, runDoorward, writeConfig } from "../peers/process.ts";
import {
  changed,
  denied,
  nginxRequest,
  policy,
  request,
  signIn,
  startBaseline,
  startInProcess,
  uri,
  verdictOf,
  type Baseline,
  type InProcess,
} from "./baseline.ts";
import { sendBytes, type Lines } from "./wire.ts";

let service: Baseline;
let staff: string;

beforeAll(async () => {
  service = await startBaseline();
  staff = await signIn(service, { groups: ["staff"] });
});
afterAll(() => service.close());

const open = uri("/public/x");
const nginxOpen = changed(nginxRequest, { "X-Original-URL": "https://app.example.com/public/x" });
const signedIn = (lines: Lines): Lines => [...lines, ["Cookie", staff]];
const verdict = async (lines: Lines) => verdictOf(await service.verify(lines));

describe("the baseline lets pass what it should, which shows that the cases below can fail", () => {
  it.each<[string, () => Lines, string]>([
    ["an open path", () => open, "200"],
    ["an open path, behind nginx", () => nginxOpen, "200"],
    ["GET of a path that only GET may open", () => uri("/foo/1/bar"), "200"],
    ["a private path with a session", () => signedIn(request), "200"],
    ["a private path with a session, behind nginx", () => signedIn(nginxRequest), "200"],
    [
      "both families, if they agree",
      () => [...signedIn(request), ...nginxRequest.slice(1, 3)],
      "200",
    ],
    ["a private path without a session", () => request, "302 to sign-in"],
    ["a private path without a session, behind nginx", () => nginxRequest, "401 to sign-in"],
    ["an admin's path with a session of staff", () => signedIn(uri("/admin")), "403"],
  ])("%s", async (_, lines, expected) => {
    expect(await verdict(lines())).toBe(expected);
  });
});

describe("B1.1 a peer that is not a trusted proxy gets 403", () => {
  it.each<[string, () => Lines, string?]>([
    ["for an open path", () => open],
    ["for an open path in nginx's headers", () => nginxOpen],
    ["for an open path in both families", () => [...open, ...nginxOpen.slice(1, 3)]],
    ["for an open path while the line asks for another", () => open, "/verify/admin"],
    ["for a private path with a session", () => signedIn(request)],
    [
      "that claims a trusted address in X-Forwarded-For",
      () => changed(open, { "X-Forwarded-For": "127.0.0.1" }),
    ],
    [
      "that claims a trusted address in other headers",
      () => [...open, ["X-Real-IP", "127.0.0.1"], ["Forwarded", "for=127.0.0.1"]],
    ],
  ])("%s", async (_, lines, target = "/verify") => {
    const answer = await service.verify(lines(), { from: "127.0.0.9", target });

    expect(answer.status).toBe(403);
    expect(answer.header("location")).toBeUndefined();
  });
});

describe("B1.1 a visitor of nginx adds the other family", () => {
  it.each(["/public/x", "/private?x=1", "/public/../private", ""])(
    "X-Forwarded-Uri: %j",
    async (written) => {
      expect(await verdict([...nginxRequest, ["X-Forwarded-Uri", written]])).toMatch(denied);
      expect(await verdict([["X-Forwarded-Uri", written], ...nginxRequest])).toMatch(denied);
    },
  );
});

describe("B1.1 with a pinned family the other one changes nothing", () => {
  let pinned: InProcess;
  beforeAll(async () => {
    pinned = await startInProcess({ dialect: "original" });
  });
  afterAll(() => pinned.close());

  it.each<[string, Lines, number]>([
    ["a private path with an open one added", [...nginxRequest, ...open.slice(1, 5)], 401],
    ["an open path with a private one added", [...nginxOpen, ...request.slice(1, 5)], 200],
    ["only the other family", open, 403],
  ])("%s", async (_, lines, status) => {
    expect((await pinned.verify(lines)).status).toBe(status);
  });
});

describe("B1.2 two families that disagree get 400 and one log event", () => {
  const both = (forwarded: Lines, original: Lines): Lines => [
    ...forwarded,
    ...original.slice(1, 3),
  ];
  const nginx = (changes: Record<string, string>) => changed(nginxRequest, changes);

  it.each<[string, Lines]>([
    ["an open URL of nginx, a closed URI", both(uri("/admin"), nginxOpen)],
    [
      "a closed URL of nginx, an open URI",
      both(open, nginx({ "X-Original-URL": "https://app.example.com/admin" })),
    ],
    [
      "another query",
      both(request, nginx({ "X-Original-URL": "https://app.example.com/private?x=2" })),
    ],
    [
      "another host",
      both(request, nginx({ "X-Original-URL": "https://open.apps.example.com/private?x=1" })),
    ],
    [
      "another scheme",
      both(request, nginx({ "X-Original-URL": "http://app.example.com/private?x=1" })),
    ],
    [
      "another method",
      both(uri("/foo/1/bar"), [
        ["Host", "x"],
        ["X-Original-Method", "POST"],
        ["X-Original-URL", "https://app.example.com/foo/1/bar"],
      ]),
    ],
    ["only a method in the other family", [...uri("/foo/1/bar"), ["X-Original-Method", "POST"]]],
  ])("%s", async (_, lines) => {
    const message = "refused: proxy header conflict";
    const count = () => service.doorward.stdout().split(message).length - 1;
    const before = count();

    expect(await verdict(signedIn(lines))).toBe("400");
    await service.doorward.logged(message, before + 1);
    expect(count()).toBe(before + 1);
  });
});

describe("B1.3 a forwarded header with more than one value is refused", () => {
  const twice = (name: string, value: string): [string, Lines][] => [
    [`a second ${name} after the first`, [...open, [name, value]]],
    [`a second ${name} before the first`, [[name, value], ...open]],
  ];
  it.each<[string, Lines]>([
    ...twice("X-Forwarded-Uri", "/admin"),
    ...twice("X-Forwarded-Uri", "/public/x"),
    ...twice("x-forwarded-uri", "/admin"),
    ...twice("X-Forwarded-Host", "app.example.com"),
    ...twice("X-Forwarded-Host", "evil.com"),
    ...twice("X-Forwarded-Method", "GET"),
    ...twice("X-Forwarded-Proto", "https"),
    ["two joined paths", uri("/public/x, /admin")],
    ["two joined paths, the closed one first", uri("/admin, /public/x")],
    ["two joined hosts", changed(open, { "X-Forwarded-Host": "app.example.com, evil.com" })],
    [
      "two joined hosts without a space",
      changed(open, { "X-Forwarded-Host": "evil.com,app.example.com" }),
    ],
    ["two joined methods", changed(open, { "X-Forwarded-Method": "GET, POST" })],
    ["two joined schemes", changed(open, { "X-Forwarded-Proto": "https, http" })],
    ["two joined schemes without a space", changed(open, { "X-Forwarded-Proto": "https,https" })],
  ])("%s", async (_, lines) => {
    expect(await verdict(lines)).toBe("400");
    expect(await verdict(signedIn(lines))).toBe("400");
  });

  it.each<[string, Lines]>([
    [
      "a second X-Original-URL",
      [...nginxOpen, ["X-Original-URL", "https://app.example.com/admin"]],
    ],
    [
      "the same X-Original-URL again",
      [...nginxOpen, ["X-Original-URL", "https://app.example.com/public/x"]],
    ],
    ["a second X-Original-Method", [...nginxOpen, ["X-Original-Method", "POST"]]],
    [
      "two joined URLs",
      changed(nginxRequest, {
        "X-Original-URL": "https://app.example.com/public/x, https://app.example.com/admin",
      }),
    ],
  ])("%s, which nginx needs as 403", async (_, lines) => {
    expect(await verdict(signedIn(lines))).toBe("403");
  });
});

const aliases: Lines = [
  ["X_Forwarded_Uri", "/public/x"],
  ["X.Forwarded.Uri", "/public/x"],
  ["x-forwarded_uri", "/public/x"],
  ["X-Forwarded-Uri_", "/public/x"],
  ["X-Forwarded-Url", "/public/x"],
  ["X_Forwarded_Host", "evil.com"],
  ["X_Forwarded_Host", "open.apps.example.com"],
  ["X_Forwarded_Method", "POST"],
  ["X_Forwarded_Proto", "http"],
  ["X_Original_URL", "https://app.example.com/public/x"],
  ["X.Original.Method", "POST"],
];

describe("B1.4 an alias of a forwarded header", () => {
  it.each(aliases)("%s: %s changes nothing", async (name, value) => {
    expect(await answerTo([...request, [name, value]])).toEqual(await answerTo(request));
    expect(await answerTo([[name, value], ...nginxRequest])).toEqual(await answerTo(nginxRequest));
    expect(await verdict(signedIn([...uri("/admin"), [name, value]]))).toBe("403");
  });

  it.each([
    ["X-Forwarded-Method", "X_Forwarded_Method"],
    ["X-Forwarded-Proto", "X.Forwarded.Proto"],
    ["X-Forwarded-Host", "X_Forwarded_Host"],
    ["X-Forwarded-Uri", "X_Forwarded_Uri"],
  ])("does not stand for %s: %s", async (name, alias) => {
    const lines = open.map(([one, value]): [string, string] => [one === name ? alias : one, value]);

    expect(await verdict(signedIn(lines))).toBe("400");
  });
});

/** Everything of a response that a visitor sees, except for the time and the request id. */
async function answerTo(lines: Lines) {
  const { status, headers, body } = await service.verify(lines);
  const [, id = "no id"] = headers.find(([name]) => name === "x-request-id") ?? [];
  const kept = headers.filter(([name]) => name !== "date" && name !== "x-request-id");
  return { status, headers: kept, body: body.replaceAll(id, "") };
}

const unread: Lines = [
  ["X-Forwarded-Prefix", "/public"],
  ["X-Forwarded-Path", "/public/x"],
  ["X-Original-URI", "/public/x"],
  ["X-Rewrite-URL", "/public/x"],
  ["X-Forwarded-Server", "open.apps.example.com"],
  ["X-Forwarded-Ssl", "off"],
  ["X-Forwarded-Port", "8443"],
  ["X-Forwarded-Scheme", "http"],
  ["X-Forwarded-Protocol", "http"],
  ["X-Forwarded-User", "root"],
  ["X-Original-Host", "open.apps.example.com"],
  ["X-Original-Forwarded-For", "127.0.0.1"],
  ["X-Auth-Request-Redirect", "https://evil.com/"],
  ["X-Auth-Request-User", "root"],
  ["X-Envoy-Original-Path", "/public/x"],
  ["X-HTTP-Method-Override", "HEAD"],
  ["Front-End-Https", "off"],
  ["Forwarded", "host=evil.com;proto=http;for=127.0.0.1"],
  ["Via", "1.1 evil.com"],
];

describe("B1.5 a header outside the families changes neither status, headers nor body", () => {
  it.each(unread)("%s: %s", async (name, value) => {
    for (const lines of [request, open, uri("/admin"), nginxRequest])
      expect(await answerTo([...lines, [name, value]])).toEqual(await answerTo(lines));
    const admin = signedIn(uri("/admin"));
    expect((await service.verify([...admin, [name, value]])).status).toBe(403);
  });
});

describe("B1.6 a required header that is absent has no default", () => {
  const names = ["X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Uri"];

  it.each(names)("%s", async (name) => {
    expect(await verdict(signedIn(changed(open, { [name]: undefined })))).toBe("400");
    expect(await verdict(signedIn(changed(open, { [name]: "" })))).toBe("400");
    expect(await verdict(signedIn(changed(open, { [name]: " " })))).toBe("400");
  });

  it.each(["X-Original-Method", "X-Original-URL"])("%s", async (name) => {
    expect(await verdict(signedIn(changed(nginxOpen, { [name]: undefined })))).toBe("403");
    expect(await verdict(signedIn(changed(nginxOpen, { [name]: "" })))).toBe("403");
  });

  it("every family", async () => {
    const client: Lines = [
      ["Host", "app.example.com"],
      ["Accept", "application/json"],
    ];

    expect(await verdict(client)).toBe("400");
    expect(await verdict(signedIn(client))).toBe("400");
    expect(await verdict(signedIn([["Host", "app.example.com"]]))).toBe("400");
  });

  it.each([
    "close, X-Forwarded-Host, X-Forwarded-Uri, Cookie, X-Forwarded-Proto",
    "x-forwarded-host",
    "close, x-forwarded-uri",
  ])("Connection: %s removes nothing", async (value) => {
    expect(await answerTo([...request, ["Connection", value]])).toEqual(await answerTo(request));
    expect(await verdict([...signedIn(uri("/admin")), ["Connection", value]])).toBe("403");
  });
});

describe("B1.7 X-Forwarded-Prefix is in no Location", () => {
  it.each(["//evil.com", "https://evil.com", "/\\evil.com", "/x\tevil.com"])(
    "%s",
    async (prefix) => {
      const { headers, text } = await service.verify([...request, ["X-Forwarded-Prefix", prefix]]);

      expect(text).not.toContain("evil.com");
      expect(headers.find(([name]) => name === "location")?.[1]).toBe(
        `https://auth.example.com/start?rd=${encodeURIComponent("https://app.example.com/private?x=1")}`,
      );
    },
  );
});

describe("B1.8 /verify through the public host", () => {
  /** The headers that a proxy sets for its own public host, and those that the visitor adds. */
  const asPublic: Lines = [
    ["Host", "auth.example.com"],
    ["X-Forwarded-Host", "auth.example.com"],
    ["X-Forwarded-Proto", "https"],
    ["X-Forwarded-For", "198.51.100.7"],
  ];
  it.each<[string, Lines]>([
    ["no header family", []],
    ["an accepted JSON", [["Accept", "application/json"]]],
    ["a URI", [["X-Forwarded-Uri", "/public/x"]]],
    [
      "a method and a URI",
      [
        ["X-Forwarded-Uri", "/public/x"],
        ["X-Forwarded-Method", "GET"],
      ],
    ],
    ["a second host", [...open.slice(1), ["X-Forwarded-Host", "app.example.com"]]],
    ["a private URL of nginx", nginxRequest.slice(1, 3)],
  ])("with %s opens nothing", async (_, lines) => {
    expect(await verdict([...asPublic, ...lines])).toMatch(denied);
  });

  it("with an open URL of nginx shows an empty response without an identity", async () => {
    const answer = await service.verify([...asPublic, ...nginxOpen.slice(1, 3)]);

    expect(answer.body).toBe("");
    expect(answer.header("set-cookie")).toBeUndefined();
    expect(answer.header("x-auth-request-user")).toBe("");
  });

  it("from the visitor's own address gets 403, whatever its headers are", async () => {
    const { status } = await service.verify([["Host", "auth.example.com"], ...open.slice(1)], {
      from: "127.0.0.9",
    });

    expect(status).toBe(403);
  });
});

const odd: [string, Partial<{ method: string; target: string; body: string }>][] = [
  ["a trailing slash", { target: "/verify/" }],
  ["dot segments", { target: "/verify/../verify" }],
  ["an encoded letter", { target: "/%76erify" }],
  ["two slashes", { target: "//verify" }],
  ["capital letters", { target: "/VERIFY" }],
  ["a path parameter", { target: "/verify;x" }],
  ["an encoded slash", { target: "/verify%2f" }],
  ["a NUL", { target: "/verify%00" }],
  ["a suffix", { target: "/verifyx" }],
  ["a backslash", { target: "/\\verify" }],
  ["a policy", { target: "/verify?policy=" }],
  ["a policy with a name", { target: "/verify?policy=public&allow=public" }],
  ["a fragment", { target: "/verify#/public/x" }],
  ["an open path after it", { target: "/verify/public/x" }],
  ["an absolute form", { target: "http://x/verify" }],
  ["an absolute form of the app", { target: "https://app.example.com/public/x" }],
  ["an asterisk", { method: "OPTIONS", target: "*" }],
  ["HEAD", { method: "HEAD" }],
  ["OPTIONS", { method: "OPTIONS" }],
  ["TRACE", { method: "TRACE" }],
  ["PUT", { method: "PUT" }],
  ["DELETE", { method: "DELETE" }],
  ["PROPFIND", { method: "PROPFIND" }],
  ["POST with a body", { method: "POST", body: "a=b" }],
];

describe("B1.9 an odd spelling of /verify or an odd method opens nothing", () => {
  it.each(odd)("%s", async (_, { body = "", ...head }) => {
    const length: Lines = body === "" ? [] : [["Content-Length", String(body.length)]];
    const answer = await service.verify([...request, ...length], { body, ...head });

    expect(verdictOf(answer)).toMatch(/^(302 to sign-in|400|401|403|404|405)$/);
  });

  it("CONNECT gets no response at all, or an error", async () => {
    const head = `CONNECT /verify HTTP/1.1\r\n${open.map((line) => line.join(": ")).join("\r\n")}\r\n\r\n`;

    expect(await sendBytes(service.port, head)).not.toMatch(/^HTTP\/1\.1 [123]/);
  });

  it("an unknown method is refused by the parser", async () => {
    expect((await service.verify(open, { method: "GETX" })).status).toBe(400);
  });
});

describe("B1.10 a secret that can be guessed is refused at the start", () => {
  it.each(["", " ", "a", "changeme", "changeme".repeat(4), "x".repeat(40), "0".repeat(64)])(
    "%j",
    (secret) => {
      expect(() => configOf({ ...settingsFor(80), ...policy, secret })).toThrow(
        /secret.*doorward secret/,
      );
    },
  );

  it("even if the service has all other settings", async () => {
    const settings = settingsFor(await freePort());
    const file = await writeConfig({ ...settings, ...policy, secret: "a".repeat(40) });
    const { code, stderr } = await runDoorward(["serve", "--config", file.path]);
    await file.remove();

    expect(code).toBe(1);
    expect(stderr).toContain("secret");
  });
});

describe("B1.10 no header is a secret of /verify", () => {
  it.each([
    ["X-Doorward-Secret", ""],
    ["X-Doorward-Secret", "4"],
    ["X-Auth-Secret", "x"],
    ["Authorization", "Bearer x"],
    ["Authorization", "Basic Og=="],
  ])("%s: %s", async (name, value) => {
    expect(await verdict([...request, [name, value]])).toMatch(denied);
    expect((await service.verify([...open, [name, value]], { from: "127.0.0.9" })).status).toBe(
      403,
    );
  });
});

describe("B1.11 a peer on a dual-stack listener", () => {
  const on = (trusted: string) => (port: number) => ({
    listen: { host: "::", port },
    trustedProxies: [trusted],
  });
  let trusting: Baseline;
  let strict: Baseline;
  beforeAll(async () => {
    [trusting, strict] = await Promise.all([
      startBaseline(on("127.0.0.1")),
      startBaseline(on("::1")),
    ]);
  });
  afterAll(() => Promise.all([trusting.close(), strict.close()]));

  it("is trusted by its IPv4 address although the socket shows a mapped one", async () => {
    expect((await trusting.verify(open)).status).toBe(200);
  });

  it("is not trusted by an IPv6 address that it does not have", async () => {
    expect((await strict.verify(open)).status).toBe(403);
  });
});

describe("B1.11 a peer", () => {
  const isTrusted = createAddressRanges(["loopback", "private", "::1", "fe80::/10"]);

  it.each(["127.0.0.1", "::ffff:10.0.0.2", "::1", "fe80::1"])("%s is trusted", (peer) => {
    expect(isTrusted(peer)).toBe(true);
  });

  it.each([
    undefined,
    "",
    "unix:",
    "/run/doorward.sock",
    "10.0.0.2:80",
    "10.0.0.02",
    "0x0a000002",
    "167772162",
    "::ffff:198.51.100.7",
    "10.0.0.2, 10.0.0.3",
    "localhost",
  ])("%s is not trusted", (peer) => {
    expect(isTrusted(peer)).toBe(false);
  });
});

describe("B1.12 the visitor's address is the first untrusted one from the right", () => {
  const many = (...others: string[]) =>
    Array.from({ length: 1_000 }, () => others)
      .flat()
      .join(", ");
  const named = (value: string | undefined) =>
    changed(changed(request, { "X-Forwarded-Host": "net.apps.example.com" }), {
      "X-Forwarded-For": value,
    });

  it.each<[string, string]>([
    ["alone", "203.0.113.9"],
    ["after a forged one", "127.0.0.1, 203.0.113.9"],
    ["after another visitor's", "198.51.100.7, 203.0.113.9"],
    ["before the trusted proxy", "203.0.113.9, 127.0.0.1"],
    ["with a port", "203.0.113.9:4711"],
    ["after a thousand others", `${many("198.51.100.7")}, 203.0.113.9`],
  ])("and the rule's range holds it: %s", async (_, value) => {
    expect(await verdict(named(value))).toBe("200");
  });

  it.each<[string, string | undefined]>([
    ["absent", undefined],
    ["empty", ""],
    ["a proxy only", "127.0.0.1"],
    ["of another network", "198.51.100.7"],
    ["forged to the left", "203.0.113.9, 198.51.100.7"],
    ["forged, with a private one as a disguise", "203.0.113.9, 10.0.0.2"],
    ["private", "10.0.0.5"],
    ["garbage", "x"],
    ["garbage to the right", "203.0.113.9, garbage"],
    ["an empty entry to the right", "203.0.113.9, "],
    ["unknown", "unknown"],
    ["unknown to the right", "203.0.113.9, unknown"],
    ["an obfuscated name", "203.0.113.9, _hidden"],
    ["IPv6 with a port", "[::1]:80"],
    ["a number", "3405803785"],
    ["with a leading zero", "203.0.113.09"],
    ["in octal", "0313.0.0161.9"],
    ["with a range", "203.0.113.9/24"],
    ["a list with semicolons", "203.0.113.9; 203.0.113.9"],
    ["to the left of a thousand others", `203.0.113.9, ${many("198.51.100.7")}`],
    [
      "to the left of a thousand proxies and one other",
      `203.0.113.9, 198.51.100.7, ${many("127.0.0.1")}`,
    ],
  ])("and opens nothing if it is not in the range: %s", async (_, value) => {
    expect(await verdict(named(value))).toBe("302 to sign-in");
  });

  it("counts across lines", async () => {
    const forged = named("203.0.113.9");

    expect(await verdict([...forged, ["X-Forwarded-For", "198.51.100.7"]])).toBe("302 to sign-in");
    expect(await verdict([["x-forwarded-for", "198.51.100.7"], ...forged])).toBe("200");
  });

  it.each([
    ["X-Real-IP", "203.0.113.9"],
    ["Forwarded", "for=203.0.113.9"],
    ["CF-Connecting-IP", "203.0.113.9"],
    ["True-Client-IP", "203.0.113.9"],
    ["X_Forwarded_For", "203.0.113.9"],
  ] as const)("%s is no source of it", async (name, value) => {
    expect(await verdict([...named("198.51.100.7"), [name, value]])).toBe("302 to sign-in");
  });
});

describe("B1.13 the method is the one of the family, and compared exactly", () => {
  const path = uri("/foo/1/bar");
  const asked = (method: string) => changed(path, { "X-Forwarded-Method": method });

  it.each(["POST", "HEAD", "get", "Get", "gET", "GETT", "OPTIONS"])(
    "%s is not GET",
    async (method) => {
      expect(await verdict(asked(method))).toMatch(/^30[23] to sign-in$/);
    },
  );

  it.each(["GET POST", "GET,", "G\0ET", "GET\xa0", "\xa0GET", "GET/", "-GET", "GET\tx"])(
    "%j is no method",
    async (method) => {
      expect(await verdict(asked(method))).toBe("400");
    },
  );

  it.each([
    ["X-HTTP-Method-Override", "GET"],
    ["X-HTTP-Method", "GET"],
    ["X-Method-Override", "GET"],
    ["X_Forwarded_Method", "GET"],
  ])("%s overrides nothing", async (name, value) => {
    expect(await verdict([...asked("POST"), [name, value]])).toBe("303 to sign-in");
    expect(await verdict([[name, value], ...asked("POST")])).toBe("303 to sign-in");
  });

  it.each(["GET", "HEAD", "POST"])("the line of the request has no effect: %s", async (method) => {
    expect(verdictOf(await service.verify(asked("POST"), { method }))).toBe("303 to sign-in");
    expect(verdictOf(await service.verify(asked("GET"), { method }))).toBe("200");
  });
});
