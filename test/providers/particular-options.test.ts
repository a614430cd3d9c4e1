import { afterEach, describe, expect, it } from "vitest";
import { Browser } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { adfs } from "../../providers/adfs.ts";
import { azure } from "../../providers/azure.ts";
import type { Api } from "../../providers/api.ts";
import type { Options } from "../../providers/provider.ts";

const client = { clientId: "door", clientSecret: "a secret of the door" };
const tenant = "11111111-2222-3333-4444-555555555555";
const key = { serviceAccountFile: "key.json", admin: "admin@example.com" };

function faultsOf(provider: Record<string, unknown>): string {
  const settings = { url: "https://auth.example.com", access: { anyone: true } };
  try {
    configOf({ ...settings, providers: { company: { ...client, ...provider } } });
  } catch (error) {
    return String(error);
  }
  return "";
}

describe("an option that only some providers have", () => {
  it.each<Record<string, unknown>>([
    { type: "google", directory: key },
    { type: "gitlab", projects: ["acme/site", "acme/tools/forge=40"] },
    { type: "github", repositories: "acme/site" },
    { type: "github", repositories: ["acme_corp/.github", "Acme-2/site.example_com-v1"] },
    { type: "bitbucket", repositories: ["_acme/..site", "acme/-"] },
    {
      type: "entra-id",
      issuer: "https://login.microsoftonline.com/organizations/v2.0",
      tenants: tenant.toUpperCase(),
    },
  ])("is accepted there: %j", (provider) => {
    expect(faultsOf(provider)).toBe("");
  });

  it.each([
    "../../user",
    "acme",
    "a/b/c",
    "acme/",
    "/site",
    "acme/.",
    "acme/..",
    "../site",
    "a.b/c",
  ])("rejects a repository that is not owner/name: %s", (repository) => {
    const fault = `company.repositories: "${repository}" is not a repository: use owner/name`;

    expect(faultsOf({ type: "github", repositories: repository })).toContain(fault);
    expect(faultsOf({ type: "bitbucket", repositories: [repository] })).toContain(
      "is not a repository",
    );
  });

  it.each([
    "acme/site?x=1",
    "acme/site#x",
    "acme/si te",
    "acme/site\n",
    "acme%2f/site",
    'acme/a"b',
  ])("rejects characters that a repository's name cannot contain: %j", (repository) => {
    expect(faultsOf({ type: "github", repositories: repository })).toContain("is not a repository");
  });

  it.each<[Record<string, unknown>, string]>([
    [
      { type: "google", tenants: [tenant] },
      "company.tenants: has no effect on a provider of type google: it is for entra-id",
    ],
    [
      { type: "oidc", issuer: "https://id.example.com", directory: key },
      "company.directory: has no effect on a provider of type oidc: it is for google",
    ],
    [
      { type: "github", projects: ["acme/site"] },
      "company.projects: has no effect on a provider of type github: it is for",
    ],
    [
      { type: "gitlab", repositories: ["acme/site"] },
      "company.repositories: has no effect on a provider of type gitlab: it is for",
    ],
    [{ type: "gitlab", projects: ["acme"] }, '"acme" is not a project: use namespace/name'],
    [{ type: "gitlab", projects: ["acme/site=3"] }, '"acme/site=3" is not a project'],
    [
      { type: "entra-id", issuer: "https://login.microsoftonline.com/common/v2.0" },
      "company.tenants: is missing: https://login.microsoftonline.com/common/v2.0 accepts accounts of every tenant",
    ],
    [
      {
        type: "entra-id",
        issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
        tenants: [tenant],
      },
      "company.tenants: has no effect, because this issuer is a single tenant",
    ],
    [
      {
        type: "entra-id",
        issuer: "https://login.microsoftonline.com/common/v2.0",
        tenants: ["example.com"],
      },
      '"example.com" is not a tenant id',
    ],
  ])("%j is rejected with %j", (provider, fault) => {
    expect(faultsOf(provider)).toContain(fault);
  });
});

let doorward: TestDoorward | undefined;

afterEach(async () => {
  await doorward?.close();
});

/** The URLs that doorward requests, and the query of its authorization request. */
async function begin(provider: Record<string, unknown>, metadata: Record<string, unknown>) {
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request) => {
    asked.push(String(url));
    return Response.json(metadata);
  };
  const settings = { url: "http://localhost:4180", access: { anyone: true } };
  const company = { ...client, ...provider };
  doorward = await startDoorward(configOf({ ...settings, providers: { company } }), { fetch });
  const browser = new Browser(new Map([["localhost:4180", doorward.port]]));
  const answer = await browser.ask("http://localhost:4180/start");
  const query = new URL(String(answer.headers.location)).searchParams;
  return { asked, query };
}

function metadataOf(issuer: string, host: string): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${host}/authorize`,
    token_endpoint: `${host}/token`,
    jwks_uri: `${host}/keys`,
  };
}

describe("a sign-in", () => {
  it.each<[Record<string, unknown>, string]>([
    [{}, "openid email profile"],
    [{ projects: ["acme/site"] }, "openid email profile read_api"],
    [{ projects: ["acme/site"], scope: "openid email" }, "openid email"],
  ])("at GitLab with %j asks for %s", async (options, scope) => {
    const metadata = metadataOf("https://gitlab.com", "https://gitlab.com/oauth");

    const { query } = await begin({ type: "gitlab", ...options }, metadata);

    expect(query.get("scope")).toBe(scope);
  });

  it("at Azure's older endpoints finds the metadata at their own address", async () => {
    const issuer = `https://sts.windows.net/${tenant}/`;
    const metadata = metadataOf(issuer, `https://login.microsoftonline.com/${tenant}/oauth2`);

    const { asked, query } = await begin({ type: "azure", issuer }, metadata);

    expect(asked).toEqual([
      `https://login.microsoftonline.com/${tenant}/.well-known/openid-configuration`,
    ]);
    expect(query.get("resource")).toBe("https://graph.microsoft.com");
    expect(azure.hasUserinfo).toBe(false);
  });
});

describe("an AD FS account without an email address", () => {
  const options: Options = {
    emailClaim: undefined,
    groupsClaim: "groups",
    usernameClaim: "preferred_username",
    trustEmail: false,
    repositories: [],
    projects: [],
    directory: undefined,
  };
  const nothing: Api = () => Promise.reject(new Error("unexpected API request"));

  it.each([
    [true, "ada@corp.example.com"],
    [false, undefined],
  ])("uses its upn if the operator trusts the addresses: %j", async (trustEmail, email) => {
    const idToken = { sub: "s-1", upn: "ada@corp.example.com", group: "staff" };

    const person = await adfs.identify(
      { idToken, userinfo: undefined },
      { ...options, trustEmail },
      nothing,
    );

    expect(person).toMatchObject({ email, groups: ["staff"], preferredUsername: idToken.upn });
  });

  it("does not use its upn if the operator names the claim of the address", async () => {
    const idToken = { sub: "s-1", upn: "ada@corp.example.com" };

    const person = await adfs.identify(
      { idToken, userinfo: undefined },
      { ...options, emailClaim: "email", trustEmail: true },
      nothing,
    );

    expect(person.email).toBeUndefined();
  });
});
