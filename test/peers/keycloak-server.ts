import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import type { KeycloakAddress } from "./keycloak.ts";

const program = join(import.meta.dirname, ".programs/keycloak/bin/kc.sh");
/** Half a minute on two idle cores. */
const startTimeoutMs = 240_000;

interface KeycloakServer {
  readonly address: KeycloakAddress;
  stop(): Promise<void>;
}

/** Starts Keycloak on a free loopback port, with its database in memory, and waits until it answers. */
export async function startKeycloak(): Promise<KeycloakServer> {
  const port = await freePort();
  const address = {
    origin: `http://localhost:${port}`,
    adminSecret: randomBytes(24).toString("base64url"),
  };
  const child = spawn(program, ["start", "--optimized", ...optionsFor(port)], {
    env: {
      ...process.env,
      KC_BOOTSTRAP_ADMIN_CLIENT_ID: "admin",
      KC_BOOTSTRAP_ADMIN_CLIENT_SECRET: address.adminSecret,
      JAVA_OPTS_KC_HEAP: "-Xms128m -Xmx512m",
      JAVA_OPTS_APPEND: "-XX:TieredStopAtLevel=1", // it starts sooner, and never runs for long
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output = (output + String(chunk)).slice(-16_384);
    });
  const killChild = () => child.kill();
  process.once("exit", killChild);
  const stop = async () => {
    process.off("exit", killChild);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, "exit");
  };
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answers(address.origin))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`Keycloak did not start: ${output}`);
    }
    await pause(200);
  }
  return { address, stop };
}

function optionsFor(port: number): string[] {
  return [
    "--http-enabled=true",
    "--http-host=127.0.0.1",
    `--http-port=${port}`,
    "--hostname-strict=false",
    "--cache=local",
  ];
}

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/realms/master`)).ok;
  } catch {
    return false; // it does not listen yet
  }
}
