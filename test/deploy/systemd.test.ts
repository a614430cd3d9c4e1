import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseYAML } from "confbox";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../server/config/load.ts";
import { unitLines } from "../../server/tools/import/formats/systemd-lines.ts";
import { block } from "../docs/blocks.ts";
import { testSecret } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { startProcess } from "../peers/process.ts";
import { deployFolder } from "./example.ts";

const unitText = readFileSync(join(deployFolder, "systemd/doorward.service"), "utf8");
const exampleFile = join(deployFolder, "systemd/doorward.yaml");
const scratch = mkdtempSync(join(tmpdir(), "doorward-unit-"));
const credentials = join(scratch, "credentials");
afterAll(() => rmSync(scratch, { recursive: true }));

const dropIn = block("deploy/systemd/README.md", "ini", "[Service]");

/** Every value of a key in the unit. */
function valuesOf(key: string, text = unitText): string[] {
  return unitLines({ name: "doorward.service", text })
    .filter((line) => line.key === key)
    .map(({ value }) => value);
}

/** `systemd-analyze` reads a copy of the unit, whose program exists on this machine. */
function analyze(words: readonly string[], text = unitText) {
  const file = join(scratch, "doorward.service");
  writeFileSync(file, text.replaceAll("/usr/local/bin/doorward", process.execPath));
  return spawnSync("systemd-analyze", [...words, file], { encoding: "utf8" });
}

/** The variables of the unit, with the credentials that systemd would make. */
function environment(text = unitText): Record<string, string> {
  mkdirSync(credentials, { recursive: true });
  for (const value of valuesOf("LoadCredential", text))
    writeFileSync(join(credentials, value.replace(/:.*/, "")), `${testSecret}\n`);
  const pairs = valuesOf("Environment", text).map((line) =>
    line.replace("%d", credentials).split("="),
  );
  return Object.fromEntries(pairs);
}

describe("the systemd unit", () => {
  it("has no fault that systemd finds", () => {
    const { status, stdout, stderr } = analyze(["verify", "--man=no"]);

    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("would not pass with a misspelt setting", () => {
    const misspelt = unitText.replace("ProtectHome=", "ProtectHomes=");

    expect(analyze(["verify", "--man=no"], misspelt).stderr).toContain("ProtectHomes");
  });

  it("has an exposure of at most 1.5 of 10 for systemd", () => {
    const words = ["security", "--offline=true", "--threshold=15", "--no-pager"];

    expect(analyze(words).status).toBe(0);
    expect(analyze(words, unitText.replace("CapabilityBoundingSet=\n", "")).status).toBe(1);
  });

  it("gives doorward every secret of the example, and a folder that it can write", () => {
    const config = loadConfig({ file: exampleFile, environment: environment() });

    const [stateDirectory] = valuesOf("StateDirectory");
    expect(config.secret).toEqual([testSecret]);
    expect(config.providers.company?.clientSecret).toBe(testSecret);
    expect(config.storage.base).toMatch(new RegExp(`^/var/lib/${stateDirectory}/`));
    expect(valuesOf("WorkingDirectory")).toEqual([`%S/${stateDirectory}`]);
    expect(config.listen.port).toBeGreaterThan(1023); // CapabilityBoundingSet is empty
  });

  it("takes the further secret of the README's drop-in", () => {
    const folder = join(scratch, "doorward.service.d");
    mkdirSync(folder, { recursive: true });
    const verify = (text: string) => {
      writeFileSync(join(folder, "override.conf"), text);
      return analyze(["verify", "--man=no"]).stderr;
    };
    const [found, misspelt] = [dropIn, dropIn.replace("LoadCred", "LoadCrad")].map(verify);
    rmSync(folder, { recursive: true });
    const config = loadConfig({
      file: exampleFile,
      environment: {
        DOORWARD_STORAGE_DRIVER: "redis",
        DOORWARD_STORAGE_URL: "redis://127.0.0.1",
        ...environment(unitText + dropIn),
      },
    });

    expect(found).toBe("");
    expect(misspelt).toContain("LoadCradential");
    expect(config.storage.password).toBe(testSecret);
  });

  it("starts, reloads and stops doorward with the example", async () => {
    const example = parseYAML<Record<string, unknown>>(readFileSync(exampleFile, "utf8"));
    const adminPort = await freePort();
    const doorward = await startProcess(
      (port) => ({
        ...example,
        storage: { driver: "fs-lite", base: join(scratch, "sessions") },
        listen: { host: "127.0.0.1", port },
        admin: { port: adminPort },
      }),
      environment(),
    );
    try {
      const health = await fetch(`http://127.0.0.1:${adminPort}/healthz`);
      doorward.signal("SIGHUP"); // ExecReload
      await doorward.logged("new configuration applied");
      doorward.signal("SIGTERM");

      expect(health.status).toBe(200);
      expect((await doorward.exit).code).toBe(0);
      expect(valuesOf("ExecStart")).toEqual([
        "/usr/local/bin/doorward serve --config /etc/doorward/doorward.yaml",
      ]);
      expect(valuesOf("ExecReload")).toEqual(["/bin/kill -HUP $MAINPID"]);
    } finally {
      await doorward.close();
    }
  });
});
