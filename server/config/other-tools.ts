import type { Fault } from "./faults.ts";

/** oauth2-proxy's options, by what they have in common; none is near a setting of doorward's. */
const oauth2ProxyOptions =
  /^(provider|provider_\w+|upstreams?|client_(id|secret)(_file)?|authenticated_emails_file|email_domains?|[a-z]+list_domains?|allowed_(groups?|roles?)|redirect_url|(login|redeem|profile|validate)_url|oidc_\w+|cookie_(secret|secure|name|expire|refresh|httponly|samesite|domains?|path|csrf\w*)(_file)?|(skip|pass|set|prefer|insecure|ssl)_\w+|https?_address|metrics_address|session_(store_type|cookie_minimal)|redis_(connection_url|sentinel\w+|cluster\w+|use_\w+)|(github|gitlab|bitbucket|keycloak|azure|entra_id)_\w+|google_(groups?|admin_email|service_account_json)|htpasswd_(file|user_groups?)|trusted_(ips?|proxy_ips?)|reverse_proxy|proxy_prefix|code_challenge_method|custom_templates_dir|extra_jwt_issuers|upstreamConfig|(injectRequest|injectResponse)Headers|metricsServer)$/;

/** Names at the top of other tools' configurations, by the tool that `import` converts. */
const tools: readonly (readonly [tool: string, names: RegExp])[] = [
  ["oauth2-proxy", oauth2ProxyOptions],
  ["vouch-proxy", /^(vouch|oauth)$/],
  ["traefik-forward-auth", /^(rule\..*|default-(provider|action)|auth-host|cookie-domain)$/],
];

/** What to do about a setting of another tool; undefined = of none. */
export function otherTool(name: string): string | undefined {
  const [tool] = tools.find(([, names]) => names.test(name)) ?? [];
  return (
    tool &&
    `is a setting of ${tool}: convert that tool's file with \`doorward import ${tool} FILE\``
  );
}

/** The first variable of another tool, for a configuration that is not written yet. */
export function otherToolsVariable(
  environment: Readonly<Record<string, string | undefined>>,
): Fault[] {
  const path = Object.keys(environment).find((name) => name.startsWith("OAUTH2_PROXY_"));
  const message =
    "is a variable of oauth2-proxy, which doorward does not read: convert that tool's file with `doorward import oauth2-proxy FILE`";
  return path === undefined ? [] : [{ path, message }];
}
