import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer } from "../../server/serve/create-server.ts";
import { html, type Path, type Reply } from "../peers/hostile-issuer.ts";
import { replaceFile, settingsFor } from "../peers/process.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import {
  callbackOf,
  cookiesOf,
  denied,
  page,
  request,
  sessionCookie,
  signIn,
  startBaseline,
  startInProcess,
  uri,
  verdictOf,
  type Baseline,
  type InProcess,
} from "./baseline.ts";
import { ask, parseAnswer, sendBytes, type Lines } from "./wire.ts";

let service: Baseline;
let staff: string;

beforeAll(async () => {
  service = await startBaseline();
  staff = await signIn(service, { groups: ["staff"] });
});
afterAll(() => service.close());

const withCookie = (cookie: string): Lines => [...request, ["Cookie", cookie]];

async function expectAlive(): Promise<void> {
  expect((await service.verify(withCookie(staff))).status).toBe(200);
}

/** A value that is nearly the one of a session. */
const near: Readonly<Record<string, (token: string) => string>> = {
  "with a changed first character": (token) => (token.startsWith("A") ? "B" : "A") + token.slice(1),
  "with a changed last character": (token) =>
    token.slice(0, -1) + (token.endsWith("A") ? "Q" : "A"),
  "without its last character": (token) => token.slice(0, -1),
  "without its first character": (token) => token.slice(1),
  "with one more character": (token) => `${token}A`,
  "with padding": (token) => `${token}=`,
  "in capital letters": (token) => token.toUpperCase(),
  "in another alphabet": (token) => `${token.replaceAll("-", "+").replaceAll("_", "/")}+`,
  "in percent escapes": (token) =>
    [...token].map((one) => `%${one.charCodeAt(0).toString(16)}`).join(""),
  "in quotes": (token) => `"${token}"`,
  "twice in one value": (token) => token + token,
  "after a space in it": (token) => `${token.slice(0, 20)} ${token.slice(20)}`,
  "with a query": (token) => `${token}?x`,
  "as a path": (token) => `session:${token}`,
};

/** More cookies of the name than doorward tries, each with another value that could be a session's. */
const fifty = Array.from(
  { length: 50 },
  (_, at) => `${sessionCookie}=${at + 10}${"A".repeat(41)}`,
).join("; ");

describe("B4.1 a malformed session cookie is no session", () => {
  it.each([
    "",
    " ",
    "%",
    "%zz",
    "%00",
    '"',
    '""',
    "=",
    "==",
    ";",
    ",",
    "QUJD",
    "A".repeat(43),
    "A".repeat(8_192),
    "\u00c3\u00a9",
    "\xff\xfe",
    "{}",
    '{"subject":"ada","groups":["staff"]}',
    "[object Object]",
    "__proto__",
    "constructor",
    "toString",
    "null",
    "undefined",
    "true",
    "0",
    "-1",
    "NaN",
    "../../../etc/passwd",
    "*",
    "' OR 1=1 --",
  ])("%j", async (value) => {
    expect(verdictOf(await service.verify(withCookie(`${sessionCookie}=${value}`)))).toBe(
      "302 to sign-in",
    );
    await expectAlive();
  });

  it.each(Object.keys(near))("the value of a session %s", async (how) => {
    const [, token = ""] = staff.split(/=(.*)/s);
    const value = near[how]?.(token) ?? "";

    expect(value).not.toBe(token);
    expect(verdictOf(await service.verify(withCookie(`${sessionCookie}=${value}`)))).toBe(
      "302 to sign-in",
    );
  });

  it.each<[string, (token: string) => string]>([
    ["another name", (token) => `session=${token}`],
    ["a name that starts alike", (token) => `${sessionCookie}x=${token}`],
    ["a name that ends alike", (token) => `x${sessionCookie}=${token}`],
    ["a name in other letters", (token) => `${sessionCookie.toLowerCase()}X=${token}`],
    ["no name", (token) => token],
    ["an empty name", (token) => `=${token}`],
    ["a name without a value", () => sessionCookie],
    ["a value without a name", (token) => `; =; ${token}`],
    ["a space before the sign", (token) => `${sessionCookie} =${token}`],
    ["another cookie's value", (token) => `x="${sessionCookie}=${token}"`],
    ["fifty of the name", () => fifty],
    [
      "fifty of the name and a session after them",
      (token) => `${fifty}; ${sessionCookie}=${token}`,
    ],
    ["a thousand cookies", () => "a=b; ".repeat(1_000)],
    ["nothing", () => ""],
  ])("a Cookie header with %s", async (_, cookie) => {
    const [, token = ""] = staff.split(/=(.*)/s);

    expect(verdictOf(await service.verify(withCookie(cookie(token))))).toBe("302 to sign-in");
    await expectAlive();
  });

  it("no Cookie header, or two without a session", async () => {
    expect(verdictOf(await service.verify(request))).toBe("302 to sign-in");
    const two: Lines = [...withCookie(`${sessionCookie}=x`), ["Cookie", `${sessionCookie}=y`]];
    expect(verdictOf(await service.verify(two))).toBe("302 to sign-in");
  });

  it("a NUL in it is not even a header", async () => {
    expect((await service.verify(withCookie(`${sessionCookie}=a\0b`))).status).toBe(400);
    await expectAlive();
  });
});

