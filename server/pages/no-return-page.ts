import type { HttpResponse } from "../http/response.ts";
import { unknownHostPage } from "./denied-page.ts";
import { firstButton, markup, page, type Markup, requestNote } from "./page.ts";

/** What is wrong with an address to which no sign-in could lead back, in words for the visitor who opened it. */
const contents = {
  scheme: {
    title: "This page needs https",
    text: (url: URL) => {
      const secure = new URL(url);
      secure.protocol = "https:";
      return markup`<p>You came here over http, and signing in works over https only.</p>
<nav class="actions">${firstButton(secure.href, "Open the page over https")}</nav>`;
    },
  },
  port: {
    title: "This site is not set up",
    text: ({ host }: URL) => markup`<p>
        The sign-in service does not know <strong>${host}</strong>, so it could not bring you back here.
      </p>
      <p>The people who run this site need to add that address to its configuration.</p>`,
  },
  "own endpoint": {
    title: "This site is not set up correctly",
    text: () => markup`<p>
        This is the address where people sign in, and it asks them to sign in first, so they could
        never get in.
      </p>
      <p>The people who run this site need to correct its configuration.</p>`,
  },
} satisfies Record<string, { title: string; text: (url: URL) => Markup }>;

export function noReturnPage(
  fault: keyof typeof contents | "host",
  url: string,
  requestId: string,
): HttpResponse {
  const target = URL.parse(url);
  if (fault === "host" || target === null) return unknownHostPage(hostIn(url), requestId);
  const { title, text } = contents[fault];
  return page(403, { title, body: markup`${text(target)}${requestNote(requestId)}` });
}

function hostIn(url: string): string {
  return url.split("/")[2] ?? "";
}
