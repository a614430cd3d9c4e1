#!/usr/bin/env node
import { defineCommand, runMain } from "citty";
import manifest from "../../package.json" with { type: "json" };
import { commandFirst, refuseUnknown } from "./arguments.ts";
import { reportErrors, withConfig, withSource } from "./run-command.ts";
import { createSecret } from "../config/secret.ts";
import { createLog } from "../observe/log.ts";

const args = {
  config: {
    type: "string",
    description: "the configuration file (doorward.yaml)",
    valueHint: "FILE",
  },
} as const;

// A command loads its own modules when it runs, so that `secret` and `health` start quickly.
const serveArgs = {
  ...args,
  open: { type: "boolean", description: "open the sign-in page in this machine's browser" },
} as const;

const serve = defineCommand({
  meta: { name: "serve", description: "serve the proxy's requests (the default)" },
  args: serveArgs,
  run: (given) =>
    withSource(given, serveArgs, async (source) => {
      const { serveUntilSignal } = await import("../serve/serve.ts");
      await serveUntilSignal(source, createLog(), given.args);
      process.exit(0);
    }),
});

const checkArgs = {
  ...args,
  proxy: {
    type: "string",
    description: "check whether this proxy is trusted: its address, or a name that resolves to it",
    valueHint: "ADDRESS",
  },
} as const;

const check = defineCommand({
  meta: { name: "check", description: "test the configuration, the issuers and the store" },
  args: checkArgs,
  run: (given) =>
    withConfig(given, checkArgs, async (loaded) => {
      const { check: findAll } = await import("../check/check.ts");
      const { summaryOf } = await import("../app/summary.ts");
      process.stdout.write(`${summaryOf(loaded)}\n\n`);
      const labels = { ok: "ok   ", unknown: "?    ", warning: "WARN ", fault: "FAULT" };
      for (const { level, text } of await findAll(loaded, given.args.proxy, process.env)) {
        process.stdout.write(`${labels[level]} ${text}\n`);
        if (level === "fault") process.exitCode = 1;
      }
    }),
});

const health = defineCommand({
  meta: { name: "health", description: "exit 0 if doorward answers (for container probes)" },
  args,
  run: (given) =>
    withConfig(given, args, async (loaded) => {
      const { isHealthy } = await import("./health.ts");
      if (await isHealthy(loaded)) return;
      throw new Error(`no answer from doorward on ${loaded.listen.host}:${loaded.listen.port}`);
    }),
});

const explainArgs = {
  ...args,
  url: { type: "positional", description: "an absolute URL of the visitor", required: true },
  method: { type: "string", description: "the visitor's method (GET)" },
  email: { type: "string", description: "signed in with this verified address" },
  unverified: {
    type: "boolean",
    description: "the provider does not mark the address as verified",
  },
  claims: {
    type: "string",
    description: "signed in with the claims in this JSON file, as the provider sends them",
    valueHint: "FILE",
  },
  groups: { type: "string", description: "signed in with these groups, separated by commas" },
  subject: { type: "string", description: "signed in as this subject" },
  provider: { type: "string", description: "signed in by this provider" },
  ip: { type: "string", description: "from this address" },
} as const;

const explain = defineCommand({
  meta: { name: "explain", description: "show which rule decides about a URL, and why" },
  args: explainArgs,
  run: (given) =>
    withConfig(given, explainArgs, async (loaded) => {
      const { explain: explainUrl } = await import("./explain.ts");
      const lines = await explainUrl(loaded, given.args.url, given.args, Date.now());
      process.stdout.write(`${lines.join("\n")}\n`);
    }),
});

const configArgs = {
  ...args,
  proxy: { type: "positional", description: "nginx, caddy, …", required: true },
  write: {
    type: "string",
    description: "write the files into this folder instead of printing them",
    valueHint: "DIR",
  },
} as const;

const config = defineCommand({
  meta: { name: "config", description: "print a proxy's configuration for this doorward" },
  args: configArgs,
  run: (given) =>
    withConfig(given, configArgs, async (loaded) => {
      const { proxyFiles } = await import("../tools/proxy-files.ts");
      const { joinFiles, writeFiles } = await import("./write-files.ts");
      const { proxy, write: folder } = given.args;
      const { files, remarks } = proxyFiles(loaded, proxy);
      for (const remark of remarks) process.stderr.write(`${remark}\n`);
      if (folder === undefined) return void process.stdout.write(joinFiles(files));
      process.stdout.write(`${(await writeFiles(folder, files)).join("\n")}\n`);
    }),
});

const revokeArgs = {
  ...args,
  subject: { type: "string", description: "end the sessions of this subject" },
  provider: { type: "string", description: "end them at this provider only" },
  all: { type: "boolean", description: "end all sessions" },
} as const;

const revoke = defineCommand({
  meta: { name: "revoke", description: "end sessions: --subject SUBJECT, or --all" },
  args: revokeArgs,
  run: (given) =>
    withConfig(given, revokeArgs, async (loaded) => {
      const { revoke: end } = await import("./revoke.ts");
      const { all = false, subject, provider } = given.args;
      const ended = await end(loaded, { all, subject, provider });
      process.stdout.write(`${ended.join("\n")}\n`);
    }),
});

const sessions = defineCommand({
  meta: { name: "sessions", description: "end sessions" },
  subCommands: { revoke },
});

const importArgs = {
  tool: {
    type: "positional",
    description: "oauth2-proxy, traefik-forward-auth or vouch-proxy",
    required: true,
  },
  file: {
    type: "positional",
    description: "its configuration file, or - for stdin; more files may follow",
    required: true,
  },
  service: {
    type: "string",
    description: "import this service of several in a compose file or manifest",
    valueHint: "NAME",
  },
} as const;

const importing = defineCommand({
  meta: {
    name: "import",
    description: "print a doorward.yaml equivalent to another tool's files",
  },
  args: importArgs,
  run: ({ rawArgs, args: { tool, file, service, _: words } }) =>
    reportErrors(async () => {
      const [, , ...more] = words;
      refuseUnknown(rawArgs, importArgs, { more: true });
      const { importFiles } = await import("../tools/import/report.ts");
      const { output, remarks } = importFiles(tool, [file, ...more], {
        service,
        environment: process.env,
      });
      process.stderr.write(`${remarks}\n`);
      if (output === undefined) process.exitCode = 1;
      else process.stdout.write(output);
    }),
});

const secret = defineCommand({
  meta: { name: "secret", description: "print a new secret for the configuration" },
  run: ({ rawArgs }) =>
    reportErrors(async () => {
      refuseUnknown(rawArgs, {});
      process.stdout.write(`${createSecret()}\n`);
    }),
});

await runMain(
  defineCommand({
    meta: {
      name: "doorward",
      version: manifest.version,
      description:
        "a forward-auth service for Traefik, Caddy and nginx: sign-in with OpenID Connect in front of any app",
    },
    args, // also here, or citty would take the FILE after --config for a command
    default: "serve",
    subCommands: { serve, check, explain, config, import: importing, health, sessions, secret },
  }),
  { rawArgs: commandFirst(process.argv.slice(2)) },
);
