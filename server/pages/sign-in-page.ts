import type { Mark } from "../../providers/provider.ts";
import { markOf } from "./marks.ts";
import type { Page } from "./page.ts";
import { text } from "./text.ts";

/** A link that starts a sign-in. */
export interface SignInLink {
  readonly href: string;
  /** undefined = the page does not name one. */
  readonly provider: { readonly label: string; readonly mark: Mark | undefined } | undefined;
}

/** Asks a visitor who is not signed in to do so, with a button for each link. */
export function signInPage(status: number, links: readonly SignInLink[]): Page {
  return {
    kind: "sign-in",
    status,
    title: text("choose", "title"),
    paragraphs: [text("signIn", "text")],
    actions: links.map(({ href, provider }) =>
      provider === undefined
        ? { href, label: text("common", "signIn"), isFirst: true }
        : {
            href,
            label: text("signIn", "signInWith", { provider: provider.label }),
            mark: markOf(provider.mark, provider.label),
            isFirst: true,
          },
    ),
  };
}
