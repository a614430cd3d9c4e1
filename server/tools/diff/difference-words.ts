import { usersName } from "../policy/visitor.ts";
import type { Difference } from "./differences.ts";
import type { Mail, Traits } from "./traits.ts";
import type { BorderVisitor } from "./visitors.ts";

/** Who fares differently: `a member of the group "ops" with any address of example.com, by company`. */
export function visitorWords({ visitor, providers }: Difference): string {
  const { provider, means, traits, ageMs, acr } = visitor;
  if (provider === undefined) return "anyone who is not signed in";
  const [has, signedIn] = [traitWords(traits), signInWords(ageMs, acr)];
  const who = [has, signedIn].filter((part) => part !== "").join(", ");
  return subjectOf(means, has === "" ? `anyone ${who}` : who) + providerWords(provider, providers);
}

function subjectOf(means: BorderVisitor["means"], who: string): string {
  if (means === "token") return `a program with a token: ${who}`;
  if (means === "password") return `a user of the password file: ${who}`;
  return who === "anyone " ? "anyone signed in" : who;
}

function providerWords(provider: string, providers: readonly string[]): string {
  if (providers.length === 0 || provider === usersName) return "";
  return ` (provider ${providers.join(", ")})`;
}

function traitWords({ email, subject, groups = [], claims = [] }: Traits): string {
  return [
    subject === undefined ? [] : `subject ${quoted(subject)}`,
    groups.map((group) => `group ${quoted(group)}`),
    email === undefined ? [] : mailWords(email),
    claims.map(([path, value]) => `claim ${path} ${quoted(value)}`),
  ]
    .flat()
    .join(" + ");
}

function mailWords({ kind, value }: Mail): string {
  if (kind === "any") return "any verified address";
  if (kind === "address") return value;
  return kind === "domain" ? `any address of ${value}` : `any address under ${value}`;
}

function signInWords(ageMs: number | undefined, acr: string | undefined): string {
  const words = [
    ageMs === undefined ? [] : `signed in ${Math.round(ageMs / 60_000)} minutes ago`,
    acr === undefined ? [] : `with acr ${quoted(acr)}`,
  ].flat();
  return words.join(", ");
}

function quoted(value: unknown): string {
  return JSON.stringify(value);
}

/** `GET https://app.example.com/admin/*`. */
export function requestWords({ request }: Difference, host: string): string {
  const { label, method } = request;
  return `${method === undefined ? "" : `${method} `}${host}${label}`;
}

/** Neither http, unless a site uses it, nor a port that only a visitor writes. */
export function isUsualHost(host: string, { request: { sides } }: Difference): boolean {
  const isHttp = [sides.old, sides.new].some(({ site }) => site?.secure === false);
  return (isHttp || host.startsWith("https:")) && !/:(\*|80|443)$/.test(host);
}

/** `OPENED`: requests pass that did not. `CLOSED`: fewer pass, or fewer people can sign in for them. */
export function markOf({ rulings: { old, new: later } }: Pick<Difference, "rulings">) {
  if (later.verdict === "allow") return "OPENED";
  return old.verdict === "allow" || later.verdict === "deny" ? "CLOSED" : "OTHER";
}
