import * as fc from "fast-check";
import { expectNone, fuzzTarget } from "./fuzz-target.ts";
import { siteHost, startFuzzedProcess, type FuzzedProcess } from "./fuzzed-process.ts";

const pick = (...texts: string[]) => fc.constantFrom(...texts);
const schemes = pick(
  "",
  "https:",
  "http:",
  "HTTPS:",
  "https",
  "javascript:",
  "data:",
  "blob:https:",
  "java\nscript:",
  "ftp:",
  "file:",
);
const slashes = pick(
  "",
  "/",
  "//",
  "///",
  "////",
  "\\",
  "\\\\",
  "/\\",
  "\\/",
  "/\t/",
  "/%09/",
  "/%0a/",
  "/%5c",
  "/./",
  "/.//",
  "/..//",
  "/%2e%2e//",
  "/%2f/",
  "/ /",
  "\x01//",
);
const users = pick(
  "",
  "",
  "",
  "user:p@",
  "app.example.com@",
  "bar.example:443@",
  "bar.example;@",
  ":pw@",
  "@",
);
const hosts = pick(
  "evil.example",
  "app.example.com",
  "auth.example.com",
  "example.com",
  "evilexample.com",
  "example.com.evil.example",
  "bar.example",
  "evilbar.example",
  "a.bar.example",
  "bar.example.evil.example",
  "partner.example",
  "dev.example",
  "bar.example%2eevil.example",
  "[::ffff:1.2.3.4]",
  "2130706433",
  "аpp.example.com",
  "app.example.com.",
  "app。example.com",
  "bar.example%00.evil.example",
  "evil.example\\.bar.example",
  "..example.com",
);
const ports = pick("", "", "", ":8443", ":443", ":3000", ":", ":0443");
const rests = pick(
  "",
  "/",
  "/x",
  "?u=https://evil.example",
  "#bar.example",
  "?bar.example",
  "@evil.example",
  "%00.evil.example",
  ".evil.example/",
  "\r\nX-Injected: 1",
  "%0d%0aX-Injected:%201",
  "\t",
  "\0",
  " ",
  "\u2028",
  "é",
  "/start",
  "/sign_out",
  "/callback?state=x",
  "/../..//evil.example",
  "\\evil.example",
);
const parts = [schemes, slashes, users, hosts, ports, rests] as const;
const returnTarget = fc.oneof(
  fc.tuple(...parts).map((texts) => texts.join("")),
  fc.array(fc.oneof(...parts), { maxLength: 7 }).map((texts) => texts.join("")),
);

const redirectCase = fc.record({
  rd: returnTarget,
  encoding: fc.constantFrom("once", "once", "twice", "not"),
  way: fc.constantFrom("start", "start", "sign_out", "form", "header", "referer", "login"),
  isSignedIn: fc.boolean(),
});

/** `rd` at /start, /sign_out and in oauth2-proxy's header: every redirect stays within the allowlist. */
export const redirectTarget = fuzzTarget("rd of /start and /sign_out", redirectCase, async () => {
  const doorward = await startFuzzedProcess();
  return {
    async check({ rd, encoding, way, isSignedIn }) {
      const written = encodings[encoding](rd);
      const cookie = isSignedIn && way !== "sign_out" && way !== "form" ? doorward.cookie : "";
      const answer = await doorward.exchange(requestOf(way, written, rd, cookie));
      const answers = [answer, ...(way === "login" ? await finish(doorward, answer) : [])];
      for (const one of answers) checkAnswer(one, doorward.issuer.issuer);
    },
    close: () => doorward.close(),
  };
});

const encodings = {
  once: encode,
  twice: (rd: string) => encode(encode(rd)),
  /** As sent by a tool that does not encode: only what would end the request line is left out. */
  not: (rd: string) =>
    Buffer.from(rd, "utf8")
      .toString("latin1")
      .replaceAll(/[\0-\x20#]/g, ""),
} as const;

function encode(text: string): string {
  return encodeURIComponent(text);
}

function requestOf(way: string, written: string, rd: string, cookie: string): string {
  const common = `Host: ${siteHost}\r\nCookie: ${cookie}\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nConnection: close\r\n`;
  const header = encodings.not(rd);
  const requests: Readonly<Record<string, string>> = {
    sign_out: `GET /sign_out?rd=${written} HTTP/1.1\r\n${common}\r\n`,
    form: `POST /sign_out HTTP/1.1\r\n${common}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${written.length + 3}\r\n\r\nrd=${written}`,
    header: `GET /oauth2/sign_in HTTP/1.1\r\n${common}X-Auth-Request-Redirect: ${header}\r\n\r\n`,
    referer: `GET /start HTTP/1.1\r\n${common}Referer: ${header}\r\nX-Auth-Request-Redirect: ${header}\r\n\r\n`,
  };
  return requests[way] ?? `GET /start?rd=${written} HTTP/1.1\r\n${common}\r\n`;
}

/** Signs in at the issuer, and returns the response of /callback. */
async function finish({ issuer, exchange }: FuzzedProcess, start: string): Promise<string[]> {
  const [, location] = /^location: (.*)$/im.exec(start) ?? [];
  if (location === undefined || !location.startsWith(issuer.issuer)) return [];
  const { pathname, search } = new URL(issuer.consent(location.trim()));
  const cookies = Array.from(start.matchAll(/^set-cookie: ([^;]*)/gim), ([, pair]) => pair);
  return [
    await exchange(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${siteHost}\r\nCookie: ${cookies.join("; ")}\r\nConnection: close\r\n\r\n`,
    ),
  ];
}

function checkAnswer(answer: string, issuer: string): void {
  const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
  const locations = Array.from(head.matchAll(/^location: (.*)\r?$/gim), ([, value = ""]) => value);
  const links = Array.from(body.matchAll(/(?:href|action)="([^"]*)"/g), ([, value = ""]) =>
    value.replaceAll("&amp;", "&"),
  );
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
  expectNone(
    {
      "a redirect leaves the allowlist": !locations.every((one) => isAllowed(one, issuer)),
      "a link leaves the allowlist": !links.every((one) => isAllowed(one, issuer)),
      "there are two redirects": locations.length > 1,
      "a header contains a control character": Buffer.from(head, "latin1")
        .toString("utf8")
        .split("\r\n")
        .some((line) => /\p{Cc}/u.test(line)),
      "a header was injected": /^x-injected/im.test(head),
      "the status is a 5xx or none": !(status < 500),
    },
    { head, links },
  );
}

/** As a browser parses it, without doorward's code. */
function isAllowed(location: string, issuer: string): boolean {
  const url = URL.parse(Buffer.from(location, "latin1").toString("utf8"), `https://${siteHost}/`);
  if (url === null || url.username !== "" || url.password !== "") return false;
  if (url.origin === issuer) return true;
  if (url.protocol !== "https:") return false;
  const isWithin = (domain: string) =>
    url.hostname === domain || url.hostname.endsWith(`.${domain}`);
  if (url.hostname === "dev.example") return url.port === "3000";
  return (
    url.port === "" &&
    (["example.com", "bar.example"].some(isWithin) || url.hostname === "partner.example")
  );
}
