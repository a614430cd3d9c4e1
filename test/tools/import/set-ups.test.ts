import { describe, expect, it } from "vitest";
import { stringifyYAML } from "confbox";
import type { Config } from "../../../server/config/schema.ts";
import { forwardedRequest, isMalformed } from "../../../server/forwarded/forwarded-request.ts";
import type { Identity } from "../../../server/identity/identity.ts";
import { decide } from "../../../server/policy/policy.ts";
import { indexByHost } from "../../../server/policy/rule-index.ts";
import { compileRules } from "../../../server/policy/rules.ts";
import { configOf } from "../../peers/doorward.ts";
import { imported } from "./importing.ts";
import { emailsFile, optionSets, people, requests, type OptionSet } from "./option-sets.ts";

type Options = Readonly<Record<string, unknown>>;

const usual: Options = {
  provider: "oidc",
  oidc_issuer_url: "https://id.example.com",
  client_id: "door",
  client_secret: "secret",
  cookie_secret: "0123456789abcdef",
  redirect_url: "https://app.example.com/oauth2/callback",
  upstreams: ["static://202"],
  reverse_proxy: true,
};

/** Options whose flag has no `s` at its end. */
const repeated = new Set([
  "upstreams",
  "allowed_groups",
  "email_domains",
  "allowed_roles",
  "skip_auth_routes",
]);

const flagsOf = (options: Options) =>
  Object.entries(options).flatMap(([name, value]) => {
    const flag = (repeated.has(name) ? name.replace(/s$/, "") : name).replaceAll("_", "-");
    return [value].flat().map((one) => `--${flag}=${String(one)}`);
  });
const variablesOf = (options: Options) =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      `OAUTH2_PROXY_${name.toUpperCase()}`,
      [value].flat().join(","),
    ]),
  );
const cfgOf = (options: Options) =>
  Object.entries(options)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join("\n");
const image = "quay.io/oauth2-proxy/oauth2-proxy:v7.15.6";

/** The forms in which people keep their options. */
const forms: Readonly<Record<string, (options: Options) => { name: string; text: string }>> = {
  "a configuration file": (options) => ({ name: "oauth2-proxy.cfg", text: cfgOf(options) }),
  "a file of variables": (options) => ({
    name: "oauth2-proxy.env",
    text: Object.entries(variablesOf(options))
      .map(([name, value]) => `${name}="${value}"`)
      .join("\n"),
  }),
  "a compose file": (options) => ({
    name: "compose.yaml",
    text: stringifyYAML({
      services: {
        app: { image: "app" },
        gate: { image, environment: quoted(variablesOf(options)), ports: ["4180:4180"] },
      },
    }),
  }),
  "a compose command": (options) => ({
    name: "docker-compose.yml",
    text: stringifyYAML({ services: { gate: { image, command: flagsOf(options).map(escaped) } } }),
  }),
  "a Deployment": (options) => ({
    name: "deployment.yaml",
    text: stringifyYAML({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "gate" },
      spec: {
        template: { spec: { containers: [{ name: "gate", image, args: flagsOf(options) }] } },
      },
    }),
  }),
  "values of the Helm chart": ({
    client_id: clientID,
    client_secret: clientSecret,
    ...options
  }) => ({
    name: "values.yaml",
    text: stringifyYAML({
      config: {
        clientID,
        clientSecret,
        cookieSecret: "0123456789abcdef",
        configFile: cfgOf(withoutSecret(options)),
      },
    }),
  }),
  "a systemd unit": (options) => ({
    name: "oauth2-proxy.service",
    text: `[Service]\nExecStart=/usr/bin/oauth2-proxy \\\n  ${flagsOf(options)
      .map((flag) => `"${flag.replaceAll("$", "$$$$")}"`)
      .join(" \\\n  ")}\nRestart=always\n`,
  }),
  "a command line": (options) => ({
    name: "run.sh",
    text: `docker run -p 4180:4180 ${image} \\\n  ${flagsOf(options)
      .map((flag) => `'${flag}'`)
      .join(" \\\n  ")}\n`,
  }),
};

/** `$` in a compose file, where it begins a variable. */
function escaped(text: string): string {
  return text.replaceAll("$", "$$$$");
}

function quoted(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, escaped(value)]),
  );
}

/** The chart has options of its own for these. */
function withoutSecret(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name !== "cookie_secret"));
}

const names = Object.keys(forms);
/** Each set of options in three forms, in turns. A file beside belongs to a program without a container. */
const setUps = optionSets.flatMap((set, index) =>
  [0, 3, 5]
    .map((step) => names[(index + step) % names.length] ?? "")
    .map((form) => ({
      form: set.options.authenticated_emails_file ? "a systemd unit" : form,
      set,
    })),
);

function configFrom(form: string, { options }: OptionSet): Config {
  const file = forms[form]?.({ ...usual, ...options }) ?? { name: "", text: "" };
  const { config, problems } = imported(file.text, {
    name: file.name,
    beside: { "emails.txt": emailsFile },
  });
  expect(problems).toEqual([]);
  const { secret: _, ...settings } = config ?? {};
  return configOf(settings);
}

/** The identity that the imported provider gives a person. */
function identityOf(config: Config, who: string): Identity | undefined {
  const person = people[who];
  const [[provider, settings] = ["", undefined]] = Object.entries(config.providers);
  if (person === undefined) return undefined;
  const counts = person.verified || settings?.trustEmail === "always";
  return {
    issuer: "https://id.example.com",
    subject: who,
    email: counts ? person.email : undefined,
    groups: person.groups,
    name: who,
    preferredUsername: who,
    provider,
    claims: {},
  };
}

function passing({ access, rules, providers }: Config, who: string, asked: string): boolean {
  const [method = "", uri = ""] = asked.split(" ");
  const request = forwardedRequest(method, "https", "app.example.com", uri);
  if (isMalformed(request)) throw new Error(request.malformed);
  const identity = identityOf({ access, rules, providers } as Config, who);
  const facts = { request, address: undefined, provider: identity?.provider, isPreflight: false };
  const visitor = { identity, now: 0 };
  const found = decide(indexByHost(compileRules(rules))(request), access, facts, visitor);
  return found.verdict === "allow";
}

describe("an imported set-up answers as oauth2-proxy's documentation promises", () => {
  it.each(setUps)("$set.name, in $form", ({ form, set }) => {
    const config = configFrom(form, set);

    const answers = ["a visitor", ...Object.keys(people)].flatMap((who) =>
      requests.filter((asked) => passing(config, who, asked)).map((asked) => `${who}: ${asked}`),
    );

    const promised = ["a visitor", ...Object.keys(people)].flatMap((who) =>
      requests
        .filter((asked) => set.admitted.includes(who) || set.open?.includes(asked))
        .map((asked) => `${who}: ${asked}`),
    );
    expect(answers).toEqual(promised);
  });
});
