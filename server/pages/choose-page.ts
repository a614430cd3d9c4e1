import type { HttpResponse } from "../http/response.ts";
import { button, markup, page } from "./page.ts";

/** Asks the visitor to choose one of several providers. */
export function choosePage(
  choices: readonly { href: string; label: string }[],
  unknown: string | undefined,
): HttpResponse {
  const notice =
    unknown === undefined
      ? []
      : [markup`<p>There is no way to sign in called “${unknown}” here.</p>`];
  return page(unknown === undefined ? 200 : 400, {
    title: "Sign in",
    body: markup`${notice}
      <p>Choose the account you want to use.</p>
      <nav class="actions">
        ${choices.map(({ href, label }) => button(href, `Continue with ${label}`))}
      </nav>`,
  });
}
