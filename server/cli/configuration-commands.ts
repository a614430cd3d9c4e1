import { defineCommand } from "citty";
import { createSecret } from "../config/secret.ts";
import { configFile, refuseUnknown } from "./arguments.ts";
import { printable } from "./printable.ts";
import { stdout } from "./stdout.ts";
import { reportErrors, withConfig } from "./run-command.ts";

// A command loads its own modules when it runs, so that `secret` starts quickly.

const checkArgs = {
  ...configFile,
  proxy: {
    type: "string",
    description: "check whether this proxy is trusted: its address, or a name that resolves to it",
    valueHint: "ADDRESS",
  },
} as const;

export const check = defineCommand({
  meta: { name: "check", description: "test the configuration, the issuers and the store" },
  args: checkArgs,
  run: (given) =>
    withConfig(given, checkArgs, async (loaded) => {
      const { check: findAll } = await import("../check/check.ts");
      const { summaryOf } = await import("../app/summary.ts");
      stdout().write(`${summaryOf(loaded)}\n\n`);
      const labels = { ok: "ok   ", unknown: "?    ", warning: "WARN ", fault: "FAULT" };
      for (const { level, text } of await findAll(loaded, given.args.proxy, process.env)) {
        stdout().write(`${labels[level]} ${text}\n`);
        if (level === "fault") process.exitCode = 1;
      }
    }),
});

const explainArgs = {
  ...configFile,
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
  json: { type: "boolean", description: "print JSON for programs" },
} as const;

export const explain = defineCommand({
  meta: { name: "explain", description: "show which rule decides about a URL, and why" },
  args: explainArgs,
  run: (given) =>
    withConfig(given, explainArgs, async (loaded) => {
      const explaining = await import("../tools/policy/explain.ts");
      const { url, json } = given.args;
      const explanation = await explaining.explain(loaded, url, given.args, Date.now());
      const text = json
        ? explaining.explanationJson(url, explanation)
        : explaining.explanationLines(explanation).map(printable).join("\n");
      stdout().write(`${text}\n`);
    }),
});

const configArgs = {
  ...configFile,
  proxy: { type: "positional", description: "nginx, caddy, …", required: true },
  write: {
    type: "string",
    description: "write the files into this folder instead of printing them",
    valueHint: "DIR",
  },
} as const;

export const config = defineCommand({
  meta: { name: "config", description: "print a proxy's configuration for this doorward" },
  args: configArgs,
  run: (given) =>
    withConfig(given, configArgs, async (loaded) => {
      const { proxyFiles } = await import("../tools/proxy-files.ts");
      const { joinFiles, writeFiles } = await import("./write-files.ts");
      const { proxy, write: folder } = given.args;
      const { files, remarks } = proxyFiles(loaded, proxy);
      for (const remark of remarks) process.stderr.write(`${remark}\n`);
      if (folder === undefined) return void stdout().write(joinFiles(files));
      stdout().write(`${(await writeFiles(folder, files)).join("\n")}\n`);
    }),
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

export const importing = defineCommand({
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
      else stdout().write(output);
    }),
});

export const secret = defineCommand({
  meta: { name: "secret", description: "print a new secret for the configuration" },
  run: ({ rawArgs }) =>
    reportErrors(async () => {
      refuseUnknown(rawArgs, {});
      stdout().write(`${createSecret()}\n`);
    }),
});
