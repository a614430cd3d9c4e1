import { createSite } from "../../server/config/site.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { ask, type Head, type Lines, type WireAnswer } from "./wire.ts";

const site = { url: "https://auth.example.com", cookie: { domain: "example.com" } };

/** The policy that every attack meets: an app with an open part, a part for admins, and the rest for staff. */
export const policy = {
  ...site,
  access: { groups: ["staff"] },
  rules: [
    { host: "app.example.com", path: "/public/**", allow: "public" },
    { host: "app.example.com", path: "/foo/*/bar", methods: ["GET"], allow: "public" },
    { host: "app.example.com", path: "/admin/**", allow: { groups: ["admins"] } },
    { host: "api.apps.example.com", path: "/api/**", allow: "public" },
    { host: "open.apps.example.com", allow: "public" },
    { host: "net.apps.example.com", ip: ["203.0.113.0/24"], allow: "public" },
  ],
  trustedProxies: ["127.0.0.1"],
} as const;

export const sessionCookie = createSite({
  ...site,
  access: { groups: ["staff"] },
}).sessionCookieName;

/** A page that a browser opens, as a trusted proxy of the `forwarded` family describes it. */
export const request: Lines = [
  ["Host", "forward-auth:4180"],
  ["X-Forwarded-Method", "GET"],
  ["X-Forwarded-Proto", "https"],
  ["X-Forwarded-Host", "app.example.com"],
  ["X-Forwarded-Uri", "/private?x=1"],
  ["X-Forwarded-For", "203.0.113.9"],
  ["Accept", "text/html"],
  ["Sec-Fetch-Mode", "navigate"],
];

/** The same page, as nginx describes it. */
export const nginxRequest: Lines = [
  ["Host", "forward-auth:4180"],
  ["X-Original-Method", "GET"],
  ["X-Original-URL", "https://app.example.com/private?x=1"],
  ["X-Forwarded-For", "203.0.113.9"],
  ["Accept", "text/html"],
  ["Sec-Fetch-Mode", "navigate"],
];

/** Headers with other values, or without one (undefined). Throws at a name that they do not have. */
export function changed(
  lines: Lines,
  changes: Readonly<Record<string, string | undefined>>,
): Lines {
  for (const wanted of Object.keys(changes)) {
    if (!lines.some(([name]) => name === wanted)) throw new Error(`there is no header ${wanted}`);
  }
  return lines.flatMap(([name, value]) => {
    const other = Object.hasOwn(changes, name) ? changes[name] : value;
    return other === undefined ? [] : [[name, other] as const];
  });
}

/** The visitor asks for this path and query. */
export function uri(written: string): Lines {
  return changed(request, { "X-Forwarded-Uri": written });
}

/** The visitor asks for the root page of this host. */
export function host(written: string): Lines {
  return changed(request, { "X-Forwarded-Host": written, "X-Forwarded-Uri": "/" });
}

/** A service and its issuer. */
interface Service {
  readonly port: number;
  readonly issuer: HostileIssuer;
}

/** Signs a visitor in over the wire, and returns their `Cookie` header. */
export async function signIn(
  { port, issuer }: Service,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  issuer.twist = { ...issuer.twist, claims, userinfo: claims };
  const callback = await callbackOf({ port, issuer });
  const answer = await ask(port, callback);
  const token = cookiesOf(answer).find((pair) => pair.startsWith(`${sessionCookie}=`));
  if (token === undefined) throw new Error(`no session: ${answer.status} ${answer.body}`);
  return token;
}

/** Starts a sign-in, and returns the request with which the issuer's response arrives. */
export async function callbackOf({ port, issuer }: Service, query = ""): Promise<Head> {
  const start = await ask(port, { target: `/start${query}`, lines: page() });
  const { pathname, search } = new URL(issuer.consent(start.header("location") ?? ""));
  const Cookie = cookiesOf(start).join("; ");
  return { target: pathname + search, lines: [...page(), ["Cookie", Cookie]] };
}

/** The headers of a browser that opens a page of the service itself. */
export function page(...others: Lines): Lines {
  return [
    ["Host", "auth.example.com"],
    ["Accept", "text/html"],
    ["Sec-Fetch-Mode", "navigate"],
    ...others,
  ];
}

/** The cookies that a response sets, as `name=value`; removed ones are left out. */
export function cookiesOf({ headers }: WireAnswer): string[] {
  return headers
    .filter(([name]) => name === "set-cookie")
    .map(([, line]) => line.split(";", 1)[0] ?? "")
    .filter((pair) => !pair.endsWith("="));
}

export interface Baseline extends Service {
  readonly doorward: DoorwardProcess;
  /** Asks `/verify` with these headers. */
  verify(lines: Lines, head?: Partial<Head>): Promise<WireAnswer>;
  close(): Promise<void>;
}

/** A `doorward serve` with the baseline policy and an issuer that follows the specification. */
export async function startBaseline(
  settings: (port: number) => Readonly<Record<string, unknown>> = () => ({}),
): Promise<Baseline> {
  const issuer = await startHostileIssuer();
  const all = (port: number) => {
    return { ...settingsFor(port, issuer.issuer), ...policy, ...settings(port) };
  };
  const doorward = await startProcess(all);
  const { port } = doorward;
  return {
    port,
    issuer,
    doorward,
    verify: (lines, head) => ask(port, { target: "/verify", lines, ...head }),
    async close() {
      await doorward.close();
      await issuer.close();
    },
  };
}

export interface InProcess extends Omit<Baseline, "doorward"> {
  readonly doorward: TestDoorward;
  readonly clock: { now: number };
}

/** The same service in this process, on a real socket, with a clock that the test controls. */
export async function startInProcess(
  settings: Readonly<Record<string, unknown>> = {},
  fetch?: typeof globalThis.fetch,
): Promise<InProcess> {
  const issuer = await startHostileIssuer();
  const clock = { now: Date.now() };
  const config = configOf({ ...settingsFor(80, issuer.issuer), ...policy, ...settings });
  const doorward = await startDoorward(config, { now: () => clock.now, ...(fetch && { fetch }) });
  const { port } = doorward;
  return {
    port,
    issuer,
    doorward,
    clock,
    verify: (lines, head) => ask(port, { target: "/verify", lines, ...head }),
    async close() {
      await doorward.close();
      await issuer.close();
    },
  };
}

/** The statuses of a denial: malformed, no session, no access. */
const denials = [400, 401, 403];

/** What a response of `/verify` means: its status, and whether it leads to the sign-in. */
export function verdictOf(answer: WireAnswer): string {
  const location = answer.header("location");
  if (location === undefined) return String(answer.status);
  const isSignIn = location.startsWith("https://auth.example.com/start?rd=https%3A%2F%2F");
  return `${answer.status} to ${isSignIn ? "sign-in" : location}`;
}

/** Every verdict that lets no visitor pass. */
export const denied = expectOneOf([
  ...denials.map(String),
  "302 to sign-in",
  "303 to sign-in",
  "401 to sign-in",
]);

function expectOneOf(verdicts: readonly string[]): RegExp {
  return new RegExp(`^(?:${verdicts.join("|")})$`);
}
