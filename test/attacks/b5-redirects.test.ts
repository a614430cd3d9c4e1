import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  callbackOf,
  changed,
  cookiesOf,
  nginxRequest,
  page,
  request,
  sessionCookie,
  signIn,
  startInProcess,
  uri,
  type InProcess,
} from "./baseline.ts";
import { ask, type Lines, type WireAnswer } from "./wire.ts";

let service: InProcess;
let staff: string;

beforeAll(async () => {
  service = await startInProcess({ allowedRedirects: [".bar.foo", "partner.example"] });
  staff = await signIn(service, { groups: ["staff"] });
});
afterAll(() => service.close());

const own = "https://auth.example.com";

/** The origin where a browser goes from a response of the service; "stays" = nowhere. */
function landing(answer: WireAnswer): string {
  expect(answer.status).toBeLessThan(500);
  const location = answer.header("location");
  return location === undefined ? "stays" : new URL(location, `${own}/start`).origin;
}

/** The two endpoints that redirect to a return target at once: for a visitor with a session, and without one. */
const sinks: readonly ((rd: string) => Promise<WireAnswer>)[] = [
  (rd) => ask(service.port, { target: `/start?rd=${rd}`, lines: page(["Cookie", staff]) }),
  (rd) =>
    ask(service.port, {
      method: "POST",
      target: `/sign_out?rd=${rd}`,
      lines: page(["Sec-Fetch-Site", "same-origin"]),
    }),
];

/** As written, if a request line can have it; percent-encoded once and twice. */
function spellings(payload: string): string[] {
  const once = encodeURIComponent(payload);
  const asWritten = /^[\x21-\x7e]+$/.test(payload)
    ? [payload.replaceAll("&", "%26").replaceAll("#", "%23")]
    : [];
  return [...asWritten, once, encodeURIComponent(once)];
}

/** The landings of a payload in every spelling, at every sink. */
async function landings(payload: string): Promise<string[]> {
  const answers = await Promise.all(
    spellings(payload).flatMap((rd) => sinks.map((sink) => sink(rd))),
  );
  expect(answers.map(({ text }) => /^set-cookie: a=b/im.test(text))).not.toContain(true);
  return [...new Set(answers.map(landing))];
}

async function expectDropped(payload: string): Promise<void> {
  const found = await landings(payload);
  expect(found.filter((one) => one !== own && one !== "stays")).toEqual([]);
}

describe("the baseline redirects where it should, which shows that the cases below can fail", () => {
  it.each([
    "https://app.example.com/private?a=b",
    "https://x.bar.foo/y",
    "https://partner.example/",
  ])("%s", async (rd) => {
    const [started, signedOut] = await Promise.all(
      sinks.map((sink) => sink(encodeURIComponent(rd))),
    );

    expect(started?.header("location")).toBe(rd);
    expect(signedOut?.header("location")).toBe(rd);
  });
});

