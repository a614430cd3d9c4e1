import type { Identity } from "../identity/identity.ts";
import { nameOf } from "./denied-page.ts";
import { otherAccount, signOut, type Page } from "./page.ts";
import { text } from "./text.ts";

/** The sign-in of a visitor, with the label of its provider. Times are milliseconds since the epoch. */
interface SignedIn {
  readonly identity: Identity;
  readonly provider: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

interface Links {
  /** The app in which doorward is mounted. */
  readonly home: { readonly href: string; readonly app: string } | undefined;
  readonly otherAccount: string;
  readonly signOut: string;
  readonly signOutEverywhere: string;
}

/** Shows visitors their own sign-in. `isTargetLost` = they were on their way to a page that is not known any more. */
export function ownPage(
  { identity, provider, createdAt, expiresAt }: SignedIn,
  links: Links,
  isTargetLost: boolean,
): Page {
  const { home } = links;
  const { name } = identity;
  const account = nameOf(identity);
  return {
    kind: "own",
    status: 200,
    title: text("own", "title"),
    paragraphs: isTargetLost ? [text("own", "unknownTarget")] : [],
    facts: [
      { name: text("own", "account"), value: account },
      ...(name === undefined || name === account
        ? []
        : [{ name: text("own", "name"), value: name }]),
      { name: text("own", "provider"), value: provider },
      { name: text("own", "since"), value: new Date(createdAt) },
      { name: text("own", "until"), value: new Date(expiresAt) },
    ],
    actions: [
      ...(home === undefined
        ? []
        : [
            { href: home.href, label: text("common", "openApp", { app: home.app }), isFirst: true },
          ]),
      signOut(links.signOut),
      { href: links.signOutEverywhere, label: text("own", "signOutEverywhere") },
      otherAccount(links.otherAccount),
    ],
  };
}
