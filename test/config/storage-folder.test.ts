import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../server/config/load.ts";
import { openStore } from "../../server/store/open-store.ts";
import { testSecret } from "../peers/doorward.ts";
import {
  runDoorward,
  settingsFor,
  startProcess,
  writeConfig,
  type ConfigFile,
} from "../peers/process.ts";

/** `settingsFor` has the driver memory. */
const settings = { ...settingsFor(4180), storage: undefined };

let file: ConfigFile;
let elsewhere: string;
beforeAll(async () => {
  file = await writeConfig(settings);
  elsewhere = mkdtempSync(join(tmpdir(), "doorward-test-"));
});
afterAll(async () => {
  rmSync(elsewhere, { recursive: true });
  await file.remove();
});

describe("the folder of sessions", () => {
  it.each([
    ["next to the configuration file", {}, "", "data"],
    ["below the folder of systemd", { STATE_DIRECTORY: "/var/lib/gate" }, "", "/var/lib/gate/data"],
    [
      "below the first of several",
      { STATE_DIRECTORY: "/var/lib/a:/var/lib/b" },
      "kept",
      "/var/lib/a/kept",
    ],
    ["where an absolute path is", { STATE_DIRECTORY: "/var/lib/gate" }, "/srv/kept", "/srv/kept"],
    ["next to the file if systemd has no folder", { STATE_DIRECTORY: "" }, "../kept", "../kept"],
  ])("is %s", (_, environment, base, expected) => {
    const own = base === "" ? {} : { DOORWARD_STORAGE_BASE: base };

    const config = loadConfig({ file: file.path, environment: { ...environment, ...own } });

    expect(config.storage.base).toBe(join(expected.startsWith("/") ? "" : file.folder, expected));
  });

  it("is in the working directory if there is no file", () => {
    const environment = {
      DOORWARD_URL: "https://app.example.com/_auth",
      DOORWARD_SECRET: testSecret,
      DOORWARD_PROVIDERS: JSON.stringify({ github: { clientId: "a", clientSecret: "b" } }),
      DOORWARD_ACCESS_GROUPS: "acme/staff",
    };

    const config = loadConfig({ file: undefined, environment });

    expect(config.storage.base).toBe(join(process.cwd(), "data"));
  });

  it.each([
    ["a file", "kv.sqlite", "/var/lib/gate/kv.sqlite"],
    ["an address", "https://kv.example.com", "https://kv.example.com"],
    ["an address in capitals", "HTTPS://kv.example.com", "HTTPS://kv.example.com"],
    ["a database in memory", ":memory:", ":memory:"],
  ])("is for %s of another driver too", (_, path, expected) => {
    const environment = {
      DOORWARD_STORAGE_DRIVER: "deno-kv-node",
      DOORWARD_STORAGE_PATH: path,
      STATE_DIRECTORY: "/var/lib/gate",
    };

    expect(loadConfig({ file: file.path, environment }).storage.path).toBe(expected);
  });

  it("leaves the prefix of Redis as it is", () => {
    const environment = {
      DOORWARD_STORAGE_DRIVER: "redis",
      DOORWARD_STORAGE_URL: "redis://127.0.0.1",
      DOORWARD_STORAGE_BASE: "gate",
      STATE_DIRECTORY: "/var/lib/gate",
    };

    expect(loadConfig({ file: file.path, environment }).storage.base).toBe("gate");
  });

  it("is that of the running service, for a command in another folder", async () => {
    const storage = { driver: "fs-lite", base: "sessions" };
    const doorward = await startProcess((port) => ({ ...settingsFor(port), storage }));
    const revoke = ["sessions", "revoke", "--all", "--config", doorward.file.path];
    await expect
      .poll(() => existsSync(join(doorward.file.folder, "sessions/secrets/seen")))
      .toBe(true);

    const { code, stderr } = await runDoorward(revoke, {}, elsewhere);
    await doorward.close();

    expect(code).toBe(0);
    expect(stderr).not.toContain("no doorward");
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it("is the same for a command that runs in another folder", async () => {
    const revoke = ["sessions", "revoke", "--all", "--config", file.path];

    const before = await runDoorward(revoke, {}, elsewhere);
    const store = await openStore({ driver: "fs-lite", base: join(file.folder, "data") });
    await store.close();
    const after = await runDoorward(revoke, {}, elsewhere);

    expect(before).toMatchObject({ code: 1, stdout: "" });
    expect(before.stderr).toContain(
      `storage.base: "${join(file.folder, "data")}" does not exist, so it has no sessions`,
    );
    expect(after).toMatchObject({ code: 0, stdout: "ended all sessions\n" });
    // Another command made the folder, and no service has used it.
    expect(after.stderr).toContain("no doorward with this secret has used this store");
  });
});
