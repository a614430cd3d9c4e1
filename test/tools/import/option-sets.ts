/** Options of an oauth2-proxy, and who has access by its documentation. */
export interface OptionSet {
  readonly name: string;
  readonly options: Readonly<Record<string, string | boolean | readonly string[]>>;
  /** The signed-in people of `people` who pass everywhere. */
  readonly admitted: readonly string[];
  /** The requests that pass without a session, as `METHOD PATH`. */
  readonly open?: readonly string[];
  /** Another provider than an OpenID Connect issuer, or a file beside the options. */
  readonly isParticular?: true;
}

/** The people at the provider. */
export const people: Readonly<
  Record<string, { email: string; verified: boolean; groups: string[] }>
> = {
  ada: { email: "ada@example.com", verified: true, groups: ["ops", "staff", "acme", "role:admin"] },
  bob: { email: "bob@example.com", verified: true, groups: ["staff"] },
  eve: { email: "eve@elsewhere.example", verified: true, groups: ["ops"] },
  sub: { email: "sub@mail.example.com", verified: true, groups: ["ops"] },
  new: { email: "new@example.com", verified: false, groups: ["ops"] },
};

/** What each person, and a visitor without a session, asks for. */
export const requests = ["GET /", "GET /public/a", "GET /health", "POST /public/a"];

export const emailsFile = "bob@example.com\nEve@elsewhere.example\n";

export const optionSets: readonly OptionSet[] = [
  { name: "a domain", options: { email_domains: ["example.com"] }, admitted: ["ada", "bob"] },
  {
    name: "the subdomains of one",
    options: { email_domains: [".example.com"] },
    admitted: ["sub"],
  },
  { name: "a wildcard domain", options: { email_domains: ["*.example.com"] }, admitted: ["sub"] },
  {
    name: "every domain",
    options: { email_domains: ["*"] },
    admitted: ["ada", "bob", "eve", "sub"],
  },
  {
    name: "every domain and a group",
    options: { email_domains: ["*"], allowed_groups: ["ops"] },
    admitted: ["ada", "eve", "sub"],
  },
  {
    name: "two domains and two groups",
    options: {
      email_domains: ["example.com", "elsewhere.example"],
      allowed_groups: ["ops", "board"],
    },
    admitted: ["ada", "eve"],
  },
  {
    name: "a blank in a list",
    options: { email_domains: ["example.com", " elsewhere.example"] },
    admitted: ["ada", "bob"],
  },
  {
    name: "a group with a blank",
    options: { email_domains: ["*"], allowed_groups: [" ops", "staff"] },
    admitted: ["ada", "bob"],
  },
  {
    name: "a public folder",
    options: { email_domains: ["example.com"], skip_auth_routes: ["GET=^/public/"] },
    admitted: ["ada", "bob"],
    open: ["GET /public/a"],
  },
  {
    name: "a public page",
    options: { email_domains: ["elsewhere.example"], skip_auth_routes: ["^/health$"] },
    admitted: ["eve"],
    open: ["GET /health"],
  },
  {
    name: "two public routes of any method",
    options: { email_domains: ["example.com"], skip_auth_routes: ["^/public(/|$)", "^/health/?$"] },
    admitted: ["ada", "bob"],
    open: ["GET /public/a", "GET /health", "POST /public/a"],
  },
  {
    name: "an older public route",
    options: { email_domains: ["example.com"], skip_auth_regex: ["^/(public|docs)/"] },
    admitted: ["ada", "bob"],
    open: ["GET /public/a", "POST /public/a"],
  },
  {
    name: "unverified addresses",
    options: { email_domains: ["example.com"], insecure_oidc_allow_unverified_email: true },
    admitted: ["ada", "bob", "new"],
  },
  {
    name: "a file of addresses",
    options: { authenticated_emails_file: "emails.txt" },
    admitted: ["bob", "eve"],
    isParticular: true,
  },
  {
    name: "an organisation at GitHub",
    options: { provider: "github", github_org: "acme", email_domains: ["*"] },
    admitted: ["ada"],
    isParticular: true,
  },
  {
    name: "a role at Keycloak",
    options: {
      provider: "keycloak-oidc",
      oidc_issuer_url: "https://id.example.com/realms/a",
      allowed_roles: ["admin"],
      email_domains: ["example.com"],
    },
    admitted: ["ada"],
    isParticular: true,
  },
];