const evil: Readonly<Record<string, readonly string[]>> = {
  "B5.1 a backslash": [
    "/\\evil.com",
    "/\\\\evil.com",
    "\\/evil.com",
    "\\\\evil.com",
    "/\\/evil.com",
    "\\evil.com",
    "https:\\\\evil.com",
  ],
  "B5.2 whitespace or a control character": [
    "/%09/evil.com",
    "/%0a/evil.com",
    "/%0d/evil.com",
    "/%0b/evil.com",
    "/ /evil.com",
    "/%20/evil.com",
    "/%5cevil.com",
    "/\t\\evil.com",
    "/\t/evil.com",
    "/\n/evil.com",
    "/\r/evil.com",
    "\t//evil.com",
    "\x01//evil.com",
    "%01//evil.com",
    " https://evil.com",
    "h\nttps://evil.com",
    "\u00a0//evil.com",
    "\u2028//evil.com",
    "\ufeff//evil.com",
  ],
  "B5.3 dots and slashes": [
    "/./\\evil.com",
    "/.//evil.com",
    "/..//evil.com",
    "/./../../\\evil.com",
    "/%2e%2e//evil.com",
    "///evil.com",
    "////evil.com",
    "/%2f/evil.com",
    "//evil.com",
    "//evil.com/%2f..",
    "/.evil.com",
    "/@evil.com",
    "//",
    "///",
  ],
  "B5.4 a suffix that only looks allowed": [
    "http://evilbar.foo",
    "https://evilbar.foo",
    "https://bar.foo.evil.com",
    "https://bar.foo@evil.com",
    "https://evil.com#bar.foo",
    "https://evil.com?bar.foo",
    "https://evil.com/bar.foo",
    "https://bar.foo:443@evil.com",
    "https://bar.foo%2eevil.com",
    "https://bar.foo%00.evil.com",
    "https://evil.com\\.bar.foo",
    "https://bar.foo;@evil.com",
    "https://evil.com;.bar.foo",
    "https://evil.com%23.bar.foo",
    "https://.bar.foo",
    "https://bar.foo.",
  ],
  "B5.5 a host that only resembles one": [
    "https://fooaexample.com",
    "https://appaexample.com",
    "https://app-example.com",
    "https://evilexample.com",
    "https://app.example.com.evil.com",
    "https://app.example.comevil.com",
    "https://app.example.com@evil.com",
    "https://example.com.evil.com",
    "https://evil.com/https://app.example.com",
    "https://evil.com?https://app.example.com/",
    "https://partner.example.evil.com",
    "https://x.partner.example",
    "https://partnerxexample/",
    "https://app.example.co",
  ],
  "B5.6 another scheme": [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java%0ascript:alert(1)",
    "java\nscript:alert(1)",
    "javascript://app.example.com/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://app.example.com/1",
    "http://app.example.com/",
    "https:app.example.com",
    "https:/app.example.com",
    "https:///evil.com",
    "https:evil.com",
    "//evil.com",
    "ftp://app.example.com/",
    "ws://app.example.com/",
    "view-source:https://app.example.com/",
    "intent://app.example.com/#Intent;end",
    "about:blank",
  ],
  "B5.7 userinfo, a port or a disguised host": [
    "https://app.example.com:8443/",
    "https://app.example.com:0/",
    "https://app.example.com:80/",
    "https://user:p@app.example.com/",
    "https://user@app.example.com/",
    "https://@app.example.com/",
    "https://:@app.example.com/",
    "https://[::ffff:1.2.3.4]/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://127.1/",
    "https://\u0430pp.example.com@evil.com/",
    "https://app.ex\u0430mple.com/",
    "https://app.example\u3002evil.com/",
    "https://app.example.com./",
    "https://app.example.com:443:443/",
  ],
  "B5.13 an endpoint of the service or of the issuer": [
    "/start",
    "/start?rd=/",
    "/callback",
    "/callback?code=a&state=b",
    "/sign_out",
    "/sign_out?rd=/",
    "/verify",
    "/x/../sign_out",
    "https://auth.example.com/sign_out",
    "https://AUTH.example.com:443/sign_out",
    "http://127.0.0.1:9/authorize",
    "https://id.evil.com/authorize?client_id=door",
  ],
};

describe.each(Object.entries(evil))("%s does not lead off the allowlist", (_, payloads) => {
  it.each(payloads)("%j", expectDropped);
});

describe("B5.13 no endpoint that acts is a return target", () => {
  it.each(["/sign_out", "/start", "/callback", "/verify", "/start/../sign_out", "/%73ign_out"])(
    "%s",
    async (path) => {
      const [started] = await Promise.all(
        sinks.map((sink) => sink(encodeURIComponent(own + path))),
      );
      const { pathname } = new URL(started?.header("location") ?? own);

      expect(["/start", "/callback", "/sign_out", "/verify"]).not.toContain(pathname);
    },
  );
});

describe("B5.5 a combination of such payloads", () => {
  it("stays on the allowlist", async () => {
    const all = [
      ...Object.values(evil).flat(),
      "https:",
      "//",
      "/",
      "\\",
      "@",
      "#",
      "?",
      ".",
      "%2f",
      "%5c",
      "app.example.com",
      "evil.com",
      ".bar.foo",
      ":443",
    ];
    const piece = fc.oneof(fc.constantFrom(...all), fc.string({ maxLength: 3 }));
    const allowed =
      /^https:\/\/(?:(?:[^/@:]+\.)?example\.com|(?:[^/@:]+\.)?bar\.foo|partner\.example)$|^stays$/;

    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 4 }), async (pieces) => {
        const rd = encodeURIComponent(pieces.join("").toWellFormed());
        for (const answer of await Promise.all(sinks.map((sink) => sink(rd))))
          expect(landing(answer)).toMatch(allowed);
      }),
      { numRuns: 200 },
    );
  });
});

