import { defineCommand, runMain, type SubCommandsDef } from "citty";
import manifest from "../../package.json" with { type: "json" };
import { commandFirst, configFile } from "./arguments.ts";
import { check, config, explain, importing, secret } from "./configuration-commands.ts";
import { diff, testing } from "./policy-commands.ts";
import { health, keys, serve, sessions } from "./service-commands.ts";

/** Runs the command that this process was started with. `others` are commands beside doorward's own. */
export async function runCli(others: SubCommandsDef): Promise<void> {
  const command = defineCommand({
    meta: {
      name: "doorward",
      version: manifest.version,
      description:
        "a forward-auth service for Traefik, Caddy and nginx: sign-in with OpenID Connect in front of any app",
    },
    args: configFile, // also here, or citty would take the FILE after --config for a command
    default: "serve",
    subCommands: {
      serve,
      check,
      explain,
      test: testing,
      diff,
      config,
      import: importing,
      health,
      keys,
      sessions,
      secret,
      ...others,
    },
  });
  await runMain(command, { rawArgs: commandFirst(process.argv.slice(2)) });
}
