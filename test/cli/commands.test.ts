import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../peers/free-port.ts";
import { startHostileIssuer } from "../peers/hostile-issuer.ts";
import {
  runDoorward,
  settingsFor,
  startProcess,
  writeConfig,
  type ConfigFile,
} from "../peers/process.ts";

let file: ConfigFile | undefined;
afterEach(() => file?.remove());

describe("check", () => {
  it("exits with 0 if issuer and store work", async () => {
    const issuer = await startHostileIssuer();
    file = await writeConfig(settingsFor(await freePort(), issuer.issuer));

    const { code, stdout } = await runDoorward(["check", "--config", file.path]);
    await issuer.close();

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Sign in at http:.* Access: /);
    expect(stdout).toContain(issuer.issuer);
    expect(stdout).not.toContain("FAULT");
  });

  it("exits with 1 and names each fault of the store and the issuer", async () => {
    file = await writeConfig("url: x");
    const storage = { driver: "fs-lite", base: join(file.path, "below-a-file") };
    const other = await writeConfig({ ...settingsFor(await freePort()), storage });

    const { code, stdout, stderr } = await runDoorward(["check", "--config", other.path]);
    await other.remove();

    expect(code).toBe(1);
    expect(stdout + stderr).toContain("http://127.0.0.1:9");
    expect(stdout + stderr).toContain("fs-lite");
  });

  it("exits with 0 and shows the warnings if there are only warnings", async () => {
    const issuer = await startHostileIssuer();
    const settings = settingsFor(await freePort(), issuer.issuer);
    file = await writeConfig({
      ...settings,
      listen: { host: "0.0.0.0" },
      trustedProxies: "anyone",
    });

    const { code, stdout } = await runDoorward(["check", "--config", file.path]);
    await issuer.close();

    expect(code).toBe(0);
    expect(stdout).toMatch(/^WARN {2}trustedProxies is anyone:/m);
  });

  it("reports whether the proxy of --proxy is trusted", async () => {
    file = await writeConfig(settingsFor(await freePort()));

    const words = ["check", "--config", file.path, "--proxy", "203.0.113.7"];
    const { code, stdout } = await runDoorward(words);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAULT proxy 203\.0\.113\.7: outside trustedProxies/m);
  });

  it.each([
    ["co.uk", "https://door.co.uk", '"co.uk" is a public suffix'],
    ["github.io", "https://door.github.io", '"github.io" is a public suffix'],
    ["example.org", "https://auth.example.com", '"example.org" does not cover the host of url'],
  ])("rejects the cookie domain %s, which browsers refuse", async (domain, url, words) => {
    file = await writeConfig({ ...settingsFor(await freePort()), url, cookie: { domain } });

    const { code, stderr } = await runDoorward(["check", "--config", file.path]);

    expect(code).toBe(1);
    expect(stderr).toContain(`cookie.domain: ${words}`);
    expect(stderr).toMatch(/leave it out|write/);
  });

  it("rejects a plain http URL, whose cookie browsers would not keep", async () => {
    const url = "http://auth.example.com";
    file = await writeConfig({ ...settingsFor(await freePort()), url });

    const { code, stderr } = await runDoorward(["check", "--config", file.path]);

    expect(code).toBe(1);
    expect(stderr).toContain(`url: "${url}" uses plain http, which is allowed for localhost only`);
  });
});

describe("help", () => {
  it.each([[["--help"]], [["check", "--help"]], [["nonsense"]]])(
    "has no colours in a pipe: %j",
    async (words) => {
      const { stdout, stderr } = await runDoorward(words);

      expect(stdout + stderr).toContain("doorward");
      expect(stdout + stderr).not.toContain("\u001B");
    },
  );
});

describe("health", () => {
  it("exits with 0 if doorward answers, and with 1 if it does not", async () => {
    const doorward = await startProcess((port) => settingsFor(port));
    file = await writeConfig(settingsFor(doorward.port));

    const running = await runDoorward(["health", "--config", file.path]);
    await doorward.close();
    const stopped = await runDoorward(["health", "--config", file.path]);

    expect([running.code, stopped.code]).toEqual([0, 1]);
    expect(stopped.stderr).toContain(`no answer from doorward on 127.0.0.1:${doorward.port}`);
  });
});

describe("secret", () => {
  it("prints 43 characters, different every time", async () => {
    const [one, two] = await Promise.all([runDoorward(["secret"]), runDoorward(["secret"])]);

    expect([one.code, one.stderr]).toEqual([0, ""]);
    expect(one.stdout).toMatch(/^[\w-]{43}\n$/);
    expect(one.stdout).not.toBe(two.stdout);
  });
});