describe("B5.8 /sign_out takes the target of a form as it takes that of a query", () => {
  const signOut = (body: string, ...lines: Lines) =>
    ask(service.port, {
      method: "POST",
      target: "/sign_out",
      lines: page(
        ["Sec-Fetch-Site", "same-origin"],
        ["Content-Type", "application/x-www-form-urlencoded"],
        ["Content-Length", String(body.length)],
        ...lines,
      ),
      body,
    });

  it("that is allowed", async () => {
    const answer = await signOut(`rd=${encodeURIComponent("https://app.example.com/x")}`);

    expect(answer.header("location")).toBe("https://app.example.com/x");
  });

  it.each([
    "/\\evil.com",
    "//evil.com",
    "https://app.example.com@evil.com",
    "https://evil.com",
    "javascript:alert(1)",
  ])("that is %s", async (rd) => {
    expect(["stays", own]).toContain(landing(await signOut(`rd=${encodeURIComponent(rd)}`)));
  });

  it.each(["post_logout_redirect_uri", "redirect_uri", "next", "returnTo"])(
    "but not of the parameter %s",
    async (name) => {
      const answer = await signOut(`${name}=${encodeURIComponent("https://app.example.com/x")}`);

      expect(landing(answer)).toBe("stays");
    },
  );

  it("and a cross-site request gets a page that names no evil target", async () => {
    const answer = await ask(service.port, {
      target: `/sign_out?rd=${encodeURIComponent("https://evil.com/")}`,
      lines: [...page(["Cookie", staff]), ["Sec-Fetch-Site", "cross-site"]],
    });

    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain("evil.com");
  });
});

describe("B5.9 no other parameter or header names a return target", () => {
  const start = (query: string, ...lines: Lines) =>
    ask(service.port, { target: `/start${query}`, lines: page(["Cookie", staff], ...lines) });
  const target = encodeURIComponent("https://app.example.com/elsewhere");

  it.each([
    "redirect_uri",
    "redirect",
    "next",
    "url",
    "returnTo",
    "return_to",
    "RD",
    "rd[]",
    "rd%00",
    "target",
    "state",
    "continue",
    "post_logout_redirect_uri",
  ])("%s", async (name) => {
    const [usual, attacked] = await Promise.all([start(""), start(`?${name}=${target}`)]);

    expect(attacked.status).toBe(usual.status);
    expect(attacked.header("location")).toBe(usual.header("location"));
  });

  it.each([
    ["X-Auth-Request-Redirect", "https://app.example.com/elsewhere"],
    ["X-Auth-Request-Redirect", "https://evil.com/"],
    ["Referer", "https://app.example.com/elsewhere"],
    ["Referer", "https://auth.example.com//evil.com"],
    ["Origin", "https://evil.com"],
    ["X-Forwarded-Host", "evil.com"],
    ["X-Forwarded-Uri", "//evil.com"],
    ["X-Forwarded-Prefix", "//evil.com"],
    ["X-Original-URL", "https://evil.com/"],
    ["Forwarded", "host=evil.com"],
  ])("%s: %s", async (name, value) => {
    const [usual, attacked] = await Promise.all([start(""), start("", [name, value])]);

    expect(attacked.status).toBe(usual.status);
    expect(attacked.header("location")).toBe(usual.header("location"));
  });

  it("a second rd does not replace the first", async () => {
    const [started] = await Promise.all(
      sinks.map((sink) => sink(`${target}&rd=https%3A%2F%2Fevil.com`)),
    );
    const [other] = await Promise.all(
      sinks.map((sink) => sink(`https%3A%2F%2Fevil.com&rd=${target}`)),
    );

    expect(started?.header("location")).toBe("https://app.example.com/elsewhere");
    expect(landing(other as WireAnswer)).not.toBe("https://evil.com");
  });

  it("the issuer's redirect URI is the configured one, whatever the headers say", async () => {
    const lines = page(["X-Forwarded-Host", "evil.com"], ["X-Forwarded-Proto", "http"]);
    const { header } = await ask(service.port, {
      target: "/start?redirect_uri=https://evil.com",
      lines,
    });
    const authorize = new URL(header("location") ?? "");

    expect(authorize.origin).toBe(service.issuer.issuer);
    expect(authorize.searchParams.getAll("redirect_uri")).toEqual([`${own}/callback`]);
  });
});

