import { fork } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { getRandomPort } from "get-port-please";
import { createSecret } from "../server/config/secret.ts";

/** A small configuration: what each start runs. Its issuer is asked at the first sign-in only. */
const warmUp = {
  url: "http://localhost/_auth",
  secret: createSecret(),
  providers: {
    company: { type: "oidc", issuer: "http://127.0.0.1:9", clientId: "none", clientSecret: "none" },
  },
  access: { anyone: true },
  storage: { driver: "memory" },
};

/** Writes V8's compiled form of what a start runs beside the chunks, in a process of its own. */
export async function writeCodeCaches(chunks: string, temporary: string): Promise<void> {
  const config = join(temporary, "warm-up.yaml");
  const port = await getRandomPort("127.0.0.1");
  await writeFile(config, JSON.stringify({ ...warmUp, listen: { port } }));
  const child = fork(join(import.meta.dirname, "warm-up.ts"), [chunks, config], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    env: {},
  });
  const ended = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout ?? process.stdin }))
    if (line.includes('"msg":"listening"')) child.send("write");
  const [code] = await ended;
  const written = (await readdir(chunks)).filter((name) => name.endsWith(".cache"));
  if (code !== 0 || written.length === 0)
    throw new Error(
      `the start for the code cache ended with ${code}, with ${written.length} files`,
    );
}
