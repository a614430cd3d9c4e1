import { once } from "node:events";
import { readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import { freePort } from "../peers/free-port.ts";
import {
  settingsFor,
  startInShell,
  startProcess,
  writeConfig,
  type ConfigFile,
} from "../peers/process.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { until } from "../peers/until.ts";

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const settings = (port: number) => ({
  ...settingsFor(port),
  rules: [{ allow: "public" }],
  log: { decisions: "all" },
});

async function ask(port: number): Promise<number> {
  const headers = forwarded(`http://localhost:${port}/_auth`);
  return (await fetch(`http://127.0.0.1:${port}/_auth/verify`, { headers })).status;
}

async function statuses(port: number, count: number): Promise<Set<number>> {
  const found = new Set<number>();
  while (count-- > 0) found.add(await ask(port));
  return found;
}

/** `redirection` with `{folder}`, which is the configuration's. */
async function startRedirected(redirection: string) {
  const port = await freePort();
  const file: ConfigFile = await writeConfig(settings(port));
  const child = startInShell(
    `trap "" XFSZ; ulimit -f 64; exec "$@" serve --config ${file.path} ${redirection.replace("{folder}", file.folder)}`,
    { NODE_DISABLE_COMPILE_CACHE: "1" }, // its files are subject to the limit too
  );
  const ended = Promise.all([text(child.stderr), once(child, "exit")]);
  closing.push(async () => {
    child.kill("SIGKILL");
    await ended;
    await file.remove();
  });
  await until(() => ask(port).then(Boolean, () => false));
  return {
    port,
    folder: file.folder,
    async stop() {
      child.kill("SIGTERM");
      const [stderr, [code]] = await ended;
      return { stderr, code };
    },
  };
}

const onceOnStderr = /^doorward: cannot write the log, and continues without it: \S+[^\n]*\n$/;

it("a log collector that ends does not end doorward", async () => {
  const doorward = await startProcess(settings);
  closing.push(() => doorward.close());

  doorward.hangUp();
  const answers = await statuses(doorward.port, 100);
  doorward.signal("SIGTERM");
  const { code, stderr } = await doorward.exit;

  expect([answers, code]).toEqual([new Set([200]), 0]);
  expect(stderr).toMatch(onceOnStderr);
  expect(stderr).toContain("EPIPE");
});

it("a full disk behind stdout does not end doorward", async () => {
  const { port, stop } = await startRedirected("> /dev/full");

  const answers = await statuses(port, 100);
  const { code, stderr } = await stop();

  expect([answers, code]).toEqual([new Set([200]), 0]);
  expect(stderr).toMatch(onceOnStderr);
  expect(stderr).toContain("ENOSPC");
});

it("a full disk behind stdout and stderr does not end doorward", async () => {
  const { port, stop } = await startRedirected("> /dev/full 2>&1");

  expect(await statuses(port, 100)).toEqual(new Set([200]));
  expect((await stop()).code).toBe(0);
});

it("a file that has room again gets the next lines, and the number of those that were lost", async () => {
  const { port, folder, stop } = await startRedirected(">> {folder}/doorward.log");
  const file = join(folder, "doorward.log");
  const asked = 2_000;

  const answers = await statuses(port, asked);
  const full = await readFile(file, "utf8");
  await truncate(file);
  const reported = async () => (await readFile(file, "utf8")).includes("log lines lost");
  await until(reported);
  await ask(port);
  const { code, stderr } = await stop();

  const events = (await readFile(file, "utf8"))
    .split("\n")
    .filter(Boolean)
    .map((line): Record<string, unknown> => JSON.parse(line));
  const [report] = events;
  const complete = full.split("\n").slice(0, -1);
  const written = complete.filter((line) => line.includes('"allowed"')).length;
  expect([answers, code]).toEqual([new Set([200]), 0]);
  expect(full.length).toBe(64 * 1024);
  expect(report).toMatchObject({
    level: 40,
    msg: "log lines lost: writing them failed",
    reason: expect.stringContaining("EFBIG"),
  });
  expect(Number(report?.count)).toBeGreaterThan(asked - written - 3);
  expect(Number(report?.count)).toBeLessThan(asked - written + 3);
  expect(events.some(({ event }) => event === "allowed")).toBe(true);
  expect(stderr).toMatch(onceOnStderr);
});
