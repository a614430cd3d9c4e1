import type { Facts } from "./fault-facts.ts";

type Settings = Record<string, unknown>;

const google = (settings: Settings) => ({
  providers: { google: { clientId: "id", clientSecret: "shh", ...settings } },
});
const apple = { clientId: "id", clientKeyFile: "/k", clientAuthentication: "private_key_jwt" };
const entra = { clientId: "id", issuer: "https://login.microsoftonline.com/organizations/v2.0" };
const company = { type: "oidc", issuer: "https://id.example.com", clientId: "id" };
const tenants = "11111111-2222-3333-4444-555555555555";
const twoSites = [{ url: "https://auth.example.com" }, { url: "https://auth.example.com/x" }];
const openUrl = "https://{host}/_auth";
const domainSite = [{ url: "https://auth.example.com", cookie: { domain: "example.com" } }];
const openSites = [
  { url: openUrl, hosts: ["example.org", "example.com"] },
  { url: "https://{host}/other", hosts: ["example.com"] },
];
const nestedSites = ["example.com", "dev.example.com"].map((domain) => ({
  url: `https://auth.${domain}`,
  cookie: { domain },
}));

/** Settings laid over a sound configuration, and the facts of the one fault that they cause. */
export const faultsOfSettings: [string, Settings, Facts][] = [
  ["no url", { url: undefined }, { place: "url", fix: ["https://auth.example.com"] }],
  [
    "a client's id from an example",
    google({ clientId: "<your-client-id>" }),
    {
      place: "providers.google.clientId",
      values: ['"<your-client-id>"', "placeholder"],
      fix: ["registration at the provider"],
    },
  ],
  [
    "a client's secret as a variable",
    google({ clientSecret: "${GOOGLE_CLIENT_SECRET}" }),
    { place: "providers.google.clientSecret", values: ["variable"], fix: ["DOORWARD_…"] },
  ],
  [
    "an issuer from an example",
    { providers: { company: { ...company, issuer: "https://your-tenant.auth0.com" } } },
    { place: "providers.company.issuer", values: ["your-tenant"], fix: ["your own address"] },
  ],
  ...["verify", "start", "callback", "sign_out", "callback/", "callback/google"].map(
    (ending): [string, Settings, Facts] => [
      `a url that ends in ${ending}`,
      { url: `https://auth.example.com/_auth/${ending}` },
      {
        place: "url",
        values: [`"https://auth.example.com/_auth/${ending}"`],
        fix: ["write https://auth.example.com/_auth"],
      },
    ],
  ),
  [
    "a url that ends in an endpoint at the host of each request",
    { url: "https://{host}/callback", hosts: ["example.com"] },
    { place: "url", values: ["ends in an endpoint"], fix: ["write https://{host}"] },
  ],
  ...["/.well-known/openid-configuration", "//.well-known/", "/.well-known"].map(
    (ending): [string, Settings, Facts] => [
      `an issuer that ends in ${ending}`,
      {
        providers: { company: { ...company, issuer: `https://id.example.com/realms/x${ending}` } },
      },
      {
        place: "providers.company.issuer",
        values: ["metadata"],
        fix: ["write https://id.example.com/realms/x"],
      },
    ],
  ),
  [
    "a url from an example",
    { url: "https://auth.<your-domain>/" },
    { place: "url", values: ["<your-domain>"], fix: ["your own address"] },
  ],
  [
    "a discovery address with a query",
    google({ discovery: "https://id.example.com/?tenant=7" }),
    {
      place: "providers.google.discovery",
      values: ["?tenant=7", "query"],
      fix: ["after its path"],
    },
  ],
  [
    "a document's address with a fragment",
    google({ discovery: "https://id.example.com/.well-known/openid-configuration?a=b#c" }),
    { place: "providers.google.discovery", values: ["fragment"], fix: ["after its path"] },
  ],
  [
    "a document's address in plain http",
    google({ discovery: "http://id.example.com/.well-known/openid-configuration?a=b" }),
    { place: "providers.google.discovery", values: ["plain http"], fix: ["https://"] },
  ],
  [
    "discovery at a provider without it",
    {
      providers: { github: { clientId: "id", clientSecret: "shh", discovery: "https://id.test" } },
    },
    { place: "providers.github.discovery", values: ["github", "no effect"], fix: ["endpoints"] },
  ],
  [
    "no access",
    { access: undefined },
    { place: "access", fix: ["domains: [example.com]", "anyone: true"] },
  ],
  ["no secret", { secret: undefined }, { place: "secret", fix: ["`doorward secret`"] }],
  [
    "no providers",
    { providers: undefined },
    { place: "providers", fix: ["google", "clientId", "clientSecret"] },
  ],
  ["an unknown key", { sesion: {} }, { place: "sesion", fix: ["session"] }],
  [
    "a bad duration",
    { session: { lifetime: "7 days" } },
    { place: "session.lifetime", values: ['"7 days"'], fix: ["90s", "15m", "24h", "7d"] },
  ],
  [
    "plain http",
    { url: "http://auth.example.com" },
    { place: "url", values: ['"http://auth.example.com"', "localhost"], fix: ["https://"] },
  ],
  [
    "url and sites",
    { sites: [{ url: "https://auth.example.net" }] },
    { place: "url", values: ["`sites`"], fix: ["move"] },
  ],
  [
    "a public suffix as the cookie's domain",
    { url: "https://auth.example.co.uk", cookie: { domain: "co.uk" } },
    { place: "cookie.domain", values: ['"co.uk"', "browsers"], fix: ["domain", "host", "out"] },
  ],
  [
    "a cookie's domain without the site's host",
    { cookie: { domain: "example.org" } },
    {
      place: "cookie.domain",
      values: ['"example.org"', "auth.example.com", "url"],
      fix: ["domain", "host", "out"],
    },
  ],
  [
    "two sites with one cookie scope",
    { url: undefined, sites: twoSites },
    { place: "sites.1.url", values: ["sites.0", "auth.example.com"], fix: ["one", "site"] },
  ],
  [
    "two sites with nested cookie scopes",
    { url: undefined, sites: nestedSites },
    {
      place: "sites.1.cookie.domain",
      values: [".dev.example.com", ".example.com", "browsers", "both cookies"],
      fix: ["one site"],
    },
  ],
  [
    "the host of the request without hosts",
    { url: openUrl },
    { place: "hosts", values: ["url", "request"], fix: ["domains", "[example.com]"] },
  ],
  [
    "hosts with one host in url",
    { hosts: ["example.com"] },
    { place: "hosts", values: ["url", "one host"], fix: ["perHost: true", openUrl, "remove"] },
  ],
  [
    "a session for each host without hosts",
    { session: { perHost: true } },
    { place: "session.perHost", values: ["hosts"], fix: ["domains", "hosts: [example.com]"] },
  ],
  [
    "a session for each host where each has a sign-in",
    { url: openUrl, hosts: ["example.com"], session: { perHost: true } },
    { place: "session.perHost", values: ["{host}", "url"], fix: ["one host", "remove"] },
  ],
  [
    "a session for each host and a cookie of all",
    { hosts: ["example.com"], cookie: { domain: "example.com" }, session: { perHost: true } },
    {
      place: "cookie.domain",
      values: ['"example.com"', "session.perHost"],
      fix: ["hosts: [example.com]", "instead"],
    },
  ],
  [
    "a session for each host and another tool's paths",
    { hosts: ["example.com"], compat: "oauth2-proxy", session: { perHost: true } },
    { place: "session.perHost", values: ["compat"], fix: ["remove compat", "print"] },
  ],
  [
    "a site under /verify of the apps' hosts",
    {
      url: undefined,
      session: { perHost: true },
      sites: [
        { url: "https://auth.example.com", hosts: ["example.com"] },
        { url: "https://b.example.org/_auth/verify/x" },
      ],
    },
    { place: "sites.1.url", values: ["/verify", "sites.0"], fix: ["another path"] },
  ],
  [
    "a public suffix in hosts with a session for each",
    { hosts: ["co.uk"], session: { perHost: true } },
    { place: "hosts", values: ['"co.uk"', "other people's hosts"], fix: ["domain of your own"] },
  ],
  [
    "a public suffix in hosts",
    { url: openUrl, hosts: ["example.com", "Co.UK"] },
    { place: "hosts", values: ['"co.uk"', "other people's hosts"], fix: ["domain of your own"] },
  ],
  [
    "hosts of another machine over plain http",
    { url: "http://{host}/_auth", hosts: ["localhost", "example.com"] },
    { place: "hosts", values: ['"example.com"', "plain http"], fix: ["https://", "url"] },
  ],
  [
    "an address in hosts",
    { url: openUrl, hosts: ["10.1.2.3"] },
    { place: "hosts.0", values: ['"10.1.2.3"'], fix: ["example.com"] },
  ],
  [
    "a wildcard in hosts",
    { url: openUrl, hosts: "*.example.com" },
    { place: "hosts", values: ['"*.example.com"'], fix: ["example.com", "without", "*"] },
  ],
  [
    "a placeholder in a part of the host",
    { url: "https://auth.{host}/_auth", hosts: ["example.com"] },
    { place: "url", values: ['"https://auth.{host}/_auth"'], fix: ["https://{host}/_auth"] },
  ],
  [
    "another placeholder",
    { url: "https://{domain}/_auth" },
    { place: "url", values: ['"https://{domain}/_auth"'], fix: ["https://{host}/_auth"] },
  ],
  [
    "a cookie's domain without one of the hosts",
    { url: openUrl, hosts: ["example.com", "example.org"], cookie: { domain: "example.com" } },
    {
      place: "cookie.domain",
      values: ['"example.com"', "hosts", "example.org"],
      fix: ["domain", "host", "out"],
    },
  ],
  [
    "two sites at the same hosts",
    { url: undefined, sites: openSites },
    { place: "sites.1.hosts", values: ["sites.0", "example.com"], fix: ["one", "site"] },
  ],
  [
    "hosts that include the host of a site for the same domain",
    { url: undefined, sites: [{ url: openUrl, hosts: ["example.com"] }, ...domainSite] },
    {
      place: "sites.0.hosts",
      values: ['"example.com"', "auth.example.com", "sites.1", "cookie"],
      fix: ["narrower hosts", "one site"],
    },
  ],
  [
    "two sites at the same hosts, with cookies of other scopes",
    {
      url: undefined,
      sites: [
        { url: openUrl, hosts: ["example.com"], cookie: { domain: "example.com" } },
        { url: openUrl, hosts: ["example.com"] },
      ],
    },
    { place: "sites.1.hosts", values: ["sites.0", '"example.com"'], fix: ["one site"] },
  ],
  [
    "an empty list of hosts",
    { url: openUrl, hosts: [] },
    { place: "hosts", values: ["empty"], fix: ["domains", "example.com"] },
  ],
  [
    "hosts and sites",
    { url: undefined, hosts: ["example.com"], sites: [{ url: "https://auth.example.net" }] },
    { place: "hosts", values: ["`sites`"], fix: ["move"] },
  ],
  [
    "an address of the proxies in a rule",
    { rules: [{ ip: "10.0.0.0/8", allow: "public" }] },
    {
      place: "rules.0.ip",
      values: ['"10.0.0.0/8"', "visitor"],
      fix: ["trustedProxies", "addresses", "proxies"],
    },
  ],
  [
    "a rule without an outcome",
    { rules: [{ host: "app.example.com" }] },
    {
      place: "rules.0",
      fix: ["allow", "deny", "maxAge", "acr", "preflight", "bearer", "basic"],
    },
  ],
  [
    "a public suffix in a rule",
    { rules: [{ host: "*.co.uk", allow: "public" }] },
    { place: "rules.0.host", values: ['"*.co.uk"', "hosts"], fix: ["domain of your own"] },
  ],
  [
    "a public suffix as a redirect target",
    { allowedRedirects: [".github.io"] },
    { place: "allowedRedirects.0", values: ['".github.io"', "hosts"], fix: ["domain of your own"] },
  ],
  [
    "deny with another outcome",
    { rules: [{ deny: true, allow: "public" }] },
    { place: "rules.0.deny", values: ["allow"], fix: ["remove"] },
  ],
  [
    "a rule that allows no identity",
    { rules: [{ allow: {} }] },
    {
      place: "rules.0.allow",
      fix: ["domains", "emails", "groups", "subjects", "claims", "signed-in"],
    },
  ],
  [
    "passwords without a file",
    { rules: [{ basic: true }] },
    { place: "rules.0.basic", fix: ["`users`", "path"] },
  ],
  ["a file of users without a rule", { users: "u" }, { place: "users", fix: ["basic: true"] }],
  [
    "introspection without a client",
    { rules: [{ bearer: { introspection: true } }], ...google({ clientSecret: undefined }) },
    { place: "rules.0.bearer.introspection", fix: ["clientSecret", "key", "certificate"] },
  ],
  [
    "a storage driver that forgets",
    { storage: { driver: "lru-cache" } },
    { place: "storage.driver", values: ['"lru-cache"', "revocations"], fix: ["memory"] },
  ],
  [
    "a storage driver of one process for replicas",
    { storage: { driver: "fs-lite" }, replicas: true },
    { place: "storage.driver", values: ['"fs-lite"', "`replicas: true`"], fix: ["redis", "url"] },
  ],
  [
    "a Redis without an address",
    { storage: { driver: "redis" } },
    { place: "storage.url", fix: ["redis://host:6379", "sentinels", "cluster"] },
  ],
  [
    "a Redis with TLS by a plain url",
    { storage: { driver: "redis", url: "redis://a", tls: {} } },
    { place: "storage.url", values: ["redis://", "tls"], fix: ["rediss://"] },
  ],
  [
    "an unknown client method",
    google({ clientAuthentication: "magic" }),
    {
      place: "providers.google.clientAuthentication",
      values: ['"magic"'],
      fix: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    },
  ],
  [
    "a client method that the provider does not support",
    { providers: { apple } },
    {
      place: "providers.apple.clientAuthentication",
      values: ['"private_key_jwt"'],
      fix: ["client_secret_post", "client_secret_basic"],
    },
  ],
  [
    "two client methods",
    google({ clientKeyFile: "/k" }),
    { place: "providers.google.clientKeyFile", values: ["clientSecret"], fix: ["keep one"] },
  ],
  [
    "a private key where its path belongs",
    google({ clientSecret: undefined, clientKeyFile: "-----BEGIN PRIVATE KEY-----\n" }),
    { place: "providers.google.clientKeyFile", fix: ["path"] },
  ],
  [
    "an issuer of many tenants",
    { providers: { "entra-id": entra } },
    { place: "providers.entra-id.tenants", values: [entra.issuer], fix: ["list", "ids"] },
  ],
  [
    "an option of another kind of provider",
    google({ tenants }),
    { place: "providers.google.tenants", values: ["google"], fix: ["entra-id"] },
  ],
  [
    "offline access that the scope lacks",
    { providers: { company: { ...company, offlineAccess: true, scope: "openid email" } } },
    {
      place: "providers.company.offlineAccess",
      values: ["true", "`scope`", "final"],
      fix: ["add", "offline_access", "remove `offlineAccess`"],
    },
  ],
  [
    "offline access that the scope has and the operator refuses",
    {
      providers: { company: { ...company, offlineAccess: false, scope: "openid offline_access" } },
    },
    {
      place: "providers.company.offlineAccess",
      values: ["false", "`scope`", "offline_access"],
      fix: ["remove one"],
    },
  ],
  [
    "offline access at a provider without OpenID Connect",
    { providers: { github: { clientId: "id", clientSecret: "shh", offlineAccess: false } } },
    {
      place: "providers.github.offlineAccess",
      values: ["github", "OpenID Connect"],
      fix: ["remove"],
    },
  ],
  [
    "an unknown kind of provider",
    { providers: { company: { type: "odic", clientId: "id" } } },
    { place: "providers.company.type", values: ['"odic"'], fix: ["oidc"] },
  ],
  [
    "no issuer",
    { providers: { company: { type: "oidc", clientId: "id" } } },
    { place: "providers.company.issuer", fix: ["OpenID Connect", "https://id.example.com"] },
  ],
  [
    "a short secret",
    { secret: "short" },
    { place: "secret", values: ["32 bytes"], fix: ["`doorward secret`"] },
  ],
  [
    "a secret of one letter",
    { secret: "a".repeat(44) },
    { place: "secret", values: ["repeats"], fix: ["`doorward secret`"] },
  ],
  ...["email_domains", "upstreams", "client_id", "skip_auth_routes"].map(
    (name): [string, Settings, Facts] => [
      `oauth2-proxy's ${name}`,
      { [name]: ["x"] },
      { place: name, values: ["oauth2-proxy"], fix: ["`doorward import oauth2-proxy FILE`"] },
    ],
  ),
  [
    "vouch-proxy's group",
    { vouch: { domains: ["example.com"] } },
    { place: "vouch", values: ["vouch-proxy"], fix: ["`doorward import vouch-proxy FILE`"] },
  ],
  [
    "a name of doorward's in another spelling",
    { allowed_redirects: [] },
    { place: "allowed_redirects", fix: ["did you mean allowedRedirects?"] },
  ],
  [
    "a secret from documentation",
    { secret: "replace-this-with-what-doorward-secret-prints" },
    { place: "secret", values: ["documentation"], fix: ["`doorward secret`"] },
  ],
  [
    "one port for both listeners",
    { admin: { port: 4180 } },
    { place: "admin.port", values: ["4180"], fix: ["port", "listen"] },
  ],
  [
    "an impossible port",
    { listen: { port: 0 } },
    { place: "listen.port", values: ["0"], fix: ["1", "65535"] },
  ],
  [
    "proxies everywhere",
    { trustedProxies: ["0.0.0.0/0"] },
    {
      place: "trustedProxies",
      values: ['["0.0.0.0/0"]', "every IPv4 address"],
      fix: ["proxies' own addresses", "trustedProxies: anyone"],
    },
  ],
  [
    "proxies everywhere in halves",
    { trustedProxies: ["private", "0.0.0.0/1", "128.0.0.0/1"] },
    { place: "trustedProxies", values: ["every IPv4 address"], fix: ["anyone"] },
  ],
  [
    "proxies everywhere in IPv6",
    { trustedProxies: "2000::/3" },
    { place: "trustedProxies", values: ["every public IPv6 address"], fix: ["anyone"] },
  ],
  [
    "anyone beside other proxies",
    { trustedProxies: ["anyone", "loopback"] },
    { place: "trustedProxies", values: ["anyone"], fix: ["remove"] },
  ],
  [
    "a rule's address with anyone as proxies",
    { trustedProxies: "anyone", rules: [{ ip: "203.0.113.0/24", allow: "public" }] },
    { place: "rules.0.ip", values: ["203.0.113.0/24", "trustedProxies"], fix: ["proxies"] },
  ],
  [
    "an impossible address range",
    { trustedProxies: ["10.0.0.0/33"] },
    {
      place: "trustedProxies.0",
      values: ['"10.0.0.0/33"'],
      fix: ["loopback", "private", "10.1.2.3", "10.1.0.0/16"],
    },
  ],
  [
    "a header that HTTP needs",
    { headers: { Cookie: "email" } },
    { place: "headers.Cookie", values: ['"Cookie"', "HTTP"], fix: ["header", "identity"] },
  ],
  [
    "a header of an unknown field",
    { headers: { "X-Email": "emial" } },
    {
      place: "headers.X-Email",
      values: ['"emial"'],
      fix: ["subject", "email", "groups", "accessToken", "claims.NAME"],
    },
  ],
];
