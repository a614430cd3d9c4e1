import * as fc from "fast-check";
import { expectNone, fuzzTarget } from "./fuzz-target.ts";
import { forwardedLines, startFuzzedProcess } from "./fuzzed-process.ts";

/** Requests with a cookie that is no session, in the shapes that proxies send. */
const lines = forwardedLines("app.example.com", "/private")
  .map((pair) => `${pair.join(": ")}\r\n`)
  .join("");
const common = `Host: doorward\r\nCookie: COOKIE=${"A".repeat(43)}\r\n${lines}`;
const requests = [
  `GET /verify HTTP/1.1\r\n${common}\r\n`,
  `HEAD /verify HTTP/1.1\r\n${common}Accept: text/html\r\n\r\n`,
  `POST /verify HTTP/1.1\r\n${common}Content-Length: 5\r\n\r\nhello`,
  `POST /verify HTTP/1.1\r\n${common}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  `GET /verify HTTP/1.1\r\nHost: doorward\r\nX-Original-URL: https://app.example.com/\r\nX-Original-Method: GET\r\n\r\n`,
  `GET /verify/private HTTP/1.1\r\nHost: app.example.com\r\nX-Forwarded-Proto: https\r\n\r\n`,
];
const tokens = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  "\n\n",
  "\0",
  "\t",
  " ",
  ":",
  ",",
  ";",
  "/",
  "%",
  "\xFF",
  "\x80",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/2.0",
  "Content-Length: 0\r\n",
  "Content-Length: 500\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: identity\r\n",
  "Expect: 100-continue\r\n",
  "Upgrade: h2c\r\nConnection: Upgrade\r\n",
  "Connection: keep-alive\r\n",
  "0\r\n\r\n",
  "ffffffff\r\n",
  "GET ",
  "POST ",
  "CONNECT ",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "X-Forwarded-Uri: /\r\n",
  "Host: \r\n",
  "\r\n folded\r\n",
  "\x16\x03\x01",
];

const place = fc.double({ min: 0, max: 1, noNaN: true });
const edit = fc.record({
  at: place,
  length: fc.nat({ max: 60 }),
  how: fc.constantFrom("insert", "delete", "replace", "repeat", "swapCase"),
  text: fc.oneof(
    fc.constantFrom(...tokens),
    fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  ),
});

function apply(
  request: string,
  { at, length, how, text }: typeof edit extends fc.Arbitrary<infer E> ? E : never,
): string {
  const start = Math.floor(at * request.length);
  const [before, part, after] = [
    request.slice(0, start),
    request.slice(start, start + length),
    request.slice(start + length),
  ];
  const results = {
    insert: before + text + part + after,
    delete: before + after,
    replace: before + text + after,
    repeat: before + part + part + after,
    swapCase:
      before + (part === part.toLowerCase() ? part.toUpperCase() : part.toLowerCase()) + after,
  };
  return results[how];
}

const bytesCase = fc.record({
  request: fc.constantFrom(...requests),
  edits: fc.array(edit, { minLength: 1, maxLength: 6 }),
});

/**
 * Changed bytes of requests, then the person's request on the same connection: only that one may be allowed, so a 2xx
 * is the last response or there is none.
 */
export const bytesTarget = fuzzTarget("bytes on the socket", bytesCase, async () => {
  const doorward = await startFuzzedProcess();
  const [name = ""] = doorward.cookie.split("=");
  const own = `GET /verify HTTP/1.1\r\nHost: doorward\r\n${lines}Cookie: ${doorward.cookie}\r\nConnection: close\r\n\r\n`;
  return {
    async check({ request, edits }) {
      const changed = edits.reduce(apply, request.replace("COOKIE", name));
      const answers = await doorward.exchange(changed + own, 100);
      const statuses = Array.from(answers.matchAll(/^HTTP\/1\.1 (\d{3})/gm), ([, status]) =>
        Number(status),
      );
      const final = statuses.filter((status) => status >= 200);
      expectNone(
        {
          "a changed request is allowed": final.slice(0, -1).some((status) => status < 300),
          "a status is a 5xx": final.some((status) => status >= 500),
          "a status is an upgrade": statuses.includes(101),
        },
        { changed, statuses },
      );
    },
    close: () => doorward.close(),
  };
});
