import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createServer } from "../../server/serve/create-server.ts";
import { navigation, send } from "../peers/browser.ts";
import { startHostileIssuer } from "../peers/hostile-issuer.ts";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { forwarded, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";
import type { Attack } from "./attack.ts";
import { parseAnswer, sendBytes } from "./wire.ts";

let folder: string;
let door: SignInDoor;
let served: DoorwardProcess;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-test-"));
  const storage = { driver: "fs-lite", base: join(folder, "data") };
  [door, served] = await Promise.all([
    openSignInDoor({ storage, access: { anyone: true } }),
    startProcess((port) => settingsFor(port)),
  ]);
});
afterEach(() => {
  door.issuer.twist = {};
});
afterAll(async () => {
  agent.destroy();
  await Promise.all([door.close(), served.close()]);
  await rm(folder, { recursive: true });
});

async function storedFiles(): Promise<number> {
  const entries = await readdir(join(folder, "data"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

/** One request of a visitor at an address, as a proxy passes it on. */
function from(address: string, path: string, headers: Record<string, string> = {}) {
  const url = `http://127.0.0.1:${door.doorward.port}/_auth/${path}`;
  const all = {
    ...forwarded(door.site),
    "X-Forwarded-For": address,
    Host: new URL(door.site).host,
  };
  return send(url, new Map(), { headers: { ...all, ...headers }, agent });
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

/** The statuses of a sign-in with this text as UserInfo and of the request after it, and whether both computed for less than two seconds. */
async function signInWithUserInfo(
  text: string,
): Promise<[signIn: number, after: number, isQuick: boolean]> {
  door.issuer.twist = {
    reply: {
      "/userinfo": (response) =>
        response.writeHead(200, { "Content-Type": "application/json" }).end(text),
    },
  };
  const began = process.threadCpuUsage();
  const browser = door.browser();
  const { status } = await door.signIn(browser);
  const after = await door.verify(browser);
  return [status, after.status, process.threadCpuUsage(began).user < 2_000_000];
}

const verifyHead = "GET /_auth/verify HTTP/1.1\r\nHost: x\r\n";
const close = "Connection: close\r\n\r\n";

/** The status of the first answer to these bytes. */
async function statusOf(bytes: string): Promise<number> {
  return parseAnswer(await sendBytes(served.port, bytes)).status;
}

const lines = () =>
  Object.entries(forwarded(served.site))
    .map((pair) => `${pair.join(": ")}\r\n`)
    .join("");

/** Whether the service answers one more request as usual. */
const isAlive = async () => (await statusOf(`${verifyHead}${lines()}${close}`)) === 302;

const attacks: readonly Attack[] = [
  [
    "B10.1",
    "five hundred navigations and a hundred started sign-ins store nothing",
    async () => {
      const before = await storedFiles();
      const addresses = Array.from(
        { length: 500 },
        (_, index) => `198.51.${index % 250}.${index % 7}`,
      );
      const verdicts = await Promise.all(addresses.map((address) => from(address, "verify")));
      const starts = await Promise.all(
        addresses.slice(0, 100).map((address, index) => from(address, `start?rd=/${index}`)),
      );
      const statuses = new Set([...verdicts, ...starts].map(({ status }) => status));
      return [statuses, (await storedFiles()) - before];
    },
    [new Set([302]), 0],
  ],
  [
    "B10.2",
    "forty sign-ins that one browser leaves unfinished keep its cookies below 4 KiB",
    async () => {
      const browser = door.browser();
      const sizes: number[] = [];
      for (let count = 0; count < 40; count++) {
        door.clock.now += 5_000;
        await browser.ask(`${door.site}/start?rd=/${count}`, { headers: navigation });
        sizes.push((await browser.jar.getCookieString(door.site)).length);
      }
      return [sizes.every((size) => size > 0), Math.max(...sizes) < 4_096];
    },
    [true, true],
  ],
  [
    "B10.3",
    "an address that the visitor writes in front does not avoid the limit on sign-ins",
    async () => {
      const statuses = new Set<number>();
      for (let count = 0; count < 2_000 && !statuses.has(429); count++)
        statuses.add(
          (await from(`192.0.2.${count % 250}, 203.0.113.200`, `start?rd=/${count}`)).status,
        );
      const other = await from("203.0.113.201", "start?rd=/other");
      return [statuses, other.status];
    },
    [new Set([302, 429]), 302],
  ],
  [
    "B10.4",
    "every page is below 8 kB",
    async () => {
      const pages = await Promise.all([
        from("203.0.113.1", "nothing"),
        from("203.0.113.2", "sign_out"),
        from("203.0.113.3", `callback?code=${"x".repeat(6_000)}&state=${"y".repeat(6_000)}`),
        from("203.0.113.4", `sign_out?rd=${"x".repeat(9_000)}`, { "Sec-Fetch-Site": "cross-site" }),
        from("203.0.113.5", "verify", { "X-Forwarded-Host": `${"x".repeat(60)}.example` }),
      ]);
      return pages.map(({ body }) => body.length > 0 && body.length < 8_192);
    },
    [true, true, true, true, true],
  ],
  [
    "B10.5",
    "claims nested a thousand deep do not stop a sign-in",
    () => signInWithUserInfo(`{"sub":"ada","a":${nested(1_000)}}`),
    [302, 200, true],
  ],
  [
    "B10.5",
    "claims nested a hundred thousand deep cost no more than their bytes",
    () => signInWithUserInfo(`{"sub":"ada","a":${nested(100_000)}}`),
    [302, 200, true],
  ],
  [
    "B10.6",
    "a head of 64 kB gets 431",
    async () => [
      await statusOf(`${verifyHead}X: ${"a".repeat(66_000)}\r\n${close}`),
      await isAlive(),
    ],
    [431, true],
  ],
  [
    "B10.6",
    "from 1,000 to 5,000 short headers are never an allow, and never hide the proxy's own headers",
    async () => {
      const statuses: number[] = [];
      for (const count of [900, 1_000, 1_001, 1_500, 2_000, 3_000, 5_000])
        statuses.push(await statusOf(`${verifyHead}${"a: b\r\n".repeat(count)}${lines()}${close}`));
      return [statuses.filter((status) => ![302, 431].includes(status)), await isAlive()];
    },
    [[], true],
  ],
  [
    "B10.6",
    "a hundred heads that never end hold up no other request",
    async () => {
      const slow = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const socket = connect(served.port, "127.0.0.1");
          socket.on("error", () => undefined);
          await once(socket, "connect");
          socket.write(verifyHead.slice(0, 1 + (index % verifyHead.length)));
          return socket;
        }),
      );
      const began = performance.now();
      const alive = await isAlive();
      const isQuick = performance.now() - began < 10_000; // a head may take thirty
      for (const socket of slow) socket.destroy();
      return [alive, isQuick];
    },
    [true, true],
  ],
  [
    "B10.6",
    "pipelined requests are answered in order, each once",
    async () => {
      const one = `${verifyHead}${lines()}\r\n`;
      const last = `${verifyHead}${lines()}${close}`;
      const received = await sendBytes(served.port, one.repeat(500) + last);
      const statuses = [...received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => status);
      return [statuses.length, new Set(statuses), await isAlive()];
    },
    [501, new Set(["302"]), true],
  ],
  [
    "B10.6",
    "HTTP/0.9 gets no decision",
    async () => {
      const received = await sendBytes(served.port, "GET /_auth/verify\r\n\r\n");
      return [received.startsWith("HTTP/1.1 400 "), await isAlive()];
    },
    [true, true],
  ],
  [
    "B10.6",
    "a body that never ends holds up no answer of /verify",
    async () => {
      const socket = connect(served.port, "127.0.0.1");
      socket.on("error", () => undefined);
      await once(socket, "connect");
      const post = verifyHead.replace("GET", "POST");
      socket.write(`${post}${lines()}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
      const [first] = await once(socket, "data");
      socket.destroy();
      return [String(first).slice(0, 12), await isAlive()];
    },
    ["HTTP/1.1 302", true],
  ],
  [
    "B10.6",
    "a slow head is cut off after 30 seconds, a slow request after a minute",
    async () => {
      const { headersTimeout, requestTimeout } = createServer(() => undefined);
      return [headersTimeout, requestTimeout];
    },
    [30_000, 60_000],
  ],
  [
    "B10.7",
    "a hundred sign-ins at a cold start ask for the metadata once",
    async () => {
      const cold = await openSignInDoor();
      const url = `http://127.0.0.1:${cold.doorward.port}/_auth/start`;
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          send(url, new Map(), {
            headers: {
              ...navigation,
              "X-Forwarded-For": `198.51.100.${index}`,
              Host: new URL(cold.site).host,
            },
          }),
        ),
      );
      const asked = cold.issuer.asked("/.well-known/openid-configuration");
      await cold.close();
      return [new Set(answers.map(({ status }) => status)), asked];
    },
    [new Set([302]), 1],
  ],
  [
    "B10.8",
    "at SIGTERM every request in progress gets a whole answer",
    stopUnderLoad,
    [new Set([302]), 0, true],
  ],
];

