import type { HttpResponse } from "../http/response.ts";
import { firstButton, markup, page } from "./page.ts";

/** A link that starts a sign-in. */
export interface SignInLink {
  readonly href: string;
  /** The provider's; undefined = the page does not name one. */
  readonly label: string | undefined;
}

/** Asks a visitor who is not signed in to do so, with a button for each link. */
export function signInPage(
  status: number,
  links: readonly SignInLink[],
  ...headers: string[]
): HttpResponse {
  const buttons = links.map(({ href, label }) =>
    firstButton(href, label === undefined ? "Sign in" : `Sign in with ${label}`),
  );
  const body = markup`<p>You have to sign in to see this page.</p>
    <nav class="actions">${buttons}</nav>`;
  return page(status, { title: "Sign in", body }, ...headers);
}
