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
  readonly all?: readonly Lists[] | undefined;
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
