import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { freePort } from "../peers/free-port.ts";
import { until } from "../peers/until.ts";
import { settingsFor, writeConfig, type ConfigFile } from "../peers/process.ts";

const cli = fileURLToPath(new URL("../../server/cli/doorward.js", import.meta.url));
const warmUp = 20_000;
/** So many that their lines, of about a kilobyte each, would exceed what the heap of any process grows by. */
const questions = 180_000;
const mostGrownMb = 80;
const atOnce = 500;

let file: ConfigFile | undefined;
let end: (() => void) | undefined;
afterEach(async () => {
  end?.();
  await file?.remove();
});

function residentMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kb) / 1024;
}

/** Waits until a connection is accepted. */
async function isListening(port: number): Promise<void> {
  await until(async () => {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    return isOpen;
  });
}

/** Sends malformed questions on one connection, and returns how many were answered with 400. */
async function flood(port: number, count: number): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  const question = "GET /_auth/verify HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: a@b\r\n\r\n";
  let answered = 0;
  let rest = "";
  const send = () => socket.write(question.repeat(atOnce));
  const done = new Promise<number>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      const heads = (rest + String(chunk)).split("HTTP/1.1 400 ");
      const before = answered;
      answered += heads.length - 1;
      rest = heads.at(-1)?.slice(-20) ?? "";
      if (answered >= count) resolve(answered);
      else if (Math.floor(answered / atOnce) > Math.floor(before / atOnce)) send();
    });
  });
  send();
  return done.finally(() => socket.destroy());
}

it("a flood of malformed questions is answered without filling memory while stdout is not read", async () => {
  const port = await freePort();
  file = await writeConfig({ ...settingsFor(port), trustedProxies: ["127.0.0.1"] });
  const child = spawn(
    process.execPath,
    ["--max-semi-space-size=2", cli, "serve", "--config", file.path],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  end = () => void child.kill("SIGKILL");
  await isListening(port); // nothing of its output is read
  await flood(port, warmUp); // so that the code is compiled and the heap has its usual size
  const before = residentMb(child.pid ?? 0);

  const answered = await flood(port, questions);

  const grown = residentMb(child.pid ?? 0) - before;
  const output = text(child.stdout);
  child.kill("SIGTERM");
  const events = (await output)
    .trim()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));
  const written = events.filter(({ msg }) => msg === "refused: malformed").length;
  const left = events.filter(({ msg }) => msg === "similar lines left out");

  expect(answered).toBe(questions);
  expect(grown).toBeLessThan(mostGrownMb);
  expect(written + left.reduce((sum, { leftOut }) => sum + Number(leftOut), 0)).toBe(
    questions + warmUp,
  );
  expect(written).toBeLessThan(300);
});
