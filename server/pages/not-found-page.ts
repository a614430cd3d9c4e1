import type { Site } from "../config/site.ts";
import { first, type Page } from "./page.ts";
import { text } from "./text.ts";

/** The page at any path that is not an endpoint, most often the root of the sign-in host. */
export function notFoundPage(site: Site | undefined): Page {
  return {
    kind: "not-found",
    status: 404,
    title: text("notFound", "title"),
    paragraphs: [text("notFound", "text")],
    actions: site === undefined ? [] : nextSteps(site),
  };
}

/** If doorward is mounted in an app, the root is the app's; on doorward's own host it would be this page again. */
function nextSteps(site: Site) {
  const own = { href: site.address("start"), label: text("common", "yourSignIn") };
  const home = { href: `${site.url.origin}/`, label: text("common", "startPage"), isFirst: true };
  return site.base === "" ? [first(own)] : [home, own];
}
