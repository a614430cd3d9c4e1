import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Browser } from "../peers/browser.ts";
import { freePort } from "../peers/free-port.ts";
import {
  runDoorward,
  settingsFor,
  startProcess,
  writeConfig,
  type ConfigFile,
} from "../peers/process.ts";

let file: ConfigFile | undefined;
afterEach(() => file?.remove());

describe("serve", () => {
  it.each(["127.0.0.1", "0.0.0.0"])(
    "exits with 1 and names host and port if the port is taken on %s, and listens nowhere else",
    async (host) => {
      const taken = createServer().listen(0, host);
      await once(taken, "listening");
      const { port } = taken.address() as AddressInfo;
      file = await writeConfig({ ...settingsFor(port), listen: { host, port } });

      const finished = await runDoorward(["serve", "--config", file.path]);
      taken.close();

      expect(finished.code).toBe(1);
      expect(finished.stderr).toContain(`${host}:${port}`);
      expect(finished.stdout).not.toContain("listening");
    },
  );

  it("exits with 1 if the address is not one of this machine", async () => {
    const port = await freePort();
    file = await writeConfig({ ...settingsFor(port), listen: { host: "192.0.2.1", port } });

    const finished = await runDoorward(["serve", "--config", file.path]);

    expect(finished.code).toBe(1);
    expect(finished.stderr).toContain(`192.0.2.1:${port}`);
    expect(finished.stdout).not.toContain("listening");
  });

  it("exits with 1 if the store's folder cannot be created", async () => {
    file = await writeConfig("url: x");
    const storage = { driver: "fs-lite", base: join(file.path, "below-a-file") };
    const other = await writeConfig({ ...settingsFor(await freePort()), storage });

    const finished = await runDoorward(["serve", "--config", other.path]);
    await other.remove();

    expect(finished.code).toBe(1);
    expect(finished.stderr).toContain("doorward:");
    expect(finished.stdout).not.toContain("listening");
  });

  it("starts while its issuer is down, as sessions do not need it", async () => {
    const doorward = await startProcess((port) => settingsFor(port));

    const answer = await new Browser().open(`${doorward.site}/start`);
    await doorward.close();

    expect(answer.status).toBe(503);
    expect(answer.body).toContain("Sign-in is not possible right now");
  });

  it("keeps its sessions in a folder that only its owner may read", async () => {
    const base = join((file = await writeConfig("")).folder, "data");
    const doorward = await startProcess((port) => ({
      ...settingsFor(port),
      storage: { driver: "fs-lite", base },
    }));
    await doorward.close();

    expect(await readdir(base)).toEqual([]);
  });
});

describe("a broken configuration", () => {
  it("is reported with every fault on stderr, without secrets, and nothing listens", async () => {
    const port = await freePort();
    const short = "too-short-a-secret";
    const clientSecret = "client-secret-of-the-issuer";
    file = await writeConfig({
      ...settingsFor(port),
      url: "http://auth.example.com",
      secret: short,
      sesion: { idle: "1d" },
      session: { lifetime: "soon" },
      trustedProxies: ["everyone"],
      providers: { company: { type: "oicd", clientSecret, issuer: "not a url" } },
      access: { domain: ["example.com"] },
    });

    const { code, stdout, stderr } = await runDoorward(["serve", "--config", file.path]);

    expect(code).toBe(1);
    expect(stdout).toBe("");
    for (const part of [
      file.path,
      "url: ",
      "secret",
      "sesion: is unknown: did you mean session?",
      "session.lifetime: ",
      "trustedProxies.0: ",
      "providers.company.type: ",
      "providers.company.clientId: ",
      "providers.company.issuer: ",
      "access.domain: is unknown: did you mean domains?",
    ]) {
      expect(stderr).toContain(part);
    }
    expect(stderr).not.toContain(short);
    expect(stderr).not.toContain(clientSecret);
    expect(stderr).not.toMatch(/\bat .+:\d+:\d+/);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow("fetch failed");
  });

  it.each([
    ["no file", "/nonexistent/doorward.yaml", "/nonexistent/doorward.yaml"],
    ["a file of no known format", "/dev/null", "/dev/null"],
  ])("is named if it is %s", async (_, path, named) => {
    const { code, stderr } = await runDoorward(["serve", "--config", path]);

    expect(code).toBe(1);
    expect(stderr).toContain(named);
  });

  it.each(["a: [", "\t- x", "just words", "- a\n- list", "secret: *missing"])(
    "is named if it contains no settings: %j",
    async (text) => {
      file = await writeConfig(text);

      const { code, stderr } = await runDoorward(["serve", "--config", file.path]);

      expect(code).toBe(1);
      expect(stderr).toContain(file.path);
      expect(stderr).not.toMatch(/\bat .+:\d+:\d+\)/);
    },
  );

  it("without access or without a secret gets a message about what to write", async () => {
    const { access: _, secret: __, ...settings } = settingsFor(await freePort());
    file = await writeConfig(settings);

    const { code, stderr } = await runDoorward(["--config", file.path]);

    expect(code).toBe(1);
    expect(stderr).toContain("access: is missing");
    expect(stderr).toContain("run `doorward secret` to generate one");
  });
});
