import type { Page } from "./page.ts";
import { text } from "./text.ts";

/**
 * A sign-in inside a frame of another site: browsers send no cookies there, and issuers refuse to be framed. The page
 * has one link, to a new window, so it may be framed.
 */
export function framedPage(app: string, href: string): Page {
  return {
    kind: "framed",
    status: 403,
    title: text("framed", "title"),
    paragraphs: [text("framed", "text", { app })],
    actions: [{ href, label: text("framed", "open", { app }), isFirst: true, isNewWindow: true }],
    isFramable: true,
  };
}