describe("B4.2 a stored record that does not load is no session", () => {
  let folder: string;
  let cookie: string;
  let providers: unknown;
  const stored = new Map<string, Buffer>();
  const storage = () => ({ driver: "fs-lite", base: folder });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "doorward-attack-"));
    const first = await startInProcess({ storage: storage() });
    cookie = await signIn(first, { groups: ["staff"] });
    ({ providers } = settingsFor(80, first.issuer.issuer));
    await first.close();
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((one) => one.isFile())) {
      const file = join(entry.parentPath, entry.name);
      stored.set(file, await readFile(file));
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The verdict of a new instance, after every file of the store has other contents. */
  async function verdictAfter(change: (content: Buffer) => Buffer | string): Promise<string> {
    for (const [file, content] of stored) await writeFile(file, change(content));
    const cold = await startInProcess({ storage: storage(), providers });
    const answer = await cold.verify(withCookie(cookie));
    const open = await cold.verify(uri("/public/x"));
    await cold.close();
    expect(open.status).toBe(200);
    return verdictOf(answer);
  }

  it("unchanged it is one, which shows that the cases below can fail", async () => {
    expect(await verdictAfter((content) => content)).toBe("200");
  });

  const record = (content: Buffer) => String(content);
  it.each<[string, (content: Buffer) => Buffer | string]>([
    ["empty", () => ""],
    ["no JSON", () => "{"],
    ["null", () => "null"],
    ["true", () => "true"],
    ["a number", () => "1"],
    ["a text", () => '"x"'],
    ["a list", () => "[]"],
    ["an empty object", () => "{}"],
    [
      "a plain record",
      () =>
        JSON.stringify({
          shape: 2,
          identity: { subject: "ada", groups: ["staff"] },
          expiresAt: 9e15,
        }),
    ],
    ["cut in half", (content) => content.subarray(0, content.length / 2)],
    [
      "another letter in its seal",
      (content) => record(content).replace(/("sealed":"[^"]*)[a-y](?=[^a-z"]*")/i, "$1z"),
    ],
    ["a letter more in its seal", (content) => record(content).replace(/("sealed":")/, "$1A")],
    ["an empty seal", (content) => record(content).replace(/("sealed":")[^"]*/, "$1")],
    ["a seal of another type", (content) => record(content).replace(/("sealed":)"[^"]*"/, "$1{}")],
    ["binary data", () => Buffer.from([0, 255, 254, 1, 2])],
    ["a megabyte", () => "A".repeat(1_000_000)],
  ])("%s", async (_, change) => {
    expect(await verdictAfter(change)).toBe("302 to sign-in");
  });
});

describe("B4.3 no request passes after the end of a session", () => {
  it.each<[string, Record<string, string>, number, boolean, boolean]>([
    ["its lifetime", { lifetime: "2h", idle: "2h", refresh: "2h" }, 7_200_000, true, false],
    [
      "its lifetime, with refreshes on the way",
      { lifetime: "2h", idle: "2h", refresh: "1m" },
      7_200_000,
      true,
      true,
    ],
    ["its idle time", { lifetime: "2h", idle: "30m", refresh: "2h" }, 1_800_000, false, false],
  ])("%s, polled without a pause", async (_, session, endMs, isUsed, refreshes) => {
    const polled = await startInProcess({ session });
    polled.issuer.twist = { refreshes };
    const begun = polled.clock.now;
    const cookie = await signIn(polled, { groups: ["staff"] });
    // A session in use: once a minute until its lifetime is over, or once at the beginning of its idle time.
    let { status: last } = await polled.verify(withCookie(cookie));
    const uses = isUsed ? 110 : 0;
    for (let minute = 0; minute < uses; minute++) {
      polled.clock.now += 60_000;
      ({ status: last } = await polled.verify(withCookie(cookie)));
    }
    const statuses: number[] = [];
    for (polled.clock.now = begun + endMs; statuses.length < 200; polled.clock.now++) {
      const poll = () => polled.verify(withCookie(cookie));
      const answers = await Promise.all(Array.from({ length: 10 }, poll));
      statuses.push(...answers.map(({ status }) => status));
    }
    await polled.close();

    expect(last).toBe(200);
    expect(new Set(statuses)).toEqual(new Set([302]));
  });
});

describe("B4.4 Redis is", () => {
  let redis: RedisServer;
  let warm: InProcess;
  let cold: InProcess;
  let cookie: string;

  beforeAll(async () => {
    redis = await startRedis();
    const storage = { driver: "redis", url: redis.url };
    warm = await startInProcess({ storage });
    cookie = await signIn(warm, { groups: ["staff"] });
    const { providers } = settingsFor(80, warm.issuer.issuer);
    cold = await startInProcess({ storage, providers });
  });
  afterAll(async () => {
    await Promise.all([warm.close(), cold.close()]);
    await redis.close();
  });

  it.each<[string, () => unknown, () => unknown]>([
    ["silent", () => redis.pause(), () => redis.resume()],
    ["killed", () => redis.kill(), () => redis.restart()],
  ])(
    "%s: 503 in time, open paths stay open, and no half session is left",
    async (_, stop, start) => {
      const keys = await redis.cli("keys", "*session*");
      const callback = await callbackOf(warm);
      await stop();
      const begun = performance.now();
      const verified = await cold.verify(withCookie(cookie));
      const called = await ask(warm.port, callback);
      const [started, open, none] = await Promise.all([
        ask(cold.port, { target: "/start", lines: page() }),
        cold.verify(uri("/public/x")),
        cold.verify(request),
      ]);
      const took = performance.now() - begun;
      await start();

      expect(verified.status).toBe(503);
      expect(verified.header("retry-after")).toBe("5");
      expect(verified.header("set-cookie")).toBeUndefined();
      expect(called.status).toBe(503);
      expect(cookiesOf(called).join()).not.toContain(sessionCookie);
      expect([started.status, open.status, none.status]).toEqual([302, 200, 302]);
      expect(took).toBeLessThan(8_000);
      await expect.poll(async () => (await cold.verify(withCookie(cookie))).status).toBe(200);
      expect((await redis.cli("keys", "*session*")).split("\n").toSorted()).toEqual(
        keys.split("\n").toSorted(),
      );
    },
  );

  it.each(["rpush", "sadd"])("B4.2 holding a value of another type (%s)", async (command) => {
    const [key = ""] = (await redis.cli("keys", "*session*")).split("\n");
    const value = await redis.cli("dump", key);
    expect(value).not.toBe("");
    await redis.cli("rename", key, "kept");
    await redis.cli(command, key, "x");
    const { providers } = settingsFor(80, warm.issuer.issuer);
    const fresh = await startInProcess({ storage: { driver: "redis", url: redis.url }, providers });
    const { status } = await fresh.verify(withCookie(cookie));
    await fresh.close();
    await redis.cli("rename", "kept", key);

    expect([302, 503]).toContain(status);
  });
});

describe("B4.5 a configuration that is rejected at a reload opens nothing", () => {
  const rejected = "new configuration rejected; still using the previous one";
  const times = () => service.doorward.stdout().split(rejected).length;

  it.each<[string, (settings: Record<string, unknown>) => string]>([
    ["no JSON", () => "{"],
    ["empty", () => ""],
    ["null", () => "null"],
    ["without providers", (settings) => JSON.stringify({ ...settings, providers: {} })],
    [
      "with an unknown setting",
      (settings) => JSON.stringify({ ...settings, acces: { anyone: true } }),
    ],
    [
      "with a rule that opens everything, and a fault",
      (settings) =>
        JSON.stringify({
          ...settings,
          rules: [{ host: "app.example.com", allow: "public" }, { hots: "x" }],
        }),
    ],
    [
      "with a weak secret",
      (settings) => JSON.stringify({ ...settings, secret: "x", rules: [{ allow: "public" }] }),
    ],
    [
      "that trusts everyone",
      (settings) => JSON.stringify({ ...settings, trustedProxies: "anyone" }),
    ],
  ])("%s", async (_, change) => {
    const { path } = service.doorward.file;
    const reloads = times();
    const before = await readFile(path, "utf8");
    await replaceFile(path, change(JSON.parse(before)));
    service.doorward.signal("SIGHUP");
    const during: string[] = [];
    while (times() === reloads) during.push(verdictOf(await service.verify(request)));
    during.push(verdictOf(await service.verify(request)));
    await replaceFile(path, before);

    expect(new Set(during)).toEqual(new Set(["302 to sign-in"]));
    expect((await service.verify([...uri("/admin"), ["Cookie", staff]])).status).toBe(403);
    await expectAlive();
  });
});

describe("B4.6 a request that is slow, endless or ambiguous", () => {
  const written = (lines: Lines) => lines.map((line) => `${line.join(": ")}\r\n`).join("");
  const post = `POST /verify HTTP/1.1\r\n${written(request)}`;

  it("has a limit of time for its head and its body", () => {
    const server = createServer(() => undefined);

    expect(server.headersTimeout).toBeLessThanOrEqual(30_000);
    expect(server.requestTimeout).toBeLessThanOrEqual(60_000);
    expect(server.headersTimeout).toBeGreaterThan(0);
    expect(server.requestTimeout).toBeGreaterThan(0);
  });

  it("with a head that never ends does not keep others waiting", async () => {
    const sockets = Array.from({ length: 200 }, () => connect(service.port, "127.0.0.1"));
    for (const socket of sockets) {
      socket.on("error", () => undefined);
      socket.write(`GET /verify HTTP/1.1\r\nHost: x\r\nX-Slow: `);
    }
    await expectAlive();
    expect(sockets.map((socket) => socket.bytesRead)).toEqual(sockets.map(() => 0));
    for (const socket of sockets) socket.destroy();
    await expectAlive();
  });

  it.each<[string, string, RegExp]>([
    ["a body without an end", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", /^302/],
    ["a gigabyte that is announced", "Content-Length: 1073741824\r\n\r\nx", /^302/],
    [
      "an expectation",
      "Content-Length: 1073741824\r\nExpect: 100-continue\r\n\r\n",
      /^(100|302|417)/,
    ],
    ["an unknown expectation", "Content-Length: 1\r\nExpect: 200-ok\r\n\r\nx", /^(302|417)/],
  ])("%s is answered before its end, and not with a 2xx", async (_, rest, expected) => {
    const socket = connect(service.port, "127.0.0.1");
    socket.on("error", () => undefined);
    let answer = "";
    socket.setEncoding("latin1").on("data", (part) => (answer += String(part)));
    socket.write(post + rest);
    await expect.poll(() => answer).toMatch(/\r\n\r\n/);
    socket.destroy();

    expect(answer.slice("HTTP/1.1 ".length)).toMatch(expected);
    expect(answer).not.toMatch(/^HTTP\/1\.1 2/m);
    await expectAlive();
  });

  it.each([
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "Content-Length: +5\r\n\r\nhello",
    "Content-Length: 5,5\r\n\r\nhello",
  ])("with the framing %j gets 400, and closes the connection", async (framing) => {
    const hidden = `GET /verify HTTP/1.1\r\n${written(uri("/public/x"))}\r\n`;
    const answers = await sendBytes(service.port, `${post}${framing}${hidden}`);

    expect(parseAnswer(answers).status).toBe(400);
    expect(answers.match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
  });

  it.each(["xchunked", "identity", "chunked, identity", "gzip"])(
    "with the transfer coding %s is refused, and what follows is not let in",
    async (coding) => {
      const hidden = `GET /verify HTTP/1.1\r\n${written(uri("/public/x"))}\r\n`;
      const head = `${post}Transfer-Encoding: ${coding}\r\nConnection: close\r\n\r\n`;
      const answers = await sendBytes(service.port, `${head}0\r\n\r\n${hidden}`);

      expect([302, 400]).toContain(parseAnswer(answers).status);
      expect(answers).not.toMatch(/^HTTP\/1\.1 2/m);
    },
  );
});

const issuerFaults: Readonly<Record<string, Reply>> = {
  "an error": html(500),
  "a page with 200": html(200),
  "an empty response": (response) => response.writeHead(200).end(),
  "no content": (response) => response.writeHead(204).end(),
  "a reset": (response) => response.destroy(),
  "a redirect": (response) => response.writeHead(302, { Location: "http://127.0.0.1:9/" }).end(),
  null: (response) => response.writeHead(200, { "Content-Type": "application/json" }).end("null"),
  "an empty object": (response) =>
    response.writeHead(200, { "Content-Type": "application/json" }).end("{}"),
  "half a body": (response) => {
    response
      .writeHead(200, { "Content-Type": "application/json", "Content-Length": "1000" })
      .write("{");
    response.destroy();
  },
  "a huge body": (response) =>
    response
      .writeHead(200, { "Content-Type": "application/json" })
      .end(`"${"a".repeat(3_000_000)}"`),
};
const paths: readonly Path[] = [
  "/.well-known/openid-configuration",
  "/jwks",
  "/token",
  "/userinfo",
];

describe("B4.7 no single fault of a dependency lets a visitor without a session pass", () => {
  describe.each(paths)("the issuer's %s", (path) => {
    it.each(Object.keys(issuerFaults))("is %s", async (name) => {
      const faulty = await startInProcess();
      const reply = { [path]: issuerFaults[name] };
      // Discovery is read once, so it fails from the beginning; the others fail at the callback.
      if (path === paths[0]) faulty.issuer.twist = { reply };
      const start = await ask(faulty.port, { target: "/start", lines: page() });
      const cookies = cookiesOf(start);
      const statuses = [start.status];
      if (start.status === 302) {
        faulty.issuer.twist = { reply };
        const { pathname, search } = new URL(faulty.issuer.consent(start.header("location") ?? ""));
        const lines = page(["Cookie", cookies.join("; ")]);
        const called = await ask(faulty.port, { target: pathname + search, lines });
        statuses.push(called.status);
        cookies.push(...cookiesOf(called));
      }
      const verdict = verdictOf(await faulty.verify(withCookie(cookies.join("; "))));
      await faulty.close();

      expect(statuses.at(-1)).toBeGreaterThanOrEqual(400);
      expect(cookies.join()).not.toContain(`${sessionCookie}=`);
      expect(verdict).toMatch(denied);
    });
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["rejects", () => Promise.reject(new Error("broken"))],
    ["rejects with nothing", () => Promise.reject()],
    [
      "rejects with a status of 200",
      () => Promise.reject(Object.assign(new Error("x"), { status: 200, statusCode: 200 })),
    ],
    ["gives nothing", () => undefined],
    ["gives a text", () => "ok"],
    ["gives a 200 of nothing", () => new Response()],
  ])("fetch %s", async (_, fault) => {
    const faulty = await startInProcess({}, (async () => fault()) as typeof fetch);
    const start = await ask(faulty.port, { target: "/start", lines: page() });
    const verdict = verdictOf(
      await faulty.verify(withCookie(`${sessionCookie}=${"A".repeat(43)}`)),
    );
    await faulty.close();

    expect([400, 401, 403, 500, 502, 503]).toContain(start.status);
    expect(verdict).toMatch(denied);
  });

  it("the peer leaves during a request", async () => {
    for (let tries = 0; tries < 50; tries++) {
      const socket = connect(service.port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write(`GET /start HTTP/1.1\r\nHost: auth.example.com\r\n\r\n`, () => socket.destroy());
    }
    await expectAlive();
    expect(service.doorward.stdout()).not.toContain("unexpected failure");
  });
});
