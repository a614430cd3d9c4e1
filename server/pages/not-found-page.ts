import type { Answer } from "../answer.ts";
import { markup, page } from "./page.ts";

/** Whoever lands beside the four endpoints, most often at the root of the sign-in host. */
export function notFoundPage(): Answer {
  return page(404, {
    title: "There is nothing here",
    body: markup`<p>
      This address belongs to the sign-in service. If you were on your way to a page, open that page
      again.
    </p>`,
  });
}
