import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../peers/free-port.ts";
import { settingsFor, startProcess, writeConfig, type DoorwardProcess } from "../peers/process.ts";

let folder: string;
let doorward: DoorwardProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-opener-"));
});
afterEach(async () => {
  await doorward?.close();
  await rm(folder, { recursive: true });
});

/** A PATH on which the platform's opener is this script, with `$OPENED` as the file to write to. */
async function pathWithOpener(script: string): Promise<string> {
  const opener = join(folder, process.platform === "darwin" ? "open" : "xdg-open");
  await writeFile(opener, `#!/bin/sh\n${script.replaceAll("$OPENED", join(folder, "opened"))}\n`);
  await chmod(opener, 0o755);
  return `${folder}${delimiter}${process.env.PATH}`;
}

async function opened(): Promise<string> {
  for (;;) {
    const text = await readFile(join(folder, "opened"), "utf8").catch(() => "");
    if (text.endsWith("\n")) return text;
    await wait(20);
  }
}

describe("serve --open", () => {
  it("opens the site's sign-in with the platform's opener, and nothing without the option", async () => {
    const PATH = await pathWithOpener('echo "$@" >> $OPENED');
    const silent = await startProcess((port) => settingsFor(port), { PATH });
    await silent.close();

    doorward = await startProcess((port) => settingsFor(port), { PATH }, ["--open"]);

    expect(await opened()).toBe(`${doorward.site}/start\n`);
  });

  it("opens the first of several sites", async () => {
    const PATH = await pathWithOpener('echo "$@" >> $OPENED');
    const sites = ["https://a.example.com/_auth", "https://b.example.org"].map((url) => ({ url }));

    doorward = await startProcess(
      (port) => ({ ...settingsFor(port), url: undefined, sites }),
      { PATH },
      ["--open"],
    );

    expect(await opened()).toBe("https://a.example.com/_auth/start\n");
  });

  it.each([
    ["fails", () => pathWithOpener("exit 3"), /ended with exit code 3$/],
    ["is missing", () => Promise.resolve(folder), /ENOENT/],
  ])("logs a warning and goes on serving when the opener %s", async (_, path, reason) => {
    doorward = await startProcess((port) => settingsFor(port), { PATH: await path() }, ["--open"]);

    const [event] = await doorward.logged("could not open the browser");
    const answer = await fetch(`http://127.0.0.1:${doorward.port}/`);

    expect(event).toMatchObject({ level: 40, url: `${doorward.site}/start` });
    expect(event?.reason).toMatch(reason);
    expect(answer.status).toBe(404);
  });

  it("does not wait for the opener when it stops", async () => {
    // It ends when the folder is removed, after the test.
    const PATH = await pathWithOpener(
      'echo "$@" >> $OPENED; while [ -e $OPENED ]; do sleep 0.1; done',
    );
    doorward = await startProcess((port) => settingsFor(port), { PATH }, ["--open"]);
    await opened();

    doorward.signal("SIGTERM");
    const { code } = await doorward.exit;

    expect(code).toBe(0);
  });
});

describe("the addresses", () => {
  it("are not written when stdout is no terminal, where every line is JSON", async () => {
    doorward = await startProcess((port) => settingsFor(port));

    const lines = doorward.stdout().trimEnd().split("\n");

    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      "configuration loaded",
      "listening",
    ]);
    expect(doorward.stdout()).not.toContain("listening on");
  });

  it("are in the log, with the name of each listener and a summary of the configuration", async () => {
    const adminPort = await freePort();
    doorward = await startProcess((port) => ({
      ...settingsFor(port),
      admin: { port: adminPort },
    }));

    const [loaded] = await doorward.logged("configuration loaded");
    const listening = await doorward.logged("listening", 2);

    expect(loaded?.summary).toMatch(/^Sign in at http:.* Access: .* A session ends 7 days after/);
    expect(listening).toMatchObject([
      { listener: "public", port: doorward.port },
      { listener: "admin", port: adminPort },
    ]);
  });

  it("are written at a terminal, with the sign-in", async () => {
    const port = await freePort();
    const file = await writeConfig({
      ...settingsFor(port),
      listen: { host: "127.0.0.1", port, https: true },
    });
    const cli = new URL("../../server/cli/doorward.js", import.meta.url).pathname;
    const command = `exec ${process.execPath} ${cli} serve --config ${file.path}`;
    const child = spawn("script", ["-qefc", command, "/dev/null"], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { PATH: process.env.PATH },
    });
    let shown = "";
    child.stdout.on("data", (chunk) => {
      shown += String(chunk);
    });
    while (!shown.includes("Requests to /verify")) await once(child.stdout, "data");
    child.kill();
    await once(child, "exit");
    await file.remove();

    expect(shown).toContain(`  listening on  https://127.0.0.1:${port}/\r\n`);
    expect(shown).toContain(`  sign in at    http://localhost:${port}/_auth/start\r\n`);
    expect(shown).toContain(
      `\r\n  Sign in at http://localhost:${port}/_auth with company; the cookie `,
    );
    expect(shown).not.toContain("configuration loaded");
  });
});
