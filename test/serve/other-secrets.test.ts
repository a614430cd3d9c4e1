import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSecret } from "../../server/config/secret.ts";
import { testSecret } from "../peers/doorward.ts";
import { lines } from "../peers/findings.ts";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { startRedis } from "../peers/redis.ts";

const otherSecrets = expect.stringContaining("another doorward used this store with other secrets");
const next = createSecret();
const running: DoorwardProcess[] = [];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-secrets-"));
});
afterEach(async () => {
  for (const doorward of running.splice(0)) await doorward.close();
  await rm(folder, { recursive: true });
});

async function startWith(storage: object, secret: string | string[]): Promise<DoorwardProcess> {
  const doorward = await startProcess((port) => ({ ...settingsFor(port), storage, secret }));
  running.push(doorward);
  return doorward;
}

/** The messages of a start, once the store has been compared: a stop waits for that. */
async function messagesOf(doorward: DoorwardProcess): Promise<unknown[]> {
  doorward.signal("SIGTERM");
  const { stdout } = await doorward.exit;
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).msg);
}

describe("two doorwards at one store", () => {
  it("with different secrets are a warning of the second start and of check", async () => {
    const storage = { driver: "fs-lite", base: folder };
    await messagesOf(await startWith(storage, testSecret));

    const second = await messagesOf(await startWith(storage, next));
    const found = await lines({ storage, secret: createSecret() });

    expect(second).toContainEqual(otherSecrets);
    expect(found).toContainEqual(expect.stringMatching(/^warning store fs-lite: another doorward/));
  });

  it("with an old and a new list of secrets are none", async () => {
    const storage = { driver: "fs-lite", base: folder };
    await messagesOf(await startWith(storage, testSecret));

    const second = await messagesOf(await startWith(storage, [next, testSecret]));
    const found = await lines({ storage, secret: [next, testSecret] });

    expect(second).not.toContainEqual(otherSecrets);
    expect(found.join("\n")).not.toContain("another doorward");
  });

  it("are compared in Redis, with both at once", async () => {
    const redis = await startRedis();
    const storage = { driver: "redis", url: redis.url };
    const first = await startWith(storage, testSecret);
    const second = await startWith(storage, next);

    const messages = await messagesOf(second);
    await messagesOf(first);
    await redis.close();

    expect(messages).toContainEqual(otherSecrets);
  });

  it("do not keep one from starting whose store is down", async () => {
    const doorward = await startWith({ driver: "redis", url: "redis://127.0.0.1:9" }, testSecret);

    const answer = await fetch(`http://127.0.0.1:${doorward.port}/`);

    expect(answer.status).toBe(404);
  });
});
