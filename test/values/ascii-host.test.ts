import { describe, expect, it } from "vitest";
import { check } from "../../server/check/check.ts";
import { explain } from "../../server/tools/policy/explain.ts";
import { checkConfig } from "../../server/config/load.ts";
import { forwardedRequest } from "../../server/forwarded/forwarded-request.ts";
import { readNarrowings } from "../../server/policy/narrowing.ts";
import { checkMetadata, signInNeeds } from "../../server/sign-in/metadata.ts";
import { usualPlace } from "../../server/sign-in/tenants.ts";
import { hostOutsideAscii } from "../../server/values/ascii-host.ts";
import { configOf, testSecret } from "../peers/doorward.ts";
import { imported, least } from "../tools/import/importing.ts";

const name = "bücher.example";
const ascii = "xn--bcher-kva.example";
/** The Kelvin sign, which lower case makes a `k`, and a full-width letter, which browsers read as `k`. */
const lookAlikes = [
  "\u212Aey.example",
  "\uFF4Bey.example",
  "ke\u00ADy.example",
  "key\u3002example",
];

type Settings = Record<string, unknown>;
type Place = [path: string, settings: (host: string) => Settings];

const sound = {
  url: "https://auth.example.com",
  secret: testSecret,
  providers: { google: { clientId: "door", clientSecret: "s" } },
  access: { anyone: true },
};
const company = (settings: Settings) => ({
  providers: { company: { type: "oidc", clientId: "x", issuer: "https://id.test", ...settings } },
});
const redis = (settings: Settings) => ({ storage: { driver: "redis", ...settings } });

const places: Place[] = [
  ["url", (host) => ({ url: `https://${host}/x` })],
  ["sites.0.url", (host) => ({ url: undefined, sites: [{ url: `https://a.${host}:8443` }] })],
  ["cookie.domain", (host) => ({ url: `https://a.${ascii}`, cookie: { domain: host } })],
  ["cookie.domain", (host) => ({ url: `https://a.${ascii}`, cookie: { domain: `.${host}` } })],
  ["rules.0.host", (host) => ({ rules: [{ host, allow: "public" }] })],
  ["rules.0.host.0", (host) => ({ rules: [{ host: [`*.${host}:81`], deny: true }] })],
  ["allowedRedirects.0", (host) => ({ allowedRedirects: [host] })],
  ["allowedRedirects.0", (host) => ({ allowedRedirects: [`.${host}:*`] })],
  ["access.domains.0", (host) => ({ access: { domains: [host] } })],
  ["access.domains.0", (host) => ({ access: { domains: [`*.${host}`] } })],
  ["access.emails.0", (host) => ({ access: { emails: [`ada@${host}`] } })],
  ["access.all.0.emails.0", (host) => ({ access: { all: [{ emails: [`ö@${host}`] }] } })],
  ["rules.0.allow.domains.0", (host) => ({ rules: [{ allow: { domains: [host] } }] })],
  ["providers.company.issuer", (host) => company({ issuer: `https://${host}` })],
  ["providers.company.discovery", (host) => company({ discovery: `https://${host}/x` })],
  [
    "providers.company.endpoints.token",
    (host) => company({ endpoints: { token: `https://${host}/token` } }),
  ],
  [
    "rules.0.bearer.issuers.0.issuer",
    (host) => ({
      rules: [{ bearer: { issuers: [{ issuer: `https://${host}`, audiences: ["a"] }] } }],
    }),
  ],
  ["listen.host", (host) => ({ listen: { host } })],
  ["admin.host", (host) => ({ admin: { host, port: 9180 } })],
  ["storage.url", (host) => redis({ url: `redis://${host}:6379` })],
  ["storage.cluster.0", (host) => redis({ cluster: [`${host}:6379`] })],
  ["storage.sentinels.0", (host) => redis({ name: "m", sentinels: [host] })],
];

function messageFor(settings: Settings, environment: Record<string, string> = {}): string {
  try {
    checkConfig("test", { ...sound, ...settings }, environment);
    return "";
  } catch (error) {
    return String(error);
  }
}

