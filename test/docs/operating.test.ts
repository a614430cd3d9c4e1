import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../../docs/source-files.ts";
import { Browser } from "../peers/browser.ts";
import { freePort } from "../peers/free-port.ts";
import { runDoorward, settingsFor, startProcess } from "../peers/process.ts";
import { block } from "./blocks.ts";

const page = readFileSync(join(root, "docs/operating.md"), "utf8");

it("has probes that answer, and a command that ends the sessions of a running doorward", async () => {
  const adminPort = await freePort();
  const doorward = await startProcess((port) => ({
    ...settingsFor(port),
    storage: { driver: "fs-lite", base: "sessions" },
    admin: { host: "127.0.0.1", port: adminPort },
  }));
  const paths = Array.from(page.matchAll(/^\| `GET (\/\w+)` on/gm), ([, path = ""]) => path);
  const command = block("docs/operating.md", "sh").replace(/^doorward (.*)\n$/, "$1");
  const config = ["--config", doorward.file.path];

  const statuses = [];
  for (const path of paths)
    statuses.push((await new Browser().ask(`http://127.0.0.1:${adminPort}${path}`)).status);
  const health = await runDoorward(["health", ...config]);
  const revoked = await runDoorward([...command.split(" "), ...config], {}, doorward.file.folder);
  await doorward.close();

  expect(paths).toEqual(["/healthz", "/readyz"]);
  expect(statuses).toEqual([200, 200]);
  expect(health.code).toBe(0);
  expect(command).toBe("sessions revoke --all");
  expect(revoked.code).toBe(0);
});