describe("B5.10 a return target keeps its own query", () => {
  it.each([
    "https://app.example.com/?u=https://evil.com",
    "https://app.example.com/?u=//evil.com&v=javascript:alert(1)",
    "https://app.example.com/a?b=c&d=e",
    "https://app.example.com/a?b=%26c%3Dd#f",
    "https://app.example.com/a@b?c=d@evil.com",
    "https://app.example.com//evil.com",
  ])("%s", async (rd) => {
    for (const sink of sinks)
      expect((await sink(encodeURIComponent(rd))).header("location")).toBe(rd);
  });

  it("up to the first & that is not encoded", async () => {
    for (const sink of sinks)
      expect((await sink("https://app.example.com/a?b=c&d=e")).header("location")).toBe(
        "https://app.example.com/a?b=c",
      );
  });
});

/** A challenge of `/verify` leads to the sign-in with a target on the visitor's host, or nowhere. */
function challengeOf(answer: WireAnswer): string {
  const location = answer.header("location");
  if (location === undefined) return `${answer.status}`;
  const { origin, pathname, searchParams } = new URL(location);
  const target = new URL(searchParams.get("rd") ?? "");
  const names = [...searchParams.keys()].join();
  return `${origin}${pathname}?${names} ${target.username}${target.origin}`;
}

const nowhere = /^(?:400|403|https:\/\/auth\.example\.com\/start\?rd https:\/\/app\.example\.com)$/;

describe("B5.11 a forwarded host or URI is no foreign return target", () => {
  it.each([
    "evil.com",
    "app.example.com, evil.com",
    "evil.com/app.example.com",
    "app.example.com@evil.com",
    "app.example.com.evil.com",
    "app.example.com\\.evil.com",
    "evil.com#.example.com",
    "evil.com?.example.com",
    "app.example.com:8443",
    "app.example.com:80",
  ])("X-Forwarded-Host: %s", async (host) => {
    const answer = await service.verify(changed(request, { "X-Forwarded-Host": host }));

    expect([400, 403]).toContain(answer.status);
    expect(answer.header("location")).toBeUndefined();
  });

  it.each(["javascript", "ftp", "https:", "HTTPS", "data", "wss,https", "https://evil.com/"])(
    "X-Forwarded-Proto: %s",
    async (proto) => {
      const answer = await service.verify(changed(request, { "X-Forwarded-Proto": proto }));

      expect([400, 403]).toContain(answer.status);
      expect(answer.text).not.toContain("evil.com");
    },
  );

  it.each(["/sign_out", "/start?rd=/", "/callback", "/verify"])(
    "the service's own %s",
    async (path) => {
      const lines = changed(uri(path), { "X-Forwarded-Host": "auth.example.com" });
      const answer = await service.verify(lines);

      expect(answer.status).toBe(403);
      expect(answer.header("location")).toBeUndefined();
    },
  );

  it("X-Forwarded-Proto: http, for which no secure cookie could be sent, is no return target", async () => {
    const answer = await service.verify(changed(request, { "X-Forwarded-Proto": "http" }));

    expect(answer.status).toBe(403);
    expect(answer.header("location")).toBeUndefined();
  });

  it.each([
    "//evil.com/",
    "/\\evil.com",
    "@evil.com",
    ".evil.com/",
    ":pw@evil.com/",
    "/\t/evil.com",
    "///evil.com",
    "/%09/evil.com",
    "/%5cevil.com",
    "/.//evil.com",
    ":443@evil.com/",
    "/@evil.com",
    "\\\\evil.com",
    "https://evil.com/",
    "/x#@evil.com",
  ])("X-Forwarded-Uri: %j", async (written) => {
    expect(challengeOf(await service.verify(uri(written)))).toMatch(nowhere);
    const original = changed(nginxRequest, {
      "X-Original-URL": `https://app.example.com${written}`,
    });
    expect(challengeOf(await service.verify(original))).toMatch(nowhere);
  });
});

describe("B5.12 the service redirects to no referer and from no other path", () => {
  it.each([
    "/base//evil.com",
    "//evil.com",
    "//evil.com/start",
    "/\\evil.com",
    "/start//evil.com",
    "/..//evil.com",
    "/evil.com/..",
    "/%2f%2fevil.com",
    "/start/",
    "/sign_out/",
    "/callback/",
    "/",
  ])("GET %s", async (target) => {
    const answer = await ask(service.port, {
      target,
      lines: page(["Referer", `${own}//evil.com`], ["Cookie", staff]),
    });

    expect([400, 404]).toContain(answer.status);
    expect(answer.header("location")).toBeUndefined();
    expect(answer.text).not.toContain("evil.com");
  });
});

