import * as fc from "fast-check";
import { expectNone, fuzzTarget } from "./fuzz-target.ts";
import { siteHost, startFuzzedProcess } from "./fuzzed-process.ts";
import { describedBy, isForAdmins, isMalformed, isPublic, type Lines } from "./verify-oracle.ts";

const method = fc.oneof(
  { weight: 9, arbitrary: fc.constant("GET") },
  fc.constantFrom("HEAD", "POST", "OPTIONS", "get", "GET, POST", "", "TRACE", "GET\t", "QUERY"),
);
const scheme = fc.oneof(
  { weight: 9, arbitrary: fc.constant("https") },
  fc.constantFrom("http", "HTTPS", "javascript", "https, http", "", "https:"),
);
const host = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom("app.example.com", "app.example.com", "a.apps.example.com"),
  },
  fc.constantFrom("public.example.com", "APP.example.com", "app.example.com.", siteHost),
  fc
    .array(
      fc.constantFrom(
        "app",
        "public",
        ".",
        "example.com",
        "evil",
        ":443",
        ":8443",
        "@",
        "%00",
        "/",
        "\\",
        "é",
        ",",
        " ",
        "apps.",
      ),
      { maxLength: 5 },
    )
    .map((parts) => parts.join("")),
);
const uri = fc
  .array(
    fc.constantFrom(
      "/public",
      "/admin",
      "/foo",
      "/bar",
      "/",
      "/x",
      "..",
      ".",
      "/..",
      "/%2e%2e",
      "%2f",
      "%5c",
      "\\",
      ";a",
      ";/",
      "%00",
      "%23",
      "#",
      "?x=/public/",
      "%",
      "%25",
      "%252e",
      "é",
      "%c3%a9",
      "%61dmin",
      " ",
      "\t",
      "//",
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(""));
const target = fc
  .tuple(fc.constantFrom("", "/private", "/public", "/public", "/admin", "/foo/1/bar"), uri)
  .map((parts) => parts.join(""));
const described = fc.record({ method, scheme, host, uri: target });

const forwarded = described.map((one): Lines => [
  ["X-Forwarded-Method", one.method],
  ["X-Forwarded-Proto", one.scheme],
  ["X-Forwarded-Host", one.host],
  ["X-Forwarded-Uri", one.uri],
]);
const original = described.map((one): Lines => [
  ["X-Original-Method", one.method],
  ["X-Original-URL", `${one.scheme}://${one.host}${one.uri}`],
]);
const other = fc.constantFrom<readonly [string, string]>(
  ["X-Forwarded-Uri", "/public/x"],
  ["X-Forwarded-Host", "public.example.com"],
  ["X_Forwarded_Uri", "/public/x"],
  ["X.Forwarded.Host", "public.example.com"],
  ["X-Original-URL", "https://public.example.com/"],
  ["X-Forwarded-Prefix", "/public"],
  ["X-Rewrite-URL", "/public/x"],
  ["Forwarded", "host=public.example.com;proto=http"],
  ["X-HTTP-Method-Override", "GET"],
  ["Connection", "X-Forwarded-Host, Cookie"],
  ["Authorization", "Bearer eyJhbGciOiJub25lIn0.e30."],
  ["Authorization", "Basic Og=="],
  ["X-Forwarded-For", "127.0.0.1, unknown, [::1]:80"],
  ["Accept", "text/html"],
  ["Sec-Fetch-Mode", "navigate"],
  ["Sec-Fetch-Dest", "\xFF"],
  ["Access-Control-Request-Method", "GET"],
  ["Origin", "null"],
  ["Cookie", ""],
  ["Cookie", "%; =; __proto__=1; doorward"],
);
/** A value for the session cookie; VALID stands for the person's own. */
const cookieValue = fc.oneof(
  fc.constantFrom(
    "VALID",
    "",
    "%zz",
    '"',
    "null",
    "__proto__",
    "{}",
    "a".repeat(43),
    "VALID\xE9",
    "xVALID",
    "VALID=",
    '"VALID"',
  ),
  fc.base64String({ maxLength: 64 }),
);
const verifyCase = fc.record({
  path: fc.oneof(
    { weight: 8, arbitrary: fc.constant("/verify") },
    fc.constantFrom(
      "/verify/",
      "/VERIFY",
      "//verify",
      "/verify;x",
      "/verify?allowed_groups=",
      "/verify?x",
      "/oauth2/auth",
    ),
  ),
  lines: fc
    .tuple(
      fc.oneof(
        forwarded,
        original,
        fc.tuple(forwarded, original).map((both) => both.flat()),
      ),
      fc.array(other, { maxLength: 3 }),
      fc.option(fc.nat({ max: 5 }), { nil: -1, freq: 2 }),
      fc.boolean(),
    )
    .map(([family, others, omitted, isReversed]): Lines => {
      const lines = family.filter((_, index) => index !== omitted).concat(others);
      return isReversed ? lines.toReversed() : lines;
    }),
  cookies: fc.array(cookieValue, { maxLength: 3 }),
});

/** `/verify` with any headers and cookies: it allows only the person, and pages that are clearly public. */
export const verifyTarget = fuzzTarget("headers and cookies of /verify", verifyCase, async () => {
  const doorward = await startFuzzedProcess();
  const [name = "", token = ""] = doorward.cookie.split(/[=;]/);
  return {
    async check({ path, lines, cookies }) {
      const pairs = cookies.map((value) => `${name}=${value.replace("VALID", token)}`);
      const sent: Lines = pairs.length === 0 ? lines : [...lines, ["Cookie", pairs.join("; ")]];
      const head = sent.map(([header, value]) => `${header}: ${value}\r\n`).join("");
      const answer = await doorward.exchange(
        `GET ${path} HTTP/1.1\r\nHost: doorward\r\n${head}Connection: close\r\n\r\n`,
      );
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
      const location = /^location: (.*)$/im.exec(answer)?.[1];
      const views = describedBy(lines);
      const isOpen = views.length > 0 && views.every(isPublic);
      const isPerson = cookies.includes("VALID") && views.length > 0 && !views.some(isForAdmins);
      const isAllow = status >= 200 && status < 300;
      expectNone(
        {
          "it is allowed without a session and without a public rule":
            isAllow && !isOpen && !isPerson,
          "its headers are malformed, and the answer is no 4xx":
            isMalformed(lines) && !(status >= 400 && status < 500),
          "the status is not one that /verify has": ![200, 302, 303, 400, 401, 403, 404].includes(
            status,
          ),
          "the redirect leaves the site":
            location !== undefined && URL.parse(location)?.origin !== `https://${siteHost}`,
        },
        { status, location, head },
      );
    },
    close: () => doorward.close(),
  };
});
