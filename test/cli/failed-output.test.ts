import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../peers/free-port.ts";
import { settingsFor, startInShell, writeConfig, type ConfigFile } from "../peers/process.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

let file: ConfigFile | undefined;
afterEach(() => file?.remove());

async function run(script: string, environment = {}) {
  const child = startInShell(script, environment);
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { stderr, code };
}

const commands = [
  ["secret", ""],
  ["config nginx", "--config"],
  ["check", "--config"],
  ["explain https://wiki.example.org/", "--config"],
  ["sessions list", "--config"],
  ["diff", "twice"],
] as const;

describe.each(commands)("%s", (command, option) => {
  async function words(): Promise<string> {
    const storage = { driver: "fs-lite", base: await mkdtemp(join(folder, "store-")) };
    file = await writeConfig({ ...settingsFor(await freePort()), storage });
    if (option === "") return command;
    return `${command} ${option === "twice" ? file.path : option} ${file.path}`;
  }

  it("ends quietly when the reader of a pipe leaves", async () => {
    const { code, stderr } = await run(`"$@" ${await words()} | true; exit "\${PIPESTATUS[0]}"`);

    expect(code).toBe(141);
    expect(stderr).not.toContain("EPIPE");
  });

  it("does not look complete when the disk is full", async () => {
    const { code, stderr } = await run(`"$@" ${await words()} > /dev/full`);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^doorward: cannot write the output: ENOSPC\b[^\n]*\n$/m);
  });
});

it("an output that the disk takes only a part of does not look complete", async () => {
  file = await writeConfig(settingsFor(await freePort()));
  const target = join(folder, "nginx.conf");
  const script = `trap "" XFSZ; ulimit -f 1; "$@" config nginx --config ${file.path} > ${target}`;
  const { code, stderr } = await run(script, { NODE_DISABLE_COMPILE_CACHE: "1" });

  expect(code).toBe(2);
  expect(stderr).toMatch(/^doorward: cannot write the output: EFBIG\b[^\n]*\n$/m);
  expect((await stat(target)).size).toBe(1024);
});

it("an output into a file is complete and follows what is there", async () => {
  file = await writeConfig(settingsFor(await freePort()));
  const target = join(folder, "secrets");
  await run(`"$@" secret >> ${target}; "$@" secret >> ${target}`);

  expect(await readFile(target, "utf8")).toMatch(/^(\S{30,}\n){2}$/);
});
