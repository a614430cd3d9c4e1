import type { PlainPerson, PlainRequest, PlainRule } from "./plain-policy.ts";
import type { Random } from "./random.ts";

/** A random configuration of rules and `access`, as an operator could write it. */
export interface RandomSettings {
  readonly providers: readonly string[];
  readonly access: Record<string, unknown> | undefined;
  readonly rules: readonly PlainRule[];
  /** undefined = those of a configuration without it. */
  readonly trustedProxies?: readonly string[];
}

const groups = ["ops", "staff", "dev", "a,b"];
const subjects = ["s0", "s1", "s2", "s3"];
const emails = ["ada@example.com", "eve@sub.example.com", "mallory@example.org"];
const domains = ["example.com", "*.example.com", "example.org", "sub.example.com"];
const hosts = [
  ..."app.example.com api.example.com example.com a.b.example.com *.example.com".split(" "),
  ..."*.b.example.com app.example.com:8443 *.example.com:8443 app.example.com:443".split(" "),
];
const paths = [
  ..."/ /a /a/* /a/** /a/*/c /admin/** /public/** /public/* /** /*".split(" "),
  ..."/a%20b /public/a /A/** /a/b/c /*/admin /admin /*/*/c /*/b".split(" "),
];
const queries = ["x", "x=1", "y=2", "X"];
const ranges = ["203.0.113.0/24", "203.0.113.7", "2001:db8::/32", "198.51.100.0/31"];

export function randomSettings(random: Random): RandomSettings {
  const providers = random.once(5) ? ["company"] : ["company", "partner"];
  const rules = Array.from({ length: random.below(9) }, () => randomRule(random, providers));
  const access = random.once(10) ? undefined : randomList(random, false);
  return { providers, access, rules };
}

function randomRule(random: Random, providers: readonly string[]): PlainRule {
  const oneOrMore = (values: readonly string[]) =>
    random.once(3) ? random.some(values) : random.pick(values);
  const conditions = {
    ...(random.once(5) ? {} : { host: oneOrMore(hosts) }),
    ...(random.once(2) ? { path: oneOrMore(paths) } : {}),
    ...(random.once(5) ? { methods: oneOrMore(["GET", "POST", "OPTIONS"]) } : {}),
    ...(random.once(7) ? { query: oneOrMore(queries) } : {}),
    ...(random.once(8) ? { ip: oneOrMore(ranges) } : {}),
    ...(random.once(8) ? { provider: oneOrMore(providers) } : {}),
  };
  if (random.once(6)) return { ...conditions, deny: true };
  const preflight = random.once(5) ? { preflight: "allow" } : {};
  if (random.once(3)) return { ...conditions, ...preflight, allow: "public" };
  const stepUp = {
    ...(random.once(6) ? { maxAge: random.pick(["15m", "90m"]) } : {}),
    ...(random.once(8) ? { acr: random.some(["mfa", "hwk"]) } : {}),
  };
  const allow = random.once(4) ? "signed-in" : randomList(random, true);
  const isBare = random.once(6) && Object.keys({ ...preflight, ...stepUp }).length > 0;
  return { ...conditions, ...preflight, ...stepUp, ...(isBare ? {} : { allow }) };
}

function randomList(random: Random, isRule: boolean): Record<string, unknown> {
  if (!isRule && random.once(6)) return { anyone: true };
  const lists = () => ({
    ...(random.once(2) ? { groups: random.some(groups) } : { domains: random.some(domains) }),
    ...(random.once(4) ? { emails: random.some(emails) } : {}),
    ...(random.once(4) ? { subjects: random.some(subjects) } : {}),
    ...(random.once(9) ? { groups: [] } : {}),
  });
  const claims = { department: random.once(2) ? "eng" : ["eng", "law"], level: random.below(3) };
  return {
    ...(random.once(3) ? { all: [lists(), lists()] } : lists()),
    ...(isRule && random.once(4) ? { claims } : {}),
  };
}

/** The claims of a person at one time. */
export function randomClaims(random: Random, sub: string): PlainPerson["claims"] {
  const addresses = [...emails, "Ada@Example.com", "eve@xsub.example.com"];
  return {
    sub,
    email: random.pick(addresses),
    email_verified: !random.once(4),
    groups: random.once(4) ? [] : random.some(groups),
    preferred_username: sub.toUpperCase(),
    name: "A Person",
    department: random.pick(["eng", "law", "art"]),
    level: random.below(3),
  };
}

