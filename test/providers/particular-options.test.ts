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
  ])("is taken there: %j", (provider) => {
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
  ])("is told when it names no repository: %s", (repository) => {
    const fault = `company.repositories: "${repository}" is no repository: write owner/name`;

    expect(faultsOf({ type: "github", repositories: repository })).toContain(fault);
    expect(faultsOf({ type: "bitbucket", repositories: [repository] })).toContain(
      "is no repository",
    );
  });

  it.each([
    "acme/site?x=1",
    "acme/site#x",
    "acme/si te",
    "acme/site\n",
    "acme%2f/site",
    'acme/a"b',
  ])("is told when it holds what no repository's name does: %j", (repository) => {
    expect(faultsOf({ type: "github", repositories: repository })).toContain("is no repository");
  });

  it.each<[Record<string, unknown>, string]>([
    [
      { type: "google", tenants: [tenant] },
      "company.tenants: means nothing to a provider of the kind google: it is for entra-id",
    ],
    [
      { type: "oidc", issuer: "https://id.example.com", directory: key },
      "company.directory: means nothing to a provider of the kind oidc: it is for google",
    ],
    [
      { type: "github", projects: ["acme/site"] },
      "company.projects: means nothing to a provider of the kind github: it is for",
    ],
    [
      { type: "gitlab", repositories: ["acme/site"] },
      "company.repositories: means nothing to a provider of the kind gitlab: it is for",
    ],
    [{ type: "gitlab", projects: ["acme"] }, '"acme" is no project: write namespace/name'],
    [{ type: "gitlab", projects: ["acme/site=3"] }, '"acme/site=3" is no project'],
    [
      { type: "entra-id", issuer: "https://login.microsoftonline.com/common/v2.0" },
      "company.tenants: is missing: https://login.microsoftonline.com/common/v2.0 stands for every tenant",
    ],
    [
      {
        type: "entra-id",
        issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
        tenants: [tenant],
      },
      "company.tenants: means something only where the issuer stands for many tenants",
    ],
    [
      {
        type: "entra-id",
        issuer: "https://login.microsoftonline.com/common/v2.0",
        tenants: ["example.com"],
      },
      '"example.com" is no tenant id',
    ],
  ])("%j gives the fault %j", (provider, fault) => {
    expect(faultsOf(provider)).toContain(fault);
  });
});

let doorward: TestDoorward | undefined;

afterEach(async () => {
  await doorward?.close();
});

/** What doorward asks for at the far end of the internet, and the scope that it would ask a visitor to grant. */
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

  it("at Azure's older endpoints finds the metadata where they have it", async () => {
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

describe("an account of AD FS without an address", () => {
  const options: Options = {
    emailClaim: "email",
    groupsClaim: "groups",
    usernameClaim: "preferred_username",
    trustEmail: false,
    repositories: [],
    projects: [],
    directory: undefined,
  };
  const nothing: Api = () => Promise.reject(new Error("nothing is asked"));

  it.each([
    [true, "ada@corp.example.com"],
    [false, undefined],
  ])("has its upn for one where the operator trusts them: %j", async (trustEmail, email) => {
    const idToken = { sub: "s-1", upn: "ada@corp.example.com", group: "staff" };

    const person = await adfs.identify(
      { idToken, userinfo: undefined },
      { ...options, trustEmail },
      nothing,
    );

    expect(person).toMatchObject({ email, groups: ["staff"], preferredUsername: idToken.upn });
  });
});
