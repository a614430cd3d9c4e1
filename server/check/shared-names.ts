import type { Access, RuleAccess } from "../policy/access-schema.ts";
import type { Config } from "../config/schema.ts";
import { createEntryFinder } from "../config/site-finder.ts";
import type { SiteEntry } from "../config/site.ts";
import { createSites } from "../config/sites.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { warning, type Finding } from "./finding.ts";
import { hasGroups } from "./provider.ts";

type Parties = ReadonlyMap<string, RelyingParty>;
type ListName = keyof typeof lists;

/** Names that are unique only at one issuer, the providers that send them, and the danger of a second source. */
const lists = {
  groups: {
    isSentBy: hasGroups,
    danger: "anyone who can create a group of that name at one of them gets access",
  },
  subjects: { isSentBy: () => true, danger: "it is a different person at each of them" },
} as const;

/** Lists of names that several providers may send, in a place that names no provider. */
export function sharedNames(config: Config, parties: Parties): Finding[] {
  return [...ofSites(config), ...ofRules(config)].flatMap(({ path, access, offered }) =>
    (["groups", "subjects"] as const).flatMap((list) => {
      const names = access?.[list] ?? [];
      const sources = sourcesOf(list, parties, offered);
      return names.length > 0 && sources.length > 1 ? [shared(path, list, names, sources)] : [];
    }),
  );
}

interface Listing {
  readonly path: string;
  readonly access: Access | RuleAccess | undefined;
  /** Names of the providers by which its visitors sign in; undefined = any. */
  readonly offered: readonly string[] | undefined;
}

function ofSites(config: Config): Listing[] {
  const sites = createSites(config);
  const isOwn = (index: number) => config.sites?.[index]?.access !== undefined;
  const others = sites.filter((_, index) => !isOwn(index));
  return [
    { path: "access", access: config.access, offered: offeredBy(others) },
    ...sites.flatMap(({ access, providers }, index) =>
      isOwn(index) ? [{ path: `sites.${index}.access`, access, offered: providers }] : [],
    ),
  ];
}

function ofRules(config: Config): Listing[] {
  const sites = createSites(config);
  const entryOf = createEntryFinder(sites);
  return config.rules.flatMap(({ allow, provider, host }, index) => {
    if (typeof allow !== "object") return [];
    const reached = host?.flatMap((name) => entryOf(name.replace(/:\d+$/, "")) ?? []) ?? sites;
    const path = `rules.${index}.allow`;
    return [{ path, access: allow, offered: provider ?? offeredBy(reached) }];
  });
}

function offeredBy(sites: readonly SiteEntry[]): string[] | undefined {
  const names = sites.map(({ providers }) => providers);
  return names.every((some) => some !== undefined) ? names.flat() : undefined;
}

function sourcesOf(list: ListName, parties: Parties, offered: Listing["offered"]): string[] {
  return [...parties.values()]
    .filter(({ name }) => offered?.includes(name) !== false)
    .filter((party) => lists[list].isSentBy(party))
    .map(({ name }) => name);
}

function shared(
  path: string,
  list: ListName,
  names: readonly string[],
  sources: readonly string[],
): Finding {
  const quoted = names.map((name) => JSON.stringify(name)).join(", ");
  return warning(
    `${path}.${list}: ${quoted} may come from ${sources.join(" or ")}, and ${lists[list].danger}: name it in a rule with \`provider\` instead, or give the site \`providers\``,
  );
}
