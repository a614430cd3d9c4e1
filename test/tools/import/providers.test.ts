import { describe, expect, it } from "vitest";
import { imported, least } from "./importing.ts";

const withLeast = (...lines: string[]) => [...least, ...lines];

describe("an imported provider of oauth2-proxy", () => {
  const secret = { clientId: "door", clientSecret: "the door's own secret" };
  const tenant = "11111111-2222-3333-4444-555555555555";
  it.each<[lines: string[], provider: Record<string, unknown>, demands: Record<string, unknown>[]]>(
    [
      [
        [
          'provider = "google"',
          'google_groups = ["eng@example.com"]',
          'google_admin_email = "a@example.com"',
          'google_service_account_json = "/sa.json"',
        ],
        {
          google: {
            ...secret,
            directory: {
              admin: "a@example.com",
              serviceAccountFile: "/sa.json",
              groups: ["eng@example.com"],
            },
          },
        },
        [{ groups: ["eng@example.com"] }],
      ],
      [
        ['provider = "github"', 'github_org = "acme"', 'github_team = "ops,dev"'],
        { github: secret },
        [{ groups: ["acme:ops", "acme:dev"] }],
      ],
      [['provider = "github"', 'github_org = "acme"'], { github: secret }, [{ groups: ["acme"] }]],
      [
        ['provider = "github"', 'github_repo = "acme/site"'],
        { github: { ...secret, repositories: ["acme/site"] } },
        [{ groups: ["repo:acme/site"] }],
      ],
      [
        [
          'provider = "github"',
          'github_org = "acme"',
          'login_url = "https://ghe.example.com/login/oauth/authorize"',
          'validate_url = "https://ghe.example.com/api/v3"',
        ],
        { github: { ...secret, issuer: "https://ghe.example.com" } },
        [{ groups: ["acme"] }],
      ],
      [
        [
          'provider = "github"',
          'github_org = "acme"',
          'login_url = "https://git.example.com/login/oauth/authorize"',
          'validate_url = "https://git.example.com/api/v1/user/emails"',
        ],
        { gitea: { ...secret, issuer: "https://git.example.com" } },
        [{ groups: ["acme"] }],
      ],
      [
        [
          'provider = "gitlab"',
          'gitlab_groups = ["acme/tools"]',
          'gitlab_projects = ["acme/site=30"]',
        ],
        { gitlab: { ...secret, projects: ["acme/site=30"] } },
        [{ groups: ["acme/tools", "project:acme/site"] }],
      ],
      [
        [
          'provider = "keycloak-oidc"',
          'oidc_issuer_url = "https://kc.example.com/realms/staff"',
          'allowed_roles = ["admin", "grafana:editor"]',
          'allowed_groups = ["/ops"]',
        ],
        { keycloak: { ...secret, issuer: "https://kc.example.com/realms/staff" } },
        [{ groups: ["/ops", "role:admin", "role:grafana:editor"] }],
      ],
      [
        ['provider = "azure"', `azure_tenant = "${tenant}"`, 'allowed_groups = ["g1"]'],
        {
          "entra-id": {
            ...secret,
            issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
            trustEmail: true,
          },
        },
        [{ groups: ["g1"] }],
      ],
      [
        [
          'provider = "azure"',
          `oidc_issuer_url = "https://sts.windows.net/${tenant}/"`,
          'allowed_groups = ["g1"]',
        ],
        { azure: { ...secret, issuer: `https://sts.windows.net/${tenant}/`, trustEmail: true } },
        [{ groups: ["g1"] }],
      ],
      [
        [
          'provider = "entra-id"',
          'oidc_issuer_url = "https://login.microsoftonline.com/common/v2.0"',
          `entra_id_allowed_tenants = ["${tenant}"]`,
          "insecure_oidc_skip_issuer_verification = true",
          'allowed_groups = ["g1"]',
        ],
        {
          "entra-id": {
            ...secret,
            issuer: "https://login.microsoftonline.com/common/v2.0",
            tenants: [tenant],
            trustEmail: true,
          },
        },
        [{ groups: ["g1"] }],
      ],
      [
        ['provider = "bitbucket"', 'bitbucket_team = "acme"', 'bitbucket_repository = "acme/site"'],
        { bitbucket: { ...secret, repositories: ["acme/site"] } },
        [{ groups: ["acme"] }, { groups: ["repo:acme/site"] }],
      ],
      [
        [
          'provider = "oidc"',
          'oidc_issuer_url = "https://id.example.com"',
          'allowed_groups = ["ops"]',
          'oidc_groups_claim = "roles"',
          'oidc_email_claim = "mail"',
          'provider_display_name = "Company"',
        ],
        {
          oidc: {
            ...secret,
            issuer: "https://id.example.com",
            scope: "openid email profile groups",
            groupsClaim: "roles",
            emailClaim: "mail",
            label: "Company",
          },
        },
        [{ groups: ["ops"] }],
      ],
      [
        ['provider = "login.gov"', 'allowed_groups = ["ops"]'],
        { "login-gov": { type: "login.gov", ...secret } },
        [{ groups: ["ops"] }],
      ],
      [
        ['provider = "oidc"', 'oidc_issuer_url = "https://id.example.com"'],
        { oidc: { ...secret, issuer: "https://id.example.com" } },
        [],
      ],
      [
        [
          'provider = "oidc"',
          'oidc_issuer_url = "https://kc.example.com/realms/staff"',
          'allowed_groups = ["/ops"]',
          'allowed_roles = ["admin"]',
        ],
        {
          oidc: {
            type: "keycloak",
            ...secret,
            issuer: "https://kc.example.com/realms/staff",
            scope: "openid email profile groups",
          },
        },
        [{ groups: ["/ops"] }],
      ],
      [
        [
          'provider = "oidc"',
          'oidc_issuer_url = "https://sso.example.com/"',
          'redeem_url = "https://kc.internal.example/realms/staff/protocol/openid-connect/token"',
        ],
        {
          oidc: {
            type: "keycloak",
            ...secret,
            issuer: "https://sso.example.com/",
            endpoints: {
              token: "https://kc.internal.example/realms/staff/protocol/openid-connect/token",
            },
          },
        },
        [],
      ],
    ],
  )("has the settings and access of %j", (lines, providers, demands) => {
    const anyone = least.with(3, 'email_domains = ["*"]');

    const { config, problems } = imported([...anyone, ...lines]);

    expect(problems).toEqual([]);
    const verified = { verified: true };
    const access = demands.length === 0 ? verified : { all: [verified, ...demands] };
    expect(config).toMatchObject({ providers, access });
    expect(config?.providers).toEqual(providers);
  });

  it("reports what happens to addresses that the issuer does not report as verified", () => {
    const lines = ['provider = "oidc"', 'oidc_issuer_url = "https://id.example.com"'];
    const allowing = "insecure_oidc_allow_unverified_email = true";

    const usual = imported(withLeast(...lines)).notes.join("\n");
    const always = imported(withLeast(...lines, allowing)).notes.join("\n");

    expect(usual).toMatch(
      /^different: oidc_issuer_url: an account counts only with email_verified/m,
    );
    expect(always).toMatch(
      /^to do: insecure_oidc_.*always.* ANY ACCOUNT THAT CAN WRITE AN ADDRESS/m,
    );
    expect(always).not.toContain("an account counts only");
  });

  it.each([
    [[], "email"],
    [['oidc_email_claim = "upn"'], "upn"],
  ])("accepts an AD FS account by no other claim than oauth2-proxy: %j", (lines, emailClaim) => {
    const issuer = 'oidc_issuer_url = "https://sso.example.com/adfs"';
    const { config } = imported(withLeast('provider = "oidc"', issuer, ...lines));

    expect(config).toMatchObject({ providers: { adfs: { emailClaim } } });
  });

  it("reports that its issuer is a Keycloak", () => {
    const lines = [
      'provider = "oidc"',
      'oidc_issuer_url = "https://kc.example.com/auth/realms/staff"',
    ];
    const note = (more: string[] = []) =>
      imported(withLeast(...lines, ...more)).notes.filter((line) => line.includes("keycloak"));

    expect(note()).toEqual([expect.stringMatching(/^different: .*contains type: keycloak/)]);
    expect(note(['allowed_groups = ["role:admin"]'])).toEqual([
      expect.stringMatching(/^to do: .*set type: keycloak if "role:admin" .* is a role there/),
    ]);
  });

  it("stays of the kind oidc if an allowed group looks like a role of Keycloak", () => {
    const { config } = imported(
      withLeast(
        'provider = "oidc"',
        'oidc_issuer_url = "https://kc.example.com/realms/staff"',
        'allowed_groups = ["ops", "role:admin"]',
      ),
    );

    expect(config?.providers).toEqual({ oidc: expect.not.objectContaining({ type: "keycloak" }) });
  });

  it("gives access to listed GitHub users in addition to the organisation, with a rule", () => {
    const lines = ['provider = "github"', 'github_org = "acme"', 'github_users = ["ada"]'];

    const { config } = imported(withLeast(...lines));

    expect(config?.access).toBeUndefined();
    expect(config?.rules).toEqual([
      {
        allow: {
          all: [{ domains: ["example.com"] }, { groups: ["acme"], claims: { login: ["ada"] } }],
        },
      },
    ]);
  });
});
