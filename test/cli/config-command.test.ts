import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runDoorward, settingsFor, writeConfig, type ConfigFile } from "../peers/process.ts";

let file: ConfigFile;
let folder: string;
beforeEach(async () => {
  file = await writeConfig({ ...settingsFor(4180), url: "https://app.example.com/_auth" });
  folder = join(file.folder, "printed");
});
afterEach(() => file.remove());

function config(...words: string[]) {
  return runDoorward(["config", ...words, "--config", file.path]);
}

describe("config", () => {
  it("prints a proxy's files, each under its name", async () => {
    const { code, stdout, stderr } = await config("nginx");

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^# ==> doorward\.conf <==\n/);
    expect(stdout).toContain("\n# ==> snippets/doorward-protect.conf <==\n");
    expect(stdout).toContain("server_name app.example.com;");
  });

  it("writes the files into the folder of --write, and lists them", async () => {
    const { code, stdout } = await config("nginx", "--write", folder);
    const again = await config("nginx", "--write", folder);

    const site = await readFile(join(folder, "doorward.conf"), "utf8");
    expect(code).toBe(0);
    expect(site).toContain("server_name app.example.com;");
    expect(stdout).toContain(`written: ${join(folder, "snippets/doorward-ask.conf")}\n`);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain(`unchanged: ${join(folder, "doorward.conf")}\n`);
  });

  it("writes nothing if a file exists with other contents, and names it", async () => {
    const mine = join(folder, "doorward.caddy");
    await mkdir(folder);
    await writeFile(mine, "my work");

    const { code, stderr, stdout } = await config("caddy", "--write", folder);

    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`nothing written: these files exist with other contents: ${mine};`);
    expect(await readFile(mine, "utf8")).toBe("my work");
    await expect(readFile(join(folder, "Caddyfile"))).rejects.toThrow("ENOENT");
  });

  it("writes nothing if --write is empty", async () => {
    const { code, stdout, stderr } = await config("nginx", "--write=");

    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("--write DIR");
  });

  it("suggests a proxy for a misspelt one, and lists all proxies for an unknown one", async () => {
    const [misspelt, unknown, missing] = await Promise.all([
      config("ngnix"),
      config("squid-proxy"),
      config(),
    ]);

    expect([misspelt.code, unknown.code, missing.code]).toEqual([1, 1, 1]);
    expect(misspelt.stderr).toContain("did you mean nginx?");
    expect(unknown.stderr).toContain("caddy");
    expect(missing.stderr).toContain("PROXY");
  });

  it("rejects a header name that could break out of the proxy's syntax", async () => {
    await file.remove();
    file = await writeConfig({ ...settingsFor(4180), headers: { "X-$host": "email" } });

    const { code, stdout, stderr } = await config("caddy", "--write", folder);

    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("headers.X-$host");
  });
});
