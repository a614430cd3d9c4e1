import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "../peers/browser.ts";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { block } from "./blocks.ts";
import { runShell } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-fail2ban-"));
const users = join(folder, "users");

let doorward: DoorwardProcess;
beforeAll(async () => {
  writeFileSync(users, `robot:${hashSync("open sesame", 4)}\n`);
  const rules = [{ path: "/robots/**", basic: true, provider: "users", allow: "signed-in" }];
  doorward = await startProcess((port) => ({ ...settingsFor(port), users, rules }));
});
afterAll(async () => {
  await doorward.close();
  rmSync(folder, { recursive: true });
});

/** Sends a request through a proxy that names this visitor. */
async function visit(address: string, url: string, headers: Record<string, string> = {}) {
  const ofProxy = { ...forwarded(doorward.site), "X-Forwarded-For": address, ...headers };
  return (await send(url, new Map(), { headers: ofProxy })).status;
}

describe("the filter for fail2ban in docs/events.md", () => {
  it("finds the addresses of wrong passwords and made-up callbacks, and no other", async () => {
    const { site } = doorward;
    const robots = { "X-Forwarded-Uri": '/robots/"address":"203.0.113.1"' };
    const basic = (password: string) => ({
      ...robots,
      Authorization: `Basic ${btoa(`robot:${password}`)}`,
    });
    const statuses = [
      await visit("192.0.2.1", `${site}/verify`, basic("wrong")),
      await visit("2001:db8::2", `${site}/callback?code=x&state=y`),
      await visit("192.0.2.3", `${site}/verify`, basic("open sesame")),
      await visit("192.0.2.4", `${site}/verify`),
    ];
    await doorward.logged("refused", 2);
    mkdirSync(join(folder, "filter.d"));
    writeFileSync(join(folder, "filter.d/doorward.conf"), block("docs/events.md", "ini"));
    writeFileSync(join(folder, "doorward.log"), doorward.stdout());
    const files = `doorward.log "${folder}/filter.d/doorward.conf"`;

    const found = await runShell(`fail2ban-regex --out ip ${files}`, { cwd: folder });
    const summary = await runShell(`fail2ban-regex ${files}`, { cwd: folder });

    expect(statuses).toEqual([401, 400, 200, 302]);
    expect(found.trim().split("\n")).toEqual(["192.0.2.1", "2001:db8::2"]);
    // The date of each line is found too: without it, fail2ban takes the time of reading.
    const lines = doorward.stdout().trim().split("\n");
    expect(summary).toContain(`[${lines.length}] "time":"Year-Month-DayT24hour:Minute:Second`);
  });
});
