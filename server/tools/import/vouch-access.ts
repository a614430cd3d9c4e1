import { parseEmail } from "../../identity/email.ts";
import { present, someOf } from "./provider.ts";
import type { VouchOptions } from "./vouch-options.ts";

/** Who has access: in `access`, or in a rule if it uses claims. */
interface VouchAccess {
  readonly access?: Record<string, unknown>;
  readonly rules?: readonly Record<string, unknown>[];
}

/**
 * vouch-proxy looks at the first of these only: allowAllUsers, whiteList, teamWhitelist, domains. doorward's lists are
 * alternatives, so the others must not become lists.
 */
export function importVouchAccess(from: VouchOptions, kind: string): VouchAccess {
  const [domains, names, teams] = [
    plain(from, "vouch.domains"),
    plain(from, "vouch.whiteList"),
    plain(from, "vouch.teamWhitelist"),
  ];
  const isForAll = from.isOn("vouch.allowAllUsers");
  notePublic(from);
  if (isForAll === domains.length > 0) {
    const message = isForAll
      ? "cannot be combined with vouch.domains, and vouch-proxy does not start: keep one of the two"
      : "is missing, and so is vouch.allowAllUsers, so vouch-proxy does not start: add one of them";
    from.problem(isForAll ? "vouch.allowAllUsers" : "vouch.domains", message);
  }
  if (isForAll) return forEveryone(from);
  if (from.hasEntries("vouch.whiteList")) return byName(from, kind, names);
  if (from.hasEntries("vouch.teamWhitelist")) return byTeam(from, kind, teams);
  if (kind === "github" || kind === "gitea")
    from.note(
      "different",
      "vouch.domains",
      "doorward compares the primary address, if it is verified; vouch-proxy compared the public address of the profile",
    );
  return { access: { domains: domains.flatMap((domain) => [domain, `*.${domain}`]) } };
}

function forEveryone(from: VouchOptions): VouchAccess {
  from.note(
    "to do",
    "vouch.allowAllUsers",
    "gives access to every account of the provider (access: { anyone: true }); at a public provider that is everyone: to restrict it, set domains, emails or groups in access",
  );
  for (const name of ["vouch.whiteList", "vouch.teamWhitelist"])
    if (from.list(name).length > 0)
      from.note(
        "to do",
        name,
        "is ignored, as in vouch-proxy, because vouch.allowAllUsers is true",
      );
  return { access: { anyone: true } };
}

/** Entries with a blank at either end match nothing in vouch-proxy. */
function plain(from: VouchOptions, name: string): readonly string[] {
  return from.list(name).filter((entry) => {
    if (entry.trim() === entry) return true;
    from.note(
      "left out",
      name,
      `"${entry}" matches nothing in vouch-proxy, because of its blanks: correct it in the new file`,
    );
    return false;
  });
}

/** The claim or the list that vouch-proxy's user name corresponds to, at each kind of provider. */
const userNames: Readonly<Record<string, string>> = {
  github: "claims.login",
  gitea: "claims.login",
  "entra-id": "claims.preferred_username",
  azure: "claims.upn",
  adfs: "claims.upn",
  nextcloud: "subjects",
};

function byName(from: VouchOptions, kind: string, names: readonly string[]): VouchAccess {
  noteReplaced(from, "vouch.whiteList", ["vouch.teamWhitelist", "vouch.domains"]);
  if (kind === "discord") return byDiscordName(from, names);
  // As plain OpenID Connect, vouch-proxy reads no name of the kind itself.
  const list = from.text("oauth.provider") === "oidc" ? undefined : userNames[kind];
  if (list === "subjects") return { access: { subjects: names } };
  if (list !== undefined) return byClaims({ [list.slice("claims.".length)]: names });
  return byAddress(from, kind, names);
}

/** At an OpenID Connect issuer the user name is the claim `username`, or the address of an account without one. */
function byAddress(from: VouchOptions, kind: string, names: readonly string[]): VouchAccess {
  const isCognito = /^https:\/\/[^/]+\.amazoncognito\.com\//.test(
    from.text("oauth.auth_url") ?? "",
  );
  if (isCognito) return byClaims({ username: names });
  const emails = names.filter((name) => parseEmail(name) !== undefined);
  const others = names.filter((name) => !emails.includes(name));
  if (kind === "google") {
    for (const name of others)
      from.note(
        "left out",
        "vouch.whiteList",
        `"${name}" is not an email address and matches no account`,
      );
    return { access: { emails } };
  }
  from.note(
    "different",
    "vouch.whiteList",
    "addresses are compared with the verified email address, and other names with the claim username; vouch-proxy compared both with that claim at an issuer that sends it",
  );
  if (others.length === 0) return { access: { emails } };
  const lists = present({ emails: someOf(emails), claims: { username: others } });
  return { rules: [{ allow: lists }] };
}

/** Accounts with a discriminator share their name with others, so a name alone means those without one. */
function byDiscordName(from: VouchOptions, names: readonly string[]): VouchAccess {
  if (from.isOn("oauth.discord_use_ids")) return { access: { subjects: names } };
  const old = names.filter((name) => name.includes("#"));
  if (old.length > 0)
    from.note(
      "left out",
      "vouch.whiteList",
      `"${old.join(", ")}": a rule cannot combine a name and a discriminator in one value: list the account's id in access.subjects`,
    );
  const kept = names.filter((name) => !old.includes(name));
  return byClaims({ username: kept, discriminator: "0" });
}

function byClaims(claims: Record<string, unknown>): VouchAccess {
  return { rules: [{ allow: { claims } }] };
}

function byTeam(from: VouchOptions, kind: string, teams: readonly string[]): VouchAccess {
  noteReplaced(from, "vouch.teamWhitelist", ["vouch.domains"]);
  if (kind !== "github") {
    from.problem(
      "vouch.teamWhitelist",
      "lets no one in at this provider, because vouch-proxy reads teams at GitHub only: remove it, and check who has access then",
    );
    return {};
  }
  const groups = teams.flatMap((written) => {
    const [org = "", team, ...more] = written.split("/");
    if (org !== "" && team !== "" && more.length === 0)
      return [team === undefined ? org : `${org}:${team}`];
    from.note(
      "left out",
      "vouch.teamWhitelist",
      `"${written}" is not org or org/team, and matches nothing`,
    );
    return [];
  });
  from.note(
    "different",
    "vouch.teamWhitelist",
    "organisations and teams are case-sensitive: spell them exactly as GitHub does",
  );
  return { access: { groups } };
}

function noteReplaced(from: VouchOptions, name: string, others: readonly string[]): void {
  for (const other of others)
    if (from.list(other).length > 0)
      from.note(
        "left out",
        other,
        other === "vouch.domains"
          ? `does not decide who has access, as in vouch-proxy, because ${name} is set; it still names the hosts`
          : `is ignored, as in vouch-proxy, because ${name} is set`,
      );
}

/** The import never makes a page public: an old setting for everything is no reason to open an app. */
function notePublic(from: VouchOptions): void {
  if (from.isOn("vouch.publicAccess"))
    from.note(
      "to do",
      "vouch.publicAccess",
      "true makes EVERY page public, and is NOT imported: all pages require a sign-in now. For pages that may be public, write rules such as { host: www.example.com, path: /public/**, allow: public }",
    );
}
