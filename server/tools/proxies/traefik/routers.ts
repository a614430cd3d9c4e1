import type { PublicHost } from "../public-hosts.ts";

/** One way a request can take through Traefik, however the configuration is written. */
export interface Router {
  readonly name: string;
  readonly rule: string;
  /** Explicit everywhere: Traefik's own order goes by the length of the rule. */
  readonly priority: number;
  readonly entryPoint: string;
  readonly middleware: string | undefined;
  /** doorward, or the app of that host. */
  readonly service: string;
}

/** What a `forwardAuth` middleware asks. */
export interface Question {
  readonly name: string;
  /** The path on doorward. */
  readonly path: string;
}

/** v3 takes plain regular expressions, v2 a template of them. */
export type Version = "v2" | "v3";

/** Gives a path that doorward does not know, and for which it answers 404. */
export const nothing = { name: "doorward-nothing", path: "/nothing" };

const first = 10_000; // above whatever order by length gives to routers that stand beside these

export function routersOf(hosts: readonly PublicHost[], version: Version): Router[] {
  const questions = questionsOf(hosts);
  return hosts.flatMap((host, index) => [
    ...(host.serves === "app" ? [] : endpoints(host, version)),
    ...(host.serves === "doorward" ? [] : [guard(host, version, first - index, questions)]),
  ]);
}

function endpoints(host: PublicHost, version: Version): Router[] {
  const { name, base } = host;
  const beneath = (path: string) => `${hostRule(host, version)} && PathPrefix(\`${base}${path}\`)`;
  const common = { entryPoint: entryPointOf(host), service: "doorward" };
  return [
    {
      ...common,
      name: `doorward-verify-${name}`,
      rule: beneath("/verify"),
      priority: first + 2,
      middleware: nothing.name,
    },
    {
      ...common,
      name: `doorward-public-${name}`,
      rule: beneath("/"),
      priority: first + 1,
      middleware: undefined,
    },
  ];
}

function guard(
  host: PublicHost,
  version: Version,
  priority: number,
  questions: readonly Question[],
): Router {
  return {
    name: host.name,
    rule: hostRule(host, version),
    priority,
    entryPoint: entryPointOf(host),
    middleware: questions.find(({ path }) => path === `${host.base}/verify`)?.name,
    service: host.name,
  };
}

function hostRule({ host }: PublicHost, version: Version): string {
  if (!host.startsWith("*")) return `Host(\`${host}\`)`;
  const domain = host.slice(2);
  return version === "v3"
    ? `HostRegexp(\`^.+\\.${domain.replaceAll(".", "\\.")}$\`)`
    : `HostRegexp(\`{any:.+}.${domain}\`)`;
}

export function entryPointOf({ scheme, port }: PublicHost): string {
  if (scheme === "https") return port === 443 ? "websecure" : `websecure-${port}`;
  return port === 80 ? "web" : `web-${port}`;
}

/** A question for every path beneath which a site is asked. */
export function questionsOf(hosts: readonly PublicHost[]): Question[] {
  const guarded = hosts.filter(({ serves }) => serves !== "doorward");
  const bases = [...new Set(guarded.map(({ base }) => base))];
  return bases.map((base, index) => ({
    name: index === 0 ? "doorward" : `doorward-${index + 1}`,
    path: `${base}/verify`,
  }));
}