describe("B5.14 a return target that is too long or has line breaks", () => {
  it.each<[string, string]>([
    ["12 kB", `https://app.example.com/${"a".repeat(12_000)}`],
    ["a target whose letters grow", `https://app.example.com/${"\u00e9".repeat(2_000)}`],
    ["a header", "/\r\nSet-Cookie: a=b"],
    ["a header of another host", "https://app.example.com/\r\nSet-Cookie: a=b"],
    ["a line feed", "https://app.example.com/\nSet-Cookie: a=b"],
    [
      "a letter whose low byte is a line feed",
      "https://app.example.com/\u010d\u010aSet-Cookie: a=b",
    ],
    ["a NUL", "https://app.example.com/\0"],
  ])("%s adds no header, and no Location is longer than 4 KiB", async (_, rd) => {
    const answers = await Promise.all(
      spellings(rd).flatMap((one) => sinks.map((sink) => sink(one))),
    );

    for (const answer of answers) {
      expect(answer.headers.filter(([, value]) => value.startsWith("a=b"))).toEqual([]);
      expect((answer.header("location") ?? "").length).toBeLessThan(4_096);
      expect([own, "https://app.example.com", "stays"]).toContain(landing(answer));
    }
  });

  it("is replaced by the root of its host in a challenge", async () => {
    const answer = await service.verify(uri(`/private?${"a".repeat(10_000)}`));

    expect(answer.header("location")).toBe(
      `${own}/start?rd=${encodeURIComponent("https://app.example.com/")}`,
    );
  });
});

describe("B5.15 the return target after a sign-in is the one of its transaction", () => {
  const rd = "https://app.example.com/first";
  const begin = () => {
    service.issuer.twist = { userinfo: { groups: ["staff"] } };
    return callbackOf(service, `?rd=${encodeURIComponent(rd)}`);
  };

  it.each([
    "",
    "&rd=https%3A%2F%2Fevil.com",
    "&redirect_uri=https%3A%2F%2Fevil.com",
    "&returnTo=https%3A%2F%2Fapp.example.com%2Fsecond",
    "&rd=/second",
  ])("with %j added to the callback", async (added) => {
    const callback = await begin();
    const answer = await ask(service.port, { ...callback, target: callback.target + added });

    expect(answer.status).toBe(302);
    expect(answer.header("location")).toBe(rd);
  });

  it.each(["Referer", "X-Auth-Request-Redirect", "X-Forwarded-Host", "X-Forwarded-Uri"])(
    "with a header %s",
    async (name) => {
      const callback = await begin();
      const lines: Lines = [...callback.lines, [name, "https://evil.com/"]];

      expect((await ask(service.port, { ...callback, lines })).header("location")).toBe(rd);
    },
  );

  it("and a cookie with any changed character ends the sign-in", async () => {
    const callback = await begin();
    const [, cookie = ""] = callback.lines.find(([name]) => name === "Cookie") ?? [];
    // The record of recent starts follows, and the callback does not read it.
    const [start, end] = [cookie.indexOf("=") + 1, `${cookie};`.indexOf(";")];
    for (let at = start; at < end; at += Math.ceil((end - start) / 24)) {
      const letter = cookie[at] === "A" ? "B" : "A";
      const lines = page(["Cookie", cookie.slice(0, at) + letter + cookie.slice(at + 1)]);
      const answer = await ask(service.port, { ...callback, lines });

      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.header("location")).toBeUndefined();
      expect(cookiesOf(answer).join()).not.toContain(`${sessionCookie}=`);
    }
    expect((await ask(service.port, callback)).header("location")).toBe(rd);
  });

  it("and a changed state, or the state of another browser, ends it too", async () => {
    const [mine, theirs] = [await begin(), await begin()];
    const wrong = mine.target.replace(/state=[^&]/, "state=~");

    expect((await ask(service.port, { ...mine, target: wrong })).status).toBe(400);
    expect((await ask(service.port, { ...mine, target: theirs.target })).status).toBe(400);
  });
});
