import type { Access, RuleAccess } from "../policy/access-schema.ts";
import type { Config } from "../config/schema.ts";
import { createSiteFinder, createSites, type Site } from "../config/site.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { warning, type Finding } from "./finding.ts";
import { hasGroups } from "./provider.ts";

type Parties = ReadonlyMap<string, RelyingParty>;
type ListName = keyof typeof lists;

/** What means something at one issuer only, whose it can be, and what happens when another says the same. */
const lists = {
  groups: {
    isSaidBy: hasGroups,
    danger: "whoever can found a group of that name at one of them passes",
  },
  subjects: { isSaidBy: () => true, danger: "it is somebody else at each of them" },
} as const;

/** Lists that let somebody in by a name that several providers may give, without saying whose is meant. */
export function sharedNames(config: Config, parties: Parties): Finding[] {
  return [...ofSites(config), ...ofRules(config)].flatMap(({ path, access, offered }) =>
    (["groups", "subjects"] as const).flatMap((list) => {
      const names = access?.[list] ?? [];
      const sayers = saying(list, parties, offered);
      return names.length > 0 && sayers.length > 1 ? [loose(path, list, names, sayers)] : [];
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
  const siteOf = createSiteFinder(sites);
  return config.rules.flatMap(({ allow, provider, host }, index) => {
    if (typeof allow !== "object") return [];
    const reached = host?.flatMap((name) => siteOf(name.replace(/:\d+$/, "")) ?? []) ?? sites;
    const path = `rules.${index}.allow`;
    return [{ path, access: allow, offered: provider ?? offeredBy(reached) }];
  });
}

function offeredBy(sites: readonly Site[]): string[] | undefined {
  const names = sites.map(({ providers }) => providers);
  return names.every((some) => some !== undefined) ? names.flat() : undefined;
}

function saying(list: ListName, parties: Parties, offered: Listing["offered"]): string[] {
  return [...parties.values()]
    .filter(({ name }) => offered?.includes(name) !== false)
    .filter((party) => lists[list].isSaidBy(party))
    .map(({ name }) => name);
}

function loose(
  path: string,
  list: ListName,
  names: readonly string[],
  sayers: readonly string[],
): Finding {
  const quoted = names.map((name) => JSON.stringify(name)).join(", ");
  return warning(
    `${path}.${list}: ${quoted} may be said by ${sayers.join(" or ")}, and ${lists[list].danger}: name it in a rule with \`provider\` instead, or give the site \`providers\``,
  );
}
