import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../test/peers/free-port.ts";
import { settingsFor } from "../doors.ts";
import { root } from "../server.ts";
import { client, ownSignIn, type PreparedGatekeeper } from "./gatekeeper.ts";

/** How to run doorward. */
interface DoorwardSettings {
  readonly issuer: string;
  /** Where it stores sessions; without it, in a folder, which is the default. */
  readonly redisUrl?: string | undefined;
}

interface PreparedDoorward extends PreparedGatekeeper {
  readonly config: Record<string, unknown>;
}

export const fromSource = [process.execPath, join(root, "server/cli/doorward.js")];
export const executable = [join(root, "dist/doorward")];

/** Writes its configuration for https://app.example.com: the same access as its peers' configurations. */
export async function prepareDoorward(
  settings: DoorwardSettings,
  program: readonly string[] = fromSource,
): Promise<PreparedDoorward> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "doorward-bench-"));
  const file = join(folder, "doorward.json");
  const config = configuration(port, folder, settings);
  await writeFile(file, JSON.stringify(config));
  return {
    config,
    name: "doorward",
    port,
    words: [...program, "serve", "--config", file],
    verify: { path: "/verify", status: 200, identityHeader: "x-auth-request-email" },
    ...ownSignIn("/start"),
    remove: () => rm(folder, { recursive: true }),
  };
}

function configuration(
  port: number,
  folder: string,
  { issuer, redisUrl }: DoorwardSettings,
): Record<string, unknown> {
  const files = { driver: "fs-lite", base: join(folder, "data") };
  return settingsFor(port, {
    access: { groups: ["ops"] },
    providers: { company: { type: "oidc", issuer, ...client } },
    storage: redisUrl === undefined ? files : { driver: "redis", url: redisUrl },
  });
}
