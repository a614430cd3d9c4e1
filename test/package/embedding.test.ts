import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { root } from "../../docs/source-files.ts";
import { blocksOf } from "../docs/blocks.ts";
import { Browser } from "../peers/browser.ts";
import { testSecret } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { forwarded } from "../peers/sign-in-door.ts";

const project = inject("project");
const examples = blocksOf("docs/embedding.md", "ts");
const names = ["node-http.ts", "h3.ts"];

beforeAll(() => {
  for (const [index, name] of names.entries())
    writeFileSync(join(project, name), examples[index] ?? "");
});

it("docs/embedding.md has one example for each server", () => {
  expect(examples.map((code) => /from "(node:http|h3)"/.exec(code)?.[1])).toEqual([
    "node:http",
    "h3",
  ]);
});

it("the examples have no type fault against the published types", () => {
  const compilerOptions = {
    target: "es2025",
    lib: ["es2025"],
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
  };
  const file = join(project, "tsconfig.json");
  writeFileSync(file, JSON.stringify({ compilerOptions, files: names }));
  const compiler = join(root, "node_modules/typescript/bin/tsc");

  const { stdout } = spawnSync(
    process.execPath,
    [compiler, "--project", file, "--pretty", "false"],
    {
      cwd: project,
      encoding: "utf8",
    },
  );

  // h3's own types have some.
  const faults = stdout.split("\n").filter((line) => /^\S/.test(line) && !isOfH3(line));
  expect(stdout).toContain("node_modules/h3/");
  expect(faults).toEqual([]);
});

function isOfH3(line: string): boolean {
  return line.startsWith("node_modules/h3/");
}

describe.each(names)("the example %s", (name) => {
  it("answers the endpoints and its own page until SIGTERM", async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [name], {
      cwd: project,
      env: { PORT: String(port), DOORWARD_SECRET: testSecret, CLIENT_SECRET: "x".repeat(40) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const errors = text(child.stderr);
    const exit = once(child, "exit");
    const ended = exit.then(async () => Promise.reject(new Error(await errors)));
    await Promise.race([once(child.stdout, "data"), ended]);
    const origin = `http://127.0.0.1:${port}`;
    const site = "https://app.example.com/_auth";

    const own = await new Browser().ask(`${origin}/`);
    const verified = await new Browser().ask(`${origin}/_auth/verify`, {
      headers: forwarded(site),
    });
    const direct = await new Browser().ask(`${origin}/_auth/callback`);
    child.kill("SIGTERM");
    const [code] = await exit;
    await ended.catch(() => undefined);

    expect(own.body).toBe("a page of this server\n");
    expect(verified.status).toBe(302);
    expect(verified.headers.location).toMatch(/^https:\/\/app\.example\.com\/_auth\/start\?/);
    expect(direct.status).toBe(400);
    expect(code).toBe(0);
  });
});
