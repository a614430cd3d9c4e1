import { defineCommand } from "citty";
import { createLog } from "../observe/log.ts";
import { configFile } from "./arguments.ts";
import { stdout } from "./stdout.ts";
import { withConfig, withSource } from "./run-command.ts";

// A command loads its own modules when it runs, so that `health` starts quickly.

const serveArgs = {
  ...configFile,
  open: { type: "boolean", description: "open the sign-in page in this machine's browser" },
} as const;

export const serve = defineCommand({
  meta: { name: "serve", description: "serve the proxy's requests (the default)" },
  args: serveArgs,
  run: (given) =>
    withSource(given, serveArgs, async (source) => {
      const { serveUntilSignal } = await import("../serve/serve.ts");
      await serveUntilSignal(source, createLog(), given.args);
      process.exit(0);
    }),
});

export const health = defineCommand({
  meta: { name: "health", description: "exit 0 if doorward answers (for container probes)" },
  args: configFile,
  run: (given) =>
    withConfig(given, configFile, async (loaded) => {
      const { isHealthy } = await import("./health.ts");
      if (await isHealthy(loaded)) return;
      throw new Error(`no answer from doorward on ${loaded.listen.host}:${loaded.listen.port}`);
    }),
});

export const keys = defineCommand({
  meta: { name: "keys", description: "print the public keys of assertions, as a JWK Set" },
  args: configFile,
  run: (given) =>
    withConfig(given, configFile, async (loaded) => {
      const { publicKeys } = await import("./keys.ts");
      stdout().write(`${JSON.stringify({ keys: await publicKeys(loaded) }, null, 2)}\n`);
    }),
});

const revokeArgs = {
  ...configFile,
  subject: { type: "string", description: "end the sessions of this subject" },
  provider: { type: "string", description: "end them at this provider only" },
  id: { type: "string", description: "end the session with this id, as in the log" },
  all: { type: "boolean", description: "end all sessions" },
} as const;

const revoke = defineCommand({
  meta: { name: "revoke", description: "end sessions: --subject SUBJECT, --id ID, or --all" },
  args: revokeArgs,
  run: (given) =>
    withConfig(given, revokeArgs, async (loaded) => {
      const { revoke: end } = await import("./revoke.ts");
      const { all = false, subject, provider, id } = given.args;
      const ended = await end(loaded, { all, subject, provider, id });
      stdout().write(`${ended.join("\n")}\n`);
    }),
});

const listArgs = {
  ...configFile,
  subject: { type: "string", description: "list the sessions of this subject only" },
  provider: { type: "string", description: "the subject's provider" },
  json: { type: "boolean", description: "one JSON object per line" },
} as const;

const list = defineCommand({
  meta: { name: "list", description: "list the sessions that count" },
  args: listArgs,
  run: (given) =>
    withConfig(given, listArgs, async (loaded) => {
      const { listSessions } = await import("./list-sessions.ts");
      const { json = false, subject, provider } = given.args;
      await listSessions(loaded, { json, subject, provider }, stdout());
    }),
});

export const sessions = defineCommand({
  meta: { name: "sessions", description: "list and end sessions" },
  subCommands: { list, revoke },
});
