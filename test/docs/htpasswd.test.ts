import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { send } from "../peers/browser.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { block } from "./blocks.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-htpasswd-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command at a terminal, and types the same line at each prompt. Returns what the terminal shows. */
async function atTerminal(command: string, line: string): Promise<string> {
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"]);
  let shown = "";
  child.stdout.on("data", (chunk) => {
    shown += String(chunk);
    if (String(chunk).endsWith(": ")) child.stdin.write(`${line}\n`);
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${command} exited with ${code}: ${shown}`);
  return shown;
}

it("the command of docs/rules.md makes a line of `users` that doorward accepts", async () => {
  const command = block("docs/rules.md", "inline", "htpasswd").replace("NAME", "ada");
  const shown = await atTerminal(command, "open sesame");
  const users = join(folder, "users");
  writeFileSync(users, /^ada:\S+$/m.exec(shown.replaceAll("\r", ""))?.[0] ?? "");
  const url = "https://app.example.com/_auth";
  const doorward = await startDoorward(
    configOf({
      url,
      users,
      providers: { google: { clientId: "x", clientSecret: "y" } },
      access: { anyone: true },
      rules: [{ path: "/**", basic: true, provider: "users", allow: "signed-in" }],
    }),
  );
  const verify = (password: string) =>
    send(`http://127.0.0.1:${doorward.port}/_auth/verify`, new Map(), {
      headers: { ...forwarded(url), Authorization: `Basic ${btoa(`ada:${password}`)}` },
    });

  const [right, wrong] = [await verify("open sesame"), await verify("open says me")];
  await doorward.close();

  expect(right.status).toBe(200);
  expect(right.headers["x-auth-request-user"]).toBe("ada");
  expect(wrong.status).toBe(401);
});