const names = [
  ..."app.example.com api.example.com example.com a.b.example.com x.b.example.com".split(" "),
  ..."other.example.com APP.example.com app.example.com. xexample.com b.example.com".split(" "),
];
const ports = ["", "", "", "", "", ":443", ":80", ":8443", ":0443"];
const segments = [
  ..."a a b c admin public A a%20b ~".split(" "),
  ..."- . .. %61 %2e%2e %2f ..%2fadmin %5c %252e%252e ;x a;x=1 ..; %00 a%00b %23 %3f".split(" "),
  ..."%25 %ff %c0%ae%c0%ae %3b %C3%A4 %2561 * %2a admin%2f %41 a%2e %2E %5Cadmin".split(" "),
  "",
  "",
  "/b/..",
  "/a/../",
];
const parameters = [
  ..."x x=1 x=2 y=2 X=1 x[]=1 %78=1 x=1;y=2 ?x=1 x=1%00 x=+1 x%5B0%5D=1".split(" "),
  "",
];
const visitors = [
  ..."203.0.113.7 198.51.100.1 198.51.100.2 2001:db8::1 10.1.2.3 junk".split(" "),
  ..."203.0.113.8, 10.0.0.1|203.0.113.7, junk|203.0.113.7, 198.51.100.9, 192.168.1.1".split("|"),
];
const narrowings = [
  ["allowed_groups", "ops"],
  ["allowed_groups", "ops,staff"],
  ["allowed_groups", ""],
  ["allowed_emails", "Ada@example.com"],
  ["allowed_email_domains", "example.com"],
] as const;

/** Half of the requests are for a path that one of the rules names, in another spelling. */
export function randomRequest(random: Random, rules: readonly PlainRule[]): PlainRequest {
  const named = rules.flatMap(({ path }) => [path ?? []].flat().map(String));
  const isNamed = named.length > 0 && random.once(2);
  const path = isNamed ? respelled(random, random.pick(named)) : randomPath(random);
  const query = random.once(3)
    ? `?${Array.from({ length: random.below(3) + 1 }, () => random.pick(parameters)).join("&")}`
    : "";
  const isPreflight = random.once(8);
  const method = random.pick(["GET", "GET", "POST", "HEAD", "get", "OPTIONS"]);
  return {
    method: isPreflight ? "OPTIONS" : method,
    scheme: random.once(5) ? "http" : "https",
    host: random.pick(names) + random.pick(ports),
    uri: path + query,
    forwardedFor: random.once(2) ? random.pick(visitors) : undefined,
    isPreflight,
    narrowing: random.once(10) ? random.some(narrowings).slice(0, 2) : [],
  };
}

function randomPath(random: Random): string {
  return Array.from({ length: random.below(4) + 1 }, () => `/${segment(random)}`).join("");
}

/** Plain segments more often than the others, so that many paths have one reading. */
function segment(random: Random): string {
  return random.pick(random.once(3) ? segments : segments.slice(0, 9));
}

/** Spellings of a slash and of a letter that servers may read as such. */
const slashes = "/ // /./ /x/../ //x/../ %2f %5c /;y/ ;y/ /%2e/ /x/%2e%2e/ /x/..;/ %00/".split(" ");
const letters: Readonly<Record<string, string>> = { a: "%61", b: "%2562", c: "c;x", d: "%64" };

/** A path that a pattern matches, with up to two of its slashes and one of its letters spelled otherwise. */
function respelled(random: Random, pattern: string): string {
  const filled = pattern
    .replace(/\*\*$/, () => random.pick(["", "a", "a/b"]))
    .replace(/\*/g, () => random.pick(["a", "b", "", "admin"]));
  const parts = filled.slice(1).split("/");
  const changed = parts.map((part) => {
    const spelled = random.once(6) ? part.replace(/[abcd]/, (one) => letters[one] ?? one) : part;
    return (random.once(3) ? random.pick(slashes) : "/") + spelled;
  });
  const path = changed.join("");
  return path.startsWith("/") ? path : `/${path}`;
}
