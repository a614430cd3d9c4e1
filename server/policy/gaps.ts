import type { ReasonOf } from "../observe/events.ts";
import { formOf } from "../../providers/claim-form.ts";
import { claimAt } from "../../providers/claims.ts";
import type { Identity } from "../identity/identity.ts";
import { hasClaim } from "./access.ts";

/** Why an identity lacks what a denial's lists compare, by the name of the log field. No value of a claim is in it. */
export interface Gaps {
  readonly noEmail?: string;
  readonly noGroups?: string;
  readonly noClaims?: string;
}

/** The lists of `access`, of `allow` or of the query of /verify, as far as gaps concern them. */
interface Lists {
  readonly emails?: readonly string[] | undefined;
  readonly domains?: readonly string[] | undefined;
  readonly verified?: boolean | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  readonly subjects?: readonly string[] | undefined;
  readonly all?: readonly Lists[] | undefined;
}

/** Why lists deny an identity: a code, and the gaps that may have caused it. */
export interface Denial {
  readonly code: DenialCode;
  readonly gaps: Gaps | undefined;
}

type DenialCode = Extract<
  ReasonOf<"denied">,
  `${"email" | "domain" | "group" | "groups" | "claim" | "subject"}_${string}` | "not_listed"
>;

export function denialBy(identity: Identity, lists: readonly (Lists | undefined)[]): Denial {
  const gaps = gapsFor(identity, lists);
  return { code: codeOf(identity, comparedBy(lists), gaps ?? {}), gaps };
}

type List = Exclude<keyof Lists, "all">;

/** The kinds of lists that are compared. */
function comparedBy(lists: readonly (Lists | undefined)[]): ReadonlySet<List> {
  const all = lists.flatMap((list) => [list ?? [], list?.all ?? []].flat());
  return new Set(listNames.filter((name) => all.some((list) => list[name] !== undefined)));
}

const listNames: readonly List[] = [
  "emails",
  "domains",
  "verified",
  "groups",
  "claims",
  "subjects",
];

/** A claim that does not count comes first: it is the cause, whatever the lists contain. */
function codeOf(
  identity: Identity,
  compared: ReadonlySet<List>,
  { noEmail, noGroups, noClaims }: Gaps,
): DenialCode {
  if (noEmail !== undefined) return emailCode(identity);
  const hasGroups = identity.groups.length > 0;
  if (noGroups !== undefined && !hasGroups)
    return identity.groupsFault === undefined ? "groups_missing" : "groups_unreadable";
  if (noClaims !== undefined) return "claim_not_listed";
  const [only, ...others] = compared;
  return only === undefined || others.length > 0 ? "not_listed" : notIn[only];
}

const notIn: Readonly<Record<List, DenialCode>> = {
  emails: "email_not_listed",
  domains: "domain_not_listed",
  verified: "email_not_counted",
  groups: "group_not_listed",
  claims: "claim_not_listed",
  subjects: "subject_not_listed",
};

function emailCode({ claims }: Identity): DenialCode {
  if (typeof claims.email !== "string") return "email_missing";
  if (claims.email_verified === false) return "email_not_verified";
  return claims.email_verified === undefined ? "email_verified_missing" : "email_not_counted";
}

/** The gaps that may have caused a denial by these lists; a gap that no list compares did not. undefined = none. */
export function gapsFor(
  identity: Identity,
  lists: readonly (Lists | undefined)[],
): Gaps | undefined {
  const compared = lists.flatMap((list) => [list ?? [], list?.all ?? []].flat());
  const compares = (name: keyof Lists) => compared.some((list) => list[name] !== undefined);
  const comparesEmail = (["emails", "domains", "verified"] as const).some(compares);
  const noEmail = comparesEmail ? identity.gaps?.email : undefined;
  const noGroups = compares("groups") ? groupsGap(identity) : undefined;
  const noClaims = compared.flatMap(({ claims = {} }) => claimGaps(claims, identity)).join("; ");
  const gaps = {
    ...(noEmail !== undefined && { noEmail }),
    ...(noGroups !== undefined && { noGroups }),
    ...(noClaims !== "" && { noClaims }),
  };
  return Object.keys(gaps).length === 0 ? undefined : gaps;
}

function groupsGap({ groupsFault, gaps }: Identity): string | undefined {
  return groupsFault === undefined
    ? gaps?.groups
    : `the groups could not be read: ${groupsFault.reason}`;
}

function claimGaps(wanted: Readonly<Record<string, unknown>>, { claims }: Identity): string[] {
  return Object.entries(wanted)
    .filter(([path, values]) => !hasClaim(claims, path, values))
    .map(([path, values]) => {
      const form = formOf(claimAt(claims, path));
      const listed = [...new Set([values].flat().map((value) => typeof value))].join(" or ");
      return `${path} is ${form}, and none of the listed values (${listed})`;
    });
}