/** A hundred sign-ins wait for the issuer when SIGTERM arrives: their statuses, the exit code, and whether all are whole. */
async function stopUnderLoad(): Promise<unknown> {
  const issuer = await startHostileIssuer();
  const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  issuer.twist = {
    before: (path) => {
      if (!path.startsWith("/.well-known")) return undefined;
      asked.resolve();
      return held.promise;
    },
  };
  const doorward = await startProcess((port) => settingsFor(port, issuer.issuer));
  const address = `http://127.0.0.1:${doorward.port}/_auth`;
  const waiting = Array.from({ length: 100 }, (_, index) =>
    send(`${address}/start`, new Map(), {
      headers: { ...navigation, "X-Forwarded-For": `198.51.100.${index}` },
    }),
  );
  await asked.promise;
  await send(`${address}/verify`, new Map(), {}); // so that all of them have arrived
  doorward.signal("SIGTERM");
  await expect
    .poll(() => send(`${address}/verify`, new Map(), {}).catch(() => "closed"))
    .toBe("closed");
  held.resolve();
  const answers = await Promise.all(waiting);
  const { code } = await doorward.exit;
  await doorward.close();
  await issuer.close();
  const isWhole = answers.every(({ headers }) => String(headers.location).includes("state="));
  return [new Set(answers.map(({ status }) => status)), code, isWhole];
}

it.each(attacks)("%s %s", async (_row, _claim, attack, outcome) => {
  expect(await attack()).toEqual(outcome);
});
