import { readFileSync } from "node:fs";
import type { Claims } from "../../../providers/claims.ts";
import type { Config } from "../../config/schema.ts";
import type { ProtectedResource } from "../../config/protected-resources.ts";
import { isObject } from "../../config/shape.ts";
import type { Identity } from "../../identity/identity.ts";
import { reasonsOf } from "../../observe/log.ts";
import { explanationOf, type Explanation } from "./explanation.ts";
import { compilePolicy } from "./policy.ts";
import { readUrl } from "./requested-url.ts";
import type { Person } from "./visitor.ts";

/** The person and the request of the command line's options. */
export interface Visitor extends Pick<Person, "email" | "unverified" | "subject" | "provider"> {
  readonly groups?: string | undefined;
  /** A JSON file of the claims that the provider sends. */
  readonly claims?: string | undefined;
  readonly method?: string | undefined;
  /** The visitor's own address. */
  readonly ip?: string | undefined;
}

/** Which site, rule and condition decide about a URL. */
export async function explain(
  config: Config,
  url: string,
  visitor: Visitor,
  now: number,
): Promise<Explanation> {
  const request = readUrl(url, visitor.method ?? "GET");
  const asked = { request, address: visitor.ip, isPreflight: false };
  return explanationOf(compilePolicy(config), asked, personOf(visitor), now);
}

function personOf({ email, unverified, groups, subject, provider, claims }: Visitor): Person {
  if (claims !== undefined && [email, groups, subject].some((part) => part !== undefined))
    throw new Error("--claims replaces --email, --groups and --subject: remove them");
  return {
    email,
    unverified,
    subject,
    provider,
    groups: groups?.split(",").map((group) => group.trim()),
    claims: claims === undefined ? undefined : readClaims(claims),
    claimsPlace: `--claims ${claims}`,
  };
}

function readClaims(file: string): Claims {
  let contents: string;
  try {
    contents = readFileSync(file, "utf8");
  } catch (cause) {
    throw new Error(`--claims ${file}: ${reasonsOf(cause)}`, { cause });
  }
  const claims = parsed(contents);
  if (isObject(claims)) return claims;
  throw new Error(`--claims ${file}: contains no JSON object of claims`);
}

/** The parser's own message would quote the claims. */
function parsed(contents: string): unknown {
  try {
    return JSON.parse(contents);
  } catch {
    return undefined;
  }
}

/** The explanation, a line for each fact. */
export function explanationLines(explanation: Explanation): string[] {
  const { hostname, site, identity, absence, ruling } = explanation;
  const { verdict, rule, reason } = ruling;
  if (site === undefined) return [`site: none covers ${hostname}`, `deny${because(reason)}`];
  const person =
    identity === undefined ? `not signed in${because(absence)}` : identityWords(identity);
  return [
    `site: ${site}`,
    `identity: ${person}`,
    ...consideredLines(explanation),
    ...resourceLines(explanation),
    // As in the log: what the identity lacks of what the lists compare.
    ...Object.entries(ruling.gaps ?? {}).map(([name, gap]) => `${name}: ${gap}`),
    `${verdict} by ${rule}${because(reason)}`,
  ];
}

function consideredLines({ considered }: Explanation): string[] {
  const lines = considered.map(
    ({ rule, match, because: reason }) =>
      `${rule}: ${match === "no" ? `no, ${reason}` : wording[match]}`,
  );
  const isDecided = considered.at(-1)?.match === "yes";
  return isDecided ? lines : [...lines, "access: applies, as no rule decided"];
}

function resourceLines({ resource }: Explanation): string[] {
  if (resource === undefined) return [];
  const { identifier, issuers, metadataUrl } = resource;
  return [
    `resource: ${identifier}, for tokens of ${issuers.join(" or ")}; metadata at ${metadataUrl}`,
  ];
}

const wording = {
  yes: "matches",
  maybe: "may match: servers read this request in several ways, so the stricter outcome applies",
};

function because(reason: string | undefined): string {
  return reason === undefined ? "" : `: ${reason}`;
}

export function identityWords({ email, subject, groups, provider }: Identity): string {
  const name = email ?? (subject === "" ? "no email or subject given" : subject);
  return `${name}, groups [${groups.join(", ")}], signed in by ${provider}`;
}

/** The same facts as JSON: no claims, and no value of a query parameter in a rule. */
export function explanationJson(url: string, explanation: Explanation): string {
  const { site, identity, absence, considered, ruling, resource } = explanation;
  const { verdict, rule, reason, gaps = {} } = ruling;
  return JSON.stringify(
    {
      url,
      site: site ?? null,
      identity: identity === undefined ? null : shown(identity),
      absence: absence ?? null,
      considered: considered.map(({ rule: name, match, because: why }) => ({
        rule: name,
        match,
        reason: why ?? null,
      })),
      resource: resource === undefined ? null : shownResource(resource),
      decision: { verdict, rule: rule ?? null, reason: reason ?? null, gaps },
    },
    undefined,
    2,
  );
}

function shownResource({ identifier, issuers, metadataUrl: metadata }: ProtectedResource) {
  return { identifier, issuers, metadata };
}

function shown({ email, subject, groups, provider }: Identity) {
  return { email: email ?? null, subject: subject === "" ? null : subject, groups, provider };
}