/** The line of a message about one setting. */
const lineOf = (message: string, path: string) =>
  message.split("\n").find((line) => line.startsWith(`  ${path}`)) ?? "";

describe("an international domain name is refused with its xn-- form", () => {
  it.each(places)("in %s (%#)", (path, settings) => {
    const line = lineOf(messageFor(settings(name)), path.replace(/\.0$/, ""));

    expect(line).toMatch(/is not in ASCII: write \S*xn--bcher-kva\.example/);
    expect(messageFor(settings(name.toUpperCase()))).toContain("is not in ASCII: write ");
  });

  it.each(places)("and that form is accepted in %s (%#)", (path, settings) => {
    expect(lineOf(messageFor(settings(ascii)), path)).toBe("");
  });

  it.each(places)(
    "and a name that looks like another one is refused in %s (%#)",
    (path, settings) => {
      const lines = lookAlikes.map((alike) =>
        lineOf(messageFor(settings(alike)), path.replace(/\.0$/, "")),
      );

      expect(lines).not.toContain("");
    },
  );

  it.each(["HTTPS_PROXY", "NO_PROXY"])("in %s", (variable) => {
    const value = variable === "NO_PROXY" ? `a.test, .${name}` : `http://${name}:3128`;

    expect(lineOf(messageFor({}, { [variable]: value }), variable)).toContain(ascii);
  });

  it("in an address whose host is percent-encoded", () => {
    const message = messageFor({ url: `https://${encodeURIComponent(name)}` });

    expect(lineOf(message, "url")).toContain("has % in its host name");
  });

  it("in the metadata of an issuer", () => {
    const issuer = "https://id.example.com";
    const found = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `https://${name}/token`,
      jwks_uri: `${issuer}/keys`,
    };

    expect(() => checkMetadata(usualPlace(issuer), found, signInNeeds, {})).toThrow(
      `has a host name that is not in ASCII: write ${ascii}`,
    );
  });

  it("in a URL of `explain`, and in a proxy's name of `check`", async () => {
    const config = configOf(sound);
    const found = await check({ ...config, providers: {} }, name);

    await expect(explain(config, `https://${name}/`, {}, 0)).rejects.toThrow(ascii);
    expect(found.map(({ text }) => text).join()).toContain(`write ${ascii}`);
  });

  it.each([
    `whitelist_domains = [".${name}"]`,
    `cookie_domains = [".${name}"]`,
    `redirect_url = "https://${name}/oauth2/callback"`,
    `email_domains = ["${name}"]`,
    `email_domains = [".${name}"]`,
    `authenticated_emails_file = "emails"`,
    `provider = "oidc"\noidc_issuer_url = "https://${name}"`,
  ])("in an imported configuration with %s", (line) => {
    const [option] = line.split(" ");
    const others = least.filter((one) => !one.startsWith(`${option} `));
    const beside = { emails: `ada@${name}\n` };
    const { yaml, problems } = imported([...others, line], { beside });

    expect(yaml).toBeUndefined();
    expect(problems.join("\n")).toContain(ascii);
  });
});

describe("an international domain name in a request", () => {
  it("as the Host of a proxy is malformed, and its xn-- form is a host", () => {
    expect(forwardedRequest("GET", "https", name, "/")).toHaveProperty("malformed");
    expect(forwardedRequest("GET", "https", ascii, "/")).toMatchObject({ host: ascii });
  });

  it("in the query of /verify matches no address, and its xn-- form does", () => {
    const query = (domain: string) =>
      readNarrowings(`allowed_emails=${encodeURIComponent(`Ada@${domain}`)}`)[0]?.emails;

    expect(query(name)).toEqual([`Ada@${name}`]);
    expect(query(ascii.toUpperCase())).toEqual([`ada@${ascii}`]);
  });
});

it.each([
  ["app.example.com", undefined],
  [`*.${name}:8443`, `is not in ASCII: write *.${ascii}:8443`],
  ["\u212Aey.example", "has characters that no host name can have: write it in ASCII"],
])("%s: %s", (written, fault) => {
  expect(hostOutsideAscii(written)).toBe(fault);
});
