import type { Fault } from "./faults.ts";

/** Names at the top of other tools' configurations, by the tool that `import` converts. */
const tools: readonly (readonly [tool: string, names: RegExp])[] = [
  ["oauth2-proxy", /^(provider|scope|prompt|resource|upstreams?|[a-z0-9]+(_[a-z0-9]+)+)$/],
  ["oauth2-proxy", /^(upstreamConfig|(injectRequest|injectResponse)Headers|metricsServer)$/],
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
